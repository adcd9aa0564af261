// Transaction: the changes of one statement or of several, done as a whole or
// taken back.
//
// Undo is logical.  Whoever changes a record or a key notes first how to take it
// back: an undo record names a file, a kind and a payload that the file's
// UndoTarget understands (a RID and its before-image, a key).  Rollback hands the
// records back in reverse order.  Taking back is a change like any other, made
// through mini-transactions, so it is logged as one.
//
// With a TransactionLog undo records go to the log before the changes they belong to,
// and so does the end: what a process that died had not committed is taken back by
// the next one (tx/recovery.h).  The newest undo records are in memory as well; what
// lies further back is read from the log when it is needed.
//
// States: active [-> prepared] -> committed | rolled back.  A transaction is prepared
// where others, in other databases, share its fate.  The destructor rolls back what is
// still active; one that is prepared it leaves to recovery.
//
// Thread-safe: workers of one statement note undo records concurrently.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"
#include "common/sync.h"
#include "pf/page.h"
#include "tx/oracle.h"

namespace redbase::tx {

// What an undo record does, numbered by the component that wrote it: rm from
// 0x0100, ix from 0x0200, sm from 0x0300.  Written to logs: never renumber.
enum class UndoKind : uint16_t {};

// Of a transaction that has logged something; never used again in its database.
enum class TransactionId : uint64_t {};
// Of a transaction over several databases; drawn at random.
enum class GlobalId : uint64_t {};
inline constexpr GlobalId kNoGlobalId{0};

class TransactionLog;
struct ActiveTransaction;  // tx/log_records.h

// Takes changes of one file back.
class UndoTarget {
 public:
  virtual ~UndoTarget() = default;
  // Must succeed again if it is called twice for one record.  What it frees is not to be
  // used by others before Undone.
  virtual Status Undo(UndoKind kind, std::span<const std::byte> payload) = 0;
  // The log says that this was taken back: it is not done again, not even by recovery.
  // Without a log it is said at once.  `by` is null in recovery; as long as that one is
  // active, its versions still say what was there.
  virtual void Undone(UndoKind /*kind*/, std::span<const std::byte> /*payload*/,
                      TransactionState* /*by*/) {}
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

// A point to roll back to; the first one is before everything.
struct Savepoint {
  uint64_t event = 0;  // that comes next
  uint64_t undo = 0;   // the last undo record in the log, if any

  friend bool operator==(const Savepoint&, const Savepoint&) = default;
};

// An undo record that was noted.
struct UndoNote {
  std::shared_ptr<const std::string> payload;
  const TransactionLog* log = nullptr;  // null when the record is only in memory
  uint64_t sequence = 0;                // of the record there
};

class Transaction {
 public:
  // One that leaves no trace in a log.
  explicit Transaction(UndoTargets& targets) : targets_(targets) {}
  explicit Transaction(TransactionLog& log);
  // The part of a larger one in this database.  Whoever has the whole says when it ends
  // (Oracle::End), after all parts have.
  Transaction(TransactionLog& log, std::shared_ptr<TransactionState> whole);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Notes how to take back a change about to be made.  Older snapshots may need it as well.
  UndoNote NoteUndo(pf::FileId file, UndoKind kind, std::span<const std::byte> payload)
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

  // Promises that Commit will succeed, and that only Commit or Rollback end the
  // transaction, even after a crash.  Requires: active().
  Status Prepare(GlobalId global) EXCLUDES(mutex_);
  // Each ends the transaction, also when it fails.  Requires: active() or prepared.
  // Commit returns once the changes survive a crash, or those of a prepared transaction
  // will by the decision; when the log cannot be written it takes them back.  What
  // Rollback, or a RollbackTo before, cannot take back, recovery does.
  Status Commit() EXCLUDES(mutex_) { return CommitDeciding(kNoGlobalId); }
  // Commits all that is prepared under this global id as well.  When it fails and the
  // decision may be in the log's files (TransactionLog::IsDecided), nothing is taken
  // back: only recovery will know.
  Status CommitDeciding(GlobalId global) EXCLUDES(mutex_);
  Status Rollback() EXCLUDES(mutex_);

