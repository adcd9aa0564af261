// RelationFiles: the open files of a database's relations and indexes.
//
// A file is `<object id>.<generation>` in the database's directory; it is opened
// at first use and stays open.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/cancel_token.h"
#include "common/check_report.h"
#include "common/result.h"
#include "common/sync.h"
#include "ix/bplus_tree.h"
#include "rm/record_file.h"
#include "sm/control_file.h"
#include "sm/relation.h"
#include "tx/transaction.h"
#include "tx/transaction_log.h"

namespace redbase::sm {

struct FileName {
  ObjectId id{0};
  uint32_t generation = 0;

  bool operator==(const FileName&) const = default;
  bool operator<(const FileName& other) const {
    return std::pair(id, generation) < std::pair(other.id, other.generation);
  }
};

// "17.1".
std::string ToString(FileName name);
// Nullopt for any name that ToString does not give.
std::optional<FileName> ParseFileName(std::string_view name);

class RelationFiles {
 public:
  // Without a log what is done to the files leaves no trace elsewhere.
  RelationFiles(pf::BufferPool& pool, tx::UndoTargets& undo_targets, tx::TransactionLog* log,
                std::string path, const DatabaseOptions& options);

  Result<rm::RecordFile*> Records(const Relation& relation) EXCLUDES(mutex_);
  Result<ix::BPlusTree*> Tree(const Relation& relation, const IndexInfo& index) EXCLUDES(mutex_);
  // The relation may be dropped meanwhile, unlike one whose file is asked for.
  Result<rm::RecordFileStatistics> StatisticsOf(const Relation& relation) EXCLUDES(mutex_);
  // Both name the relation in what they report; nothing is left by a failure.
  Status CreateRecords(const Relation& relation) EXCLUDES(mutex_);
  Status CreateTree(const Relation& relation, const IndexInfo& index) EXCLUDES(mutex_);
  // Looks at the pages of a file that could not be opened.
  void CheckOnDisk(FileName name, common::CheckReport* report) const;
  // Forgets the file's pages and removes it.  Success when it is not there.
  Status Remove(FileName name) EXCLUDES(mutex_, removal_mutex_);

  // Writes and syncs every page changed so far; statements may go on meanwhile.
  Status WritePages() EXCLUDES(mutex_);
  // The same, with what the files keep in memory only.  Requires: nobody changes them.
  Status Flush() EXCLUDES(mutex_);
  // The first failure is reported after all files were tried.
  Status Close() EXCLUDES(mutex_);

 private:
  // Exactly one of the two is there.
  struct OpenFile {
    std::unique_ptr<rm::RecordFile> records;
    std::unique_ptr<ix::BPlusTree> tree;

    pf::PageFile& pages() const { return records != nullptr ? records->file() : tree->file(); }
  };

  std::string PathOf(FileName name) const { return path_ + "/" + ToString(name); }
  pf::PageFileIdentity IdentityOf(FileName name) const;
  void NoteCreated(FileName name, size_t page_size);
  Result<rm::RecordFile*> OpenRecords(const Relation& relation) REQUIRES(mutex_);
  Status ForEachFile(const std::function<Status(OpenFile& file)>& action) EXCLUDES(mutex_);

  pf::BufferPool& pool_;
  tx::UndoTargets& undo_targets_;
  tx::TransactionLog* const log_;
  const std::string path_;
  const DatabaseOptions options_;
  common::Mutex removal_mutex_;  // before mutex_: held while files are written
  common::Mutex mutex_;
  std::map<FileName, OpenFile> open_ GUARDED_BY(mutex_);
};

}  // namespace redbase::sm
