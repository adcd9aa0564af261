// CatalogCopy: a copy of a database, without its data nodes, that is in use.
//
//     CatalogCopy copy(env, catalog, directory);  // empty
//     copy.CopyFiles(cancel);  // takes its time; changes go on
//     copy.NoteEnd();          // the copy is of this moment
//     copy.CopyLog(cancel);    // and can be opened: recovery makes it so
//
// What is copied of each file is of different times.  The log makes one state of it, as
// after a crash: it is copied from where recovery would have begun before the first file
// was copied.
//
// Not thread-safe.
#pragma once

#include <memory>
#include <string>

#include "common/cancel_token.h"
#include "common/env.h"
#include "common/status.h"
#include "sm/catalog.h"

namespace redbase::sm {

class CatalogCopy {
 public:
  // Into the directory, which exists and is empty.  The log of the catalog, which outlives
  // this, is kept until the destructor.
  CatalogCopy(common::Env& env, Catalog& catalog, std::string directory);
  ~CatalogCopy();
  CatalogCopy(const CatalogCopy&) = delete;
  CatalogCopy& operator=(const CatalogCopy&) = delete;

  // Waits for bulk loads and index builds that have begun.  kCorruption, naming file and page,
  // rather than a copy of damage.  `cancel` may be null, as below.
  Status CopyFiles(const common::CancelToken* cancel);
  void NoteEnd();
  // Syncs all that was copied.
  Status CopyLog(const common::CancelToken* cancel);

 private:
  common::Env& env_;
  Catalog& catalog_;
  const std::string directory_;
  pf::WriteAheadLog::RecoveryStart start_;
  const std::shared_ptr<const tx::TransactionLog::Pin> pin_;
  bool copying_ = false;  // the log knows
  uint64_t end_ = 0;
};

}  // namespace redbase::sm
