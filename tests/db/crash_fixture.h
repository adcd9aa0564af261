// CrashRun: a random workload whose power is cut at its operations, again and
// again, each time on a copy of the disk.
//
// Before an operation of the disk that would change what a crash leaves, the disk
// is forked; after the statement the copies crash, are opened, and must hold what
// was committed: every acknowledged statement or transaction, and the one in
// progress wholly or not at all.  Recovery itself is cut likewise when the plan
// says so.  A failure names the seed, the operation, the seed of the crash and
// what differs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/sim_env.h"
#include "common/sync.h"
#include "tests/db/crash_workload.h"
#include "tests/db/system_fixture.h"

namespace redbase::db {

// What the tables of a database hold; names of indexes are made up.
Result<ModelState> ReadState(Session& session);
// What differs between two states, "" when nothing does.  Indexes are compared by
// their number.
std::string Difference(const ModelState& want, const ModelState& got);
// Whether queries on indexed columns give what a filter of the rows gives; ""
// when so.
Result<std::string> CheckIndexes(Session& session, const ModelState& state, Random* random);

struct CrashPlan {
  uint32_t nodes = 0;
  size_t buffer_bytes = size_t{4} << 20;
  // How many copies are to be tried.
  uint64_t points = 1000;
  // One of so many operations is a crash point.
  uint64_t every = 1;
  // In one of so many recoveries the power is cut again; 0: never.
  uint64_t nested_every = 0;
  // Statements and transactions of a database before the next one is made.
  int statements = 60;
  // Copies are taken only of the closed database, which needs no recovery.
  bool closed = false;
};

class CrashRun {
 public:
  CrashRun(const CrashPlan& plan, uint64_t seed);
  CrashRun(const CrashRun&) = delete;
  CrashRun& operator=(const CrashRun&) = delete;

  // Runs until all points are tried or one fails; prints their number.
  void Run();

 private:
  // What a copy may hold.
  struct Expected {
    ModelState before;
    std::optional<ModelState> after;
    std::string doing;
  };
  struct Point {
    std::unique_ptr<common::SimEnv> env;
    std::shared_ptr<const Expected> expected;
    std::string name;
    uint64_t seed = 0;
    int depth = 0;
  };

  // One database from its creation to its end.
  void RunDatabase(uint64_t seed);
  void Open();
  void Close();
  // Begins to watch, and ends.
  void Watch(bool on);
  // Tells what copies may hold from now on.
  void Expect(const std::string& doing, std::optional<ModelState> after = std::nullopt);
  void OnOperation();

  void Turn();
  void RunStep(const CrashWorkload::Step& step);
  void RunTransaction();
  // Within a transaction, whose state is `state`; false when a step has failed.
  bool RunSteps(ModelState* state);
  void RunCheckpoint();
  void Compare(const ModelState& state);
  // The statement's outcome must be the step's.
  void Execute(const CrashWorkload::Step& step);
  bool Supports(const std::string& text);

  // Takes a copy now, when only what is committed may be there.
  void TakePoint();
  // Tries what was taken.
  void TryPoints();
  void Try(Point point);
  // Opens the copy, compares, sometimes changes and closes it; what is wrong, or
  // "".  `cut`, when given, becomes a copy taken meanwhile.
  std::string Recover(const Point& point, std::optional<Point>* cut);
  // Changes the copy some more; what is wrong then, or "".
  std::string GoOn(const Point& point, Session& session, ModelState* state) const;
  // The point within or after the recovery of `point`.
  static Point Cut(const Point& point, std::unique_ptr<common::SimEnv> during,
                   const ModelState& found);
  DatabaseOptions Options() const;

  const CrashPlan plan_;
  const uint64_t seed_;
  uint64_t points_ = 0;
  uint64_t nested_ = 0;
  int64_t micros_ = 0;  // spent on points
  bool has_transactions_ = false;
  bool has_checkpoints_ = false;

  // The database that runs now.
  uint64_t database_seed_ = 0;
  std::unique_ptr<common::SimEnv> env_;
  std::unique_ptr<CrashWorkload> workload_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Session> session_;
  ModelState committed_;

  common::Mutex mutex_;
  uint64_t operations_ GUARDED_BY(mutex_) = 0;
  std::shared_ptr<const Expected> expected_ GUARDED_BY(mutex_);
  std::vector<Point> taken_ GUARDED_BY(mutex_);
};

}  // namespace redbase::db
