#include "sm/internal/database_recovery.h"

#include <utility>

namespace redbase::sm {

DatabaseRecovery::DatabaseRecovery(pf::BufferPool& pool, tx::TransactionLog& log, std::string path,
                                   const DatabaseOptions& options)
    : pool_(pool), log_(log), path_(std::move(path)), options_(options) {
  rm::RecordFile::RegisterLogRecords();
  ix::BPlusTree::RegisterLogRecords();
}

Status DatabaseRecovery::List() {
  ASSIGN_OR_RETURN(const std::vector<common::DirEntry> entries, pool_.env().List(path_));
  for (const common::DirEntry& entry : entries) {
    if (const std::optional<FileName> name = ParseFileName(entry.name); name && entry.is_regular) {
      names_[pf::FileId{static_cast<uint32_t>(name->id)}] = entry.name;
    }
  }
  return {};
}

std::optional<std::string> DatabaseRecovery::PathOf(pf::FileId file) {
  const auto found = names_.find(file);
  return found == names_.end() ? std::nullopt : std::optional(path_ + "/" + found->second);
}

std::string DatabaseRecovery::PathOfName(const std::string& name) {
  if (const std::optional<FileName> parsed = ParseFileName(name)) {
    names_[pf::FileId{static_cast<uint32_t>(parsed->id)}] = name;
  }
  return path_ + "/" + name;
}

pf::PageFileIdentity DatabaseRecovery::IdentityOf(pf::FileId file) {
  return {file, options_.database_id, &log_.log()};
}

Result<DatabaseRecovery::Target> DatabaseRecovery::Open(const std::string& path, pf::FileId file) {
  bool is_records = false;
  {
    ASSIGN_OR_RETURN(const std::unique_ptr<pf::PageFile> pages,
                     pf::PageFile::Open(pool_, path, IdentityOf(file)));
    if (pages->page_count() <= 1) {
      return Target();  // its first page was never made: nothing happened to it
    }
    ASSIGN_OR_RETURN(is_records, rm::RecordFile::IsRecordFile(*pages));
    RETURN_IF_ERROR(pages->Close());
  }
  Target target;
  if (is_records) {
    ASSIGN_OR_RETURN(target.records, rm::RecordFile::OpenAsStored({&pool_, &log_.undo_targets()},
                                                                  path, IdentityOf(file)));
  } else {
    ASSIGN_OR_RETURN(target.tree, ix::BPlusTree::OpenAsStored({&pool_, &log_.undo_targets()}, path,
                                                              IdentityOf(file)));
  }
  return target;
}

Result<tx::UndoTarget*> DatabaseRecovery::OpenTarget(pf::FileId file) {
  auto found = targets_.find(file);
  if (found == targets_.end()) {
    Target target;
    if (const std::optional<std::string> path = PathOf(file)) {
      ASSIGN_OR_RETURN(target, Open(*path, file));
    }
    found = targets_.emplace(file, std::move(target)).first;
  }
  if (found->second.records != nullptr) {
    return static_cast<tx::UndoTarget*>(found->second.records.get());
  }
  return static_cast<tx::UndoTarget*>(found->second.tree.get());
}

Status DatabaseRecovery::CloseTargets() {
  Status status;
  for (auto& [id, target] : targets_) {
    if (target.records != nullptr) {
      status.Update(target.records->GiveBackOwnerless());
      status.Update(target.records->Close());
    } else if (target.tree != nullptr) {
      status.Update(target.tree->Close());
    }
  }
  targets_.clear();
  return status;
}

}  // namespace redbase::sm
