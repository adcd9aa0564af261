#include "sm/internal/relation_files.h"

#include <utility>

#include "common/name_match.h"
#include "common/text.h"
#include "sm/internal/system_relations.h"

namespace redbase::sm {

namespace {

FileName NameOf(const Relation& relation) { return {relation.id, relation.generation}; }
FileName NameOf(const IndexInfo& index) { return {index.id, index.generation}; }

std::string Describe(const Relation& relation) {
  return "relation " + common::QuotedName(relation.name);
}
std::string Describe(const IndexInfo& index) { return "index " + common::QuotedName(index.name); }

ix::TreeOptions TreeOptionsOf(const Relation& relation, const IndexInfo& index) {
  ix::TreeOptions options;
  for (const uint32_t column : index.columns) {
    options.key.push_back({relation.schema[column].type});
  }
  options.unique = index.unique;
  return options;
}

// Of opening what the catalog says is there: a missing file is damage.
Status OpenFailure(const Status& status, const std::string& what) {
  const Code code = status.code() == Code::kNotFound ? Code::kCorruption : status.code();
  return Status(code, status.message()).Annotate(what);
}

// A number from 1 as std::to_string writes it.
std::optional<uint32_t> ParsePositive(std::string_view digits) {
  int32_t number = 0;
  const bool is_number = !digits.empty() && digits[0] >= '1' && digits[0] <= '9' &&
                         common::ParseNumber(digits, &number) == common::ParseOutcome::kOk;
  return is_number ? std::optional(static_cast<uint32_t>(number)) : std::nullopt;
}

}  // namespace

std::string ToString(FileName name) {
  return std::to_string(static_cast<uint32_t>(name.id)) + "." + std::to_string(name.generation);
}

std::optional<FileName> ParseFileName(std::string_view name) {
  const size_t point = name.find('.');
  if (point == std::string_view::npos) {
    return std::nullopt;
  }
  const std::optional<uint32_t> id = ParsePositive(name.substr(0, point));
  const std::optional<uint32_t> generation = ParsePositive(name.substr(point + 1));
  if (!id || !generation) {
    return std::nullopt;
  }
  return FileName{ObjectId{*id}, *generation};
}

RelationFiles::RelationFiles(pf::BufferPool& pool, tx::UndoTargets& undo_targets,
                             tx::TransactionLog* log, std::string path,
                             const DatabaseOptions& options)
    : pool_(pool),
      undo_targets_(undo_targets),
      log_(log),
      path_(std::move(path)),
      options_(options) {}

pf::PageFileIdentity RelationFiles::IdentityOf(FileName name) const {
  return {pf::FileId{static_cast<uint32_t>(name.id)}, options_.database_id,
          log_ == nullptr ? nullptr : &log_->log()};
}

void RelationFiles::NoteCreated(FileName name, size_t page_size) {
  if (log_ != nullptr) {
    log_->NoteFileCreated(IdentityOf(name).file_id, ToString(name), page_size);
  }
}

Result<rm::RecordFile*> RelationFiles::Records(const Relation& relation) {
  const common::MutexLock lock(mutex_);
  return OpenRecords(relation);
}

Result<rm::RecordFileStatistics> RelationFiles::StatisticsOf(const Relation& relation) {
  const common::MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const rm::RecordFile* const records, OpenRecords(relation));
  return records->statistics();
}

Result<rm::RecordFile*> RelationFiles::OpenRecords(const Relation& relation) {
  const FileName name = NameOf(relation);
  const auto found = open_.find(name);
  if (found != open_.end()) {
    return found->second.records.get();
  }
  auto records = rm::RecordFile::Open({&pool_, &undo_targets_}, PathOf(name), IdentityOf(name),
                                      TypesOf(relation.schema));
  if (!records.ok()) {
    return OpenFailure(records.status(), Describe(relation));
  }
  rm::RecordFile* const opened = records->get();
  open_[name].records = std::move(records).value();
  return opened;
}

