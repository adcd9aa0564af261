// Transaction: the changes of one statement or of several, done as a whole or
// taken back.
//
// Undo is logical.  Whoever changes a record or a key notes first how to take it
// back: an undo record names a file, a kind and a payload that the file's
// UndoTarget understands (a RID and its before-image, a key).  Rollback hands the
// records back in reverse order.  Taking back is a change like any other, made
// through mini-transactions, so it is logged as one.
//
// States: active -> committed | rolled back.  The destructor rolls back what is
// still active.
//
// Thread-safe: workers of one statement note undo records concurrently.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"
#include "common/sync.h"
#include "pf/page.h"

namespace redbase::tx {

// What an undo record does, numbered by the component that wrote it: rm from
// 0x0100, ix from 0x0200, sm from 0x0300.  Written to logs: never renumber.
enum class UndoKind : uint16_t {};

// Takes changes of one file back.
class UndoTarget {
 public:
  virtual ~UndoTarget() = default;
  // Must succeed again if it is called twice for one record.
  virtual Status Undo(UndoKind kind, std::span<const std::byte> payload) = 0;
};

// The undo targets of one database by file.  Thread-safe.
class UndoTargets {
 public:
  void Add(pf::FileId file, UndoTarget* target) EXCLUDES(mutex_);
  void Remove(pf::FileId file) EXCLUDES(mutex_);
  // Null when the file is not open.
  UndoTarget* Find(pf::FileId file) const EXCLUDES(mutex_);

 private:
  mutable common::Mutex mutex_;
  std::vector<std::pair<pf::FileId, UndoTarget*>> targets_ GUARDED_BY(mutex_);
};

// A point to roll back to.
enum class Savepoint : uint64_t {};

class Transaction {
 public:
  explicit Transaction(UndoTargets& targets) : targets_(targets) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Notes how to take back a change about to be made.
  void NoteUndo(pf::FileId file, UndoKind kind, std::span<const std::byte> payload)
      EXCLUDES(mutex_);
  // Runs after a commit / after a rollback: files to unlink, caches to refresh.
  void OnCommit(std::function<void()> action) EXCLUDES(mutex_);
  void OnRollback(std::function<void()> action) EXCLUDES(mutex_);

  Savepoint Mark() const EXCLUDES(mutex_);
  // Takes back every change noted since the mark, newest first; then runs the
  // OnRollback actions given since, newest first, and forgets the OnCommit ones.
  // The first failure is reported after all others were tried.
  // Requires: no worker notes anything meanwhile.
  Status RollbackTo(Savepoint mark) EXCLUDES(mutex_);

  // Each ends the transaction, also when it fails.  Requires: active().
  Status Commit() EXCLUDES(mutex_);
  Status Rollback() EXCLUDES(mutex_);

  bool active() const EXCLUDES(mutex_);
  // Bytes held by undo records.
  size_t undo_bytes() const EXCLUDES(mutex_);

 private:
  // Records and actions of one transaction are numbered together: `event`.
  struct Record {
    uint64_t event;
    pf::FileId file;
    UndoKind kind;
    size_t begin;  // of the payload in payloads_
    size_t length;
  };
  struct Action {
    uint64_t event;
    std::function<void()> run;
  };
  // What is to be taken back.
  struct Past {
    std::vector<Record> records;
    std::vector<Action> actions;
    std::string payloads;
    size_t payload_begin = 0;  // of `payloads` in payloads_
  };
  Past TakeSince(Savepoint mark) EXCLUDES(mutex_);

  UndoTargets& targets_;
  mutable common::Mutex mutex_;
  bool active_ GUARDED_BY(mutex_) = true;
  uint64_t next_event_ GUARDED_BY(mutex_) = 1;
  std::vector<Record> records_ GUARDED_BY(mutex_);
  std::string payloads_ GUARDED_BY(mutex_);
  std::vector<Action> on_commit_ GUARDED_BY(mutex_);
  std::vector<Action> on_rollback_ GUARDED_BY(mutex_);
};

}  // namespace redbase::tx
