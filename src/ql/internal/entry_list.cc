#include "ql/internal/entry_list.h"

#include <algorithm>
#include <cassert>

namespace redbase::ql {

namespace {

uint64_t PrefixOf(std::string_view key) {
  uint64_t prefix = 0;
  for (size_t i = 0; i < sizeof(prefix); ++i) {
    prefix = (prefix << 8) | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
  }
  return prefix;
}

}  // namespace

Status EntryList::Add(std::span<const ix::KeyColumn> key, const Batch& batch,
                      std::span<const uint32_t> columns, std::span<const Rid> rids) {
  assert(rids.size() == batch.selected());
  for (size_t i = 0; i < batch.selected(); ++i) {
    const size_t begin = keys_.size();
    ix::EncodeKey(key, batch, columns, batch.RowAt(i), &keys_);
    const std::string_view keys = keys_;
    const std::string_view encoded = keys.substr(begin);
    items_.push_back({PrefixOf(encoded), begin, static_cast<uint32_t>(encoded.size()), rids[i]});
  }
  return reservation_.Resize(keys_.capacity() + items_.capacity() * sizeof(Item));
}

void EntryList::Sort() {
  std::sort(items_.begin(), items_.end(),
            [this](const Item& a, const Item& b) { return IsLess(a, b); });
}

void EntryList::Clear() {
  constexpr size_t kKeptBytes = 4096;
  keys_.clear();
  items_.clear();
  if (reservation_.bytes() > kKeptBytes) {
    keys_ = {};
    items_ = {};
    static_cast<void>(reservation_.Resize(0));  // giving back cannot fail
  }
}

bool EntryList::IsLess(const Item& a, const Item& b) const {
  if (a.prefix != b.prefix) {
    return a.prefix < b.prefix;
  }
  const std::string_view keys(keys_);
  const int order = keys.substr(a.begin, a.length).compare(keys.substr(b.begin, b.length));
  return order != 0 ? order < 0 : a.rid < b.rid;
}

}  // namespace redbase::ql
