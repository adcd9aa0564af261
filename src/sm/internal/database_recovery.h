// DatabaseRecovery: what recovery (tx/recovery.h) needs to know of the files of a
// database: where they are, and what takes changes of them back.
//
// It goes by the directory, not by the catalog, which is among what is recovered: files
// say themselves whether they hold records or a tree, and of which types.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "ix/bplus_tree.h"
#include "rm/record_file.h"
#include "sm/control_file.h"
#include "sm/internal/relation_files.h"
#include "tx/recovery.h"

namespace redbase::sm {

class DatabaseRecovery : public tx::RecoveryFiles {
 public:
  DatabaseRecovery(pf::BufferPool& pool, tx::TransactionLog& log, std::string path,
                   const DatabaseOptions& options);

  // Finds the files.
  Status List();

  std::optional<std::string> PathOf(pf::FileId file) override;
  std::string PathOfName(const std::string& name) override;
  pf::PageFileIdentity IdentityOf(pf::FileId file) override;
  Result<tx::UndoTarget*> OpenTarget(pf::FileId file) override;
  Status CloseTargets() override;

 private:
  // One of the two is there, or none.
  struct Target {
    std::unique_ptr<rm::RecordFile> records;
    std::unique_ptr<ix::BPlusTree> tree;
  };
  Result<Target> Open(const std::string& path, pf::FileId file);

  pf::BufferPool& pool_;
  tx::TransactionLog& log_;
  const std::string path_;
  const DatabaseOptions options_;
  std::map<pf::FileId, std::string> names_;
  std::map<pf::FileId, Target> targets_;
};

}  // namespace redbase::sm