  // Whether Commit waits for the disk; at first it does.  A decision always waits.
  void SetSynchronous(bool synchronous) EXCLUDES(mutex_);

  // Changes from now on are of this statement.  Numbers rise.
  void BeginStatement(uint64_t number) { statement_ = number; }
  Stamp stamp() const { return {state_, statement_}; }
  TransactionState& state() const { return *state_; }

  bool active() const EXCLUDES(mutex_);
  // Whether something was noted or logged, so that the end matters.
  bool has_changes() const EXCLUDES(mutex_);
  // Bytes of memory held by undo records.
  size_t undo_bytes() const EXCLUDES(mutex_);

 private:
  friend class TransactionLog;

  // Records and actions of one transaction are numbered together: `event`.
  struct Record {
    uint64_t event;
    pf::FileId file;
    UndoKind kind;
    std::shared_ptr<const std::string> payload;
    uint64_t sequence;  // of the record in the log
    uint64_t previous;  // of the one before
  };
  struct Action {
    uint64_t event;
    std::function<void()> run;
  };
  static size_t BytesOf(const Record& record);
  // Leaves the older half of the undo records to the log; the sequence that the others
  // begin with.
  uint64_t SpillHalf() REQUIRES(mutex_);
  // The newest undo record since the mark, which is no longer noted then.
  Result<std::optional<Record>> TakeNewest(Savepoint mark) EXCLUDES(mutex_);
  // The OnRollback actions since the mark; all since then are no longer noted.
  std::vector<Action> TakeActions(Savepoint mark) EXCLUDES(mutex_);
  // Nullopt when the log has nothing of it, or its end.
  std::optional<ActiveTransaction> LoggedState() const EXCLUDES(mutex_);
  // Once something could not be taken back, no progress is logged: recovery tries again
  // from there.
  Status TakeBack(const Record& record, bool all_so_far);
  // Logs that everything after the undo record at `next` has been taken back.
  void LogUndone(uint64_t next) EXCLUDES(mutex_);
  // The sequence of the commit record; nullopt when there is nothing to log.
  std::optional<uint64_t> LogCommit(GlobalId global) EXCLUDES(mutex_);
  bool Retract(uint64_t commit, GlobalId global) EXCLUDES(mutex_);
  void LogRollback() EXCLUDES(mutex_);
  bool prepared() const EXCLUDES(mutex_);
  // Ends it here with its fate left to recovery.
  void Leave() EXCLUDES(mutex_);
  void End(bool rolled_back) EXCLUDES(mutex_);

  TransactionLog* const log_ = nullptr;
  UndoTargets& targets_;
  const std::shared_ptr<TransactionState> state_ = std::make_shared<TransactionState>();
  const bool whole_ = true;  // not part of a larger one
  uint64_t statement_ = 0;
  mutable common::Mutex mutex_;
  bool active_ GUARDED_BY(mutex_) = true;
  uint64_t next_event_ GUARDED_BY(mutex_) = 1;
  std::vector<Record> records_ GUARDED_BY(mutex_);  // the newest
  size_t undo_bytes_ GUARDED_BY(mutex_) = 0;
  uint64_t spilled_ GUARDED_BY(mutex_) = 0;  // the last undo record that is not in records_
  // Keeps what is spilled, while the state is not forgotten.
  std::weak_ptr<const void> kept_ GUARDED_BY(mutex_);
  std::vector<Action> on_commit_ GUARDED_BY(mutex_);
  std::vector<Action> on_rollback_ GUARDED_BY(mutex_);
  // What the log has of it; the id is 0 until then.
  TransactionId id_ GUARDED_BY(mutex_){0};
  uint64_t first_undo_ GUARDED_BY(mutex_) = 0;
  uint64_t last_undo_ GUARDED_BY(mutex_) = 0;
  GlobalId global_ GUARDED_BY(mutex_) = kNoGlobalId;  // once prepared
  bool end_logged_ GUARDED_BY(mutex_) = false;
  Status undo_failure_ GUARDED_BY(mutex_);  // the first
  bool synchronous_ GUARDED_BY(mutex_) = true;
};

}  // namespace redbase::tx