Result<ix::BPlusTree*> RelationFiles::Tree(const Relation& relation, const IndexInfo& index) {
  const FileName name = NameOf(index);
  const common::MutexLock lock(mutex_);
  const auto found = open_.find(name);
  if (found != open_.end()) {
    return found->second.tree.get();
  }
  auto tree = ix::BPlusTree::Open({&pool_, &undo_targets_}, PathOf(name), IdentityOf(name),
                                  TreeOptionsOf(relation, index));
  if (!tree.ok()) {
    return OpenFailure(tree.status(), Describe(index));
  }
  ix::BPlusTree* const opened = tree->get();
  open_[name].tree = std::move(tree).value();
  return opened;
}

Status RelationFiles::CreateRecords(const Relation& relation) {
  const FileName name = NameOf(relation);
  const common::MutexLock lock(mutex_);
  const size_t page_size =
      relation.kind == RelationKind::kSystem ? kSystemPageSize : options_.record_page_size;
  NoteCreated(name, page_size);
  auto records = rm::RecordFile::Create({&pool_, &undo_targets_}, PathOf(name), IdentityOf(name),
                                        TypesOf(relation.schema), page_size);
  if (!records.ok()) {
    const bool too_large = records.status().code() == Code::kInvalidArgument;
    return std::move(records).status().Annotate(too_large ? "RM warning" : Describe(relation));
  }
  open_[name].records = std::move(records).value();
  return {};
}

Status RelationFiles::CreateTree(const Relation& relation, const IndexInfo& index) {
  const FileName name = NameOf(index);
  const common::MutexLock lock(mutex_);
  NoteCreated(name, options_.tree_page_size);
  auto tree = ix::BPlusTree::Create({&pool_, &undo_targets_}, PathOf(name), IdentityOf(name),
                                    TreeOptionsOf(relation, index), options_.tree_page_size);
  if (!tree.ok()) {
    return std::move(tree).status().Annotate(Describe(index));
  }
  open_[name].tree = std::move(tree).value();
  return {};
}

void RelationFiles::CheckOnDisk(FileName name, common::CheckReport* report) const {
  if (pool_.env().Exists(PathOf(name))) {
    pf::CheckPagesOnDisk(pool_.env(), PathOf(name), IdentityOf(name).file_id, report);
  }
}

Status RelationFiles::Remove(FileName name) {
  const common::MutexLock nobody_writes(removal_mutex_);
  const common::MutexLock lock(mutex_);
  const auto found = open_.find(name);
  if (found != open_.end()) {
    if (found->second.records != nullptr) {
      found->second.records->Abandon();
    } else {
      found->second.tree->Abandon();
    }
    open_.erase(found);
  }
  Status removed = pool_.env().RemoveFile(PathOf(name));
  return removed.code() == Code::kNotFound ? Status() : removed;
}

// Only removals wait for it: files may be opened and made meanwhile.
Status RelationFiles::ForEachFile(const std::function<Status(OpenFile& file)>& action) {
  const common::MutexLock nobody_removes(removal_mutex_);
  std::vector<OpenFile*> files;
  {
    const common::MutexLock lock(mutex_);
    for (auto& entry : open_) {
      files.push_back(&entry.second);
    }
  }
  for (OpenFile* const file : files) {
    RETURN_IF_ERROR(action(*file));
  }
  return {};
}

Status RelationFiles::WritePages() {
  return ForEachFile([](OpenFile& file) { return file.pages().Flush(); });
}

Status RelationFiles::Flush() {
  return ForEachFile([](OpenFile& file) {
    return file.records != nullptr ? file.records->Flush() : file.tree->Flush();
  });
}

Status RelationFiles::Close() {
  const common::MutexLock lock(mutex_);
  Status status;
  for (auto& entry : open_) {
    OpenFile& file = entry.second;
    status.Update(file.records != nullptr ? file.records->Close() : file.tree->Close());
  }
  open_.clear();
  return status;
}

}  // namespace redbase::sm
