// RowLocks: which records of a file transactions have locked, until they end.
//
//                    kKeyShare  kShare  kNoKeyUpdate  kUpdate
//   kKeyShare            +        +          +           -      + at the same time
//   kShare               +        +          -           -
//   kNoKeyUpdate         +        -          -           -
//   kUpdate              -        -          -           -
//
// The modes are PostgreSQL's.  The lock of a transaction that has ended is none; it is
// removed by whoever comes upon it, at the latest when its versions are forgotten.  Locks
// are kept by page, one bit a slot, for the records whose home it is.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "common/rid.h"
#include "common/sync.h"
#include "rm/record_file.h"
#include "tx/oracle.h"

namespace redbase::rm {

class RowLocks : public tx::VersionKeeper {
 public:
  using Owner = std::shared_ptr<const tx::TransactionState>;

  // Locks the records, all of one page, in their order until one is in another's hands:
  // that one's owner, else null.  `taken`: how many were locked.
  Owner Take(std::span<const Rid> rids, RowLock mode, const Owner& by, size_t* taken)
      EXCLUDES(mutex_);
  void Forget(const tx::TransactionState& transaction) override EXCLUDES(mutex_);

 private:
  struct Locks {
    Owner owner;
    RowLock mode;
    std::vector<uint64_t> slots;
  };
  using PageLocks = std::vector<Locks>;

  common::Mutex mutex_;
  std::unordered_map<uint32_t, PageLocks> pages_ GUARDED_BY(mutex_);
  // Pages with locks of a transaction; some twice.
  std::unordered_map<const tx::TransactionState*, std::vector<uint32_t>> of_ GUARDED_BY(mutex_);
};

}  // namespace redbase::rm
