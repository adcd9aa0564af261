// EntryList: entries of one index - encoded keys with RIDs - collected to be sorted,
// charged to a memory account.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/batch.h"
#include "common/memory_account.h"
#include "common/result.h"
#include "ix/bplus_tree.h"

namespace redbase::ql {

class EntryList {
 public:
  explicit EntryList(common::MemoryAccount* memory) : reservation_(memory) {}

  // An entry per selected row: the key in `columns`, the i-th RID for the i-th row.
  Status Add(std::span<const ix::KeyColumn> key, const Batch& batch,
             std::span<const uint32_t> columns, std::span<const Rid> rids);
  void Sort();
  void Clear();

  size_t size() const { return items_.size(); }
  size_t bytes() const { return reservation_.bytes(); }
  ix::Entry operator[](size_t i) const {
    const std::string_view keys = keys_;
    return {keys.substr(items_[i].begin, items_[i].length), items_[i].rid};
  }

 private:
  struct Item {
    uint64_t prefix;  // of the key, as a number that compares as its bytes do
    size_t begin;     // of the key in keys_
    uint32_t length;
    Rid rid;
  };

  bool IsLess(const Item& a, const Item& b) const;

  common::MemoryReservation reservation_;
  std::string keys_;
  std::vector<Item> items_;
};

}  // namespace redbase::ql
