// Whole sessions while an operation on the disk fails: a clear error or success,
// and afterwards what was done is there and what failed left nothing.
#include <algorithm>

#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

using common::FaultPlan;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr const char* kRows = "/rows.txt";
constexpr uint64_t kFewer = kSanitized ? 5 : 1;

Lines Script(uint32_t nodes) {
  const std::string split = nodes > 0 ? " distribute a (10, 20)" : "";
  return {"create table T (a int, b varchar(6000), c real)" + split + ";",
          "create index T(a);",
          "load T(\"/rows.txt\");",
          "insert into T values (1, 'one', 0.5), (15, null, null), (40, 'forty', 2.5);",
          "create index T(c, a);",
          "update T set b = 'changed, and longer than it was' where a > 12;",
          "update T set a = 25 where a < 4;",
          "create table U (a int, d c20)" + split + ";",
          "insert into U values (25, 'twenty-five'), (3, 'three'), (30, 'thirty');",
          "select T.a, d from T, U where T.a = U.a;",
          "delete from T where a = 7;",
          "drop index T(a);",
          "drop table U;"};
}

std::string RowsText() {
  std::string text;
  for (int i = 0; i < 120; ++i) {
    const std::string b = i % 40 == 3 ? std::string(5000, 'x') : "row " + std::to_string(i);
    text += std::to_string(i % 30) + "," + b + "," + std::to_string(i) + ".25\n";
  }
  return text;
}

void ExpectClear(const Status& status) {
  if (status.code() == Code::kCorruption) {  // a file that ends early may be damaged as well
    EXPECT_THAT(status.message(), HasSubstr("/db"));
    return;
  }
  EXPECT_EQ(status.code(), Code::kIoError) << status.message();
  EXPECT_THAT(status.message(), AnyOf(HasSubstr("Input/output error"), HasSubstr("short read"),
                                      HasSubstr("No space left on device")));
}

// That of an earlier statement which could not be taken back is in the way.
bool IsForTheNextOpen(const Status& status) {
  return status.code() == Code::kUnavailable &&
         status.message().find("when the database is opened again") != std::string::npos;
}

class DatabaseFaults : public ::testing::TestWithParam<uint32_t> {
 protected:
  const Lines script_ = Script(GetParam());
  std::vector<Lines> states_;  // before each statement, and at the end

  static constexpr const char* kPath = "/db";
  static constexpr uint64_t kNoLimit = uint64_t{1} << 40;

  // Notes what there is after each statement when nothing fails.
  DatabaseFaults() {
    System system(GetParam());
    WriteFile(system.env, kRows, RowsText());
    const uint64_t before = system.env.CountOf(kAll);
    states_.push_back(system.Everything());
    for (const std::string& statement : script_) {
      system.Run(statement);
      states_.push_back(system.Everything());
    }
    system.Reopen();
    operations_ = 2 * (system.env.CountOf(kAll) - before);
  }

  // About `runs` of the possible sessions, each with another failing operation.
  void ForSome(uint64_t runs, FaultPlan plan) {
    const uint64_t stride = std::max<uint64_t>(1, operations_ * kFewer / runs);
    uint64_t failed = 0;
    for (uint64_t n = NewSeed() % stride; n < operations_; n += stride) {
      SCOPED_TRACE("operation " + std::to_string(n));
      plan.fail_at = n;
      failed += RunWith(plan, kNoLimit) ? 1 : 0;
      if (HasFatalFailure() || HasNonfatalFailure()) {
        return;
      }
    }
    EXPECT_GT(failed, 0U);
  }

  // True when a fault came up.  It is cleared with the first error.
  bool RunWith(const FaultPlan& plan, uint64_t disk_size) {
    common::SimEnv env;
    WriteFile(env, kRows, RowsText());
    env.SetFaults(plan);
    env.SetDiskSize(disk_size);
    faults_ = 0;
    may_be_short_ = plan.fault == common::Fault::kShortRead;
    Try(
        env, [&] { return Database::Create(env, kPath, GetParam(), 4096); },
        [&] { TakeAway(env, plan.for_ever); });
    RunSession(env);
    Clear(env);
    Reopen(env);
    ExpectValid(env, kPath);
    return faults_ > 0;
  }

 private:
  static constexpr uint32_t kAll = FaultPlan::kOpen | FaultPlan::kRead | FaultPlan::kWrite |
                                   FaultPlan::kSync | FaultPlan::kDirectory;

  void Clear(common::SimEnv& env) {
    faults_ += env.faults();
    env.SetFaults({});
    env.SetDiskSize(kNoLimit);
  }

  // After an error the world is good again, `check` holds, and a second try works.
  void Try(common::SimEnv& env, const std::function<Status()>& action,
           const std::function<void()>& check) {
    const Status status = action();
    if (!status.ok()) {
      EXPECT_TRUE(may_be_short_ || status.code() == Code::kIoError) << status.message();
      ExpectClear(status);
      ++faults_;
      Clear(env);
      check();
      EXPECT_OK(action());
    }
  }

  // A creation that failed left nothing, unless nothing could be removed.
  void TakeAway(common::SimEnv& env, bool may_be_left) {
    if (may_be_left && env.Exists(kPath)) {
      EXPECT_OK(Database::Destroy(env, kPath));
    }
    EXPECT_FALSE(env.Exists(kPath));
  }

  void RunSession(common::SimEnv& env) {
    std::unique_ptr<Database> database;
    const auto open = [&]() -> Status {
      ASSIGN_OR_RETURN(database, Database::Open(env, kPath, SmallOptions()));
      return {};
    };
    Try(env, open, [] {});
    if (database == nullptr) {
      return;
    }
    for (size_t i = 0; i < script_.size(); ++i) {
      SCOPED_TRACE(script_[i]);
      const Status status = Do(*database->Connect(), script_[i]).status();
      if (!status.ok()) {
        if (!IsForTheNextOpen(status)) {
          EXPECT_TRUE(may_be_short_ || status.code() == Code::kIoError) << status.message();
          ExpectClear(status);
        }
        ++faults_;
        Clear(env);
        RunAgain(env, i, &database);
      }
    }
    if (const Status closed = database->Close(); !closed.ok()) {
      ExpectClear(closed);
    }
  }

  // A second try works, on the same database or, where its log is of no more use, on the
  // database opened again: then the first try may turn out to have been done.
  void RunAgain(common::SimEnv& env, size_t i, std::unique_ptr<Database>* database) {
    const Result<Lines> now = Everything(*(*database)->Connect());
    if (now.ok()) {
      EXPECT_EQ(*now, states_[i]);
    } else {
      EXPECT_THAT(now.status().message(), HasSubstr("when the database is opened again"));
    }
    if (now.ok() && Do(*(*database)->Connect(), script_[i]).ok()) {
      return;
    }
    static_cast<void>((*database)->Close());
    database->reset();
    auto opened = Database::Open(env, kPath, SmallOptions());
    ASSERT_OK(opened);
    *database = *std::move(opened);
    const Result<Lines> then = Everything(*(*database)->Connect());
    ASSERT_OK(then);
    EXPECT_THAT(*then, AnyOf(states_[i], states_[i + 1]));
    if (*then == states_[i] && states_[i] != states_[i + 1]) {
      EXPECT_OK(Do(*(*database)->Connect(), script_[i]).status());
    }
  }

  void ExpectState(Session& session, const Lines& want) {
    const Result<Lines> now = Everything(session);
    ASSERT_OK(now);
    EXPECT_EQ(*now, want);
  }

  void Reopen(common::SimEnv& env) {
    auto database = Database::Open(env, kPath, SmallOptions());
    ASSERT_OK(database);
    ExpectState(*(*database)->Connect(), states_.back());
    EXPECT_OK((*database)->Close());
  }

  uint64_t operations_ = 0;
  uint64_t faults_ = 0;
  bool may_be_short_ = false;
};

TEST_P(DatabaseFaults, AnyOperationMayFailOnce) { ForSome(150, {}); }

TEST_P(DatabaseFaults, EveryOperationMayFailFromSomePointOn) { ForSome(150, {.for_ever = true}); }

TEST_P(DatabaseFaults, AnyReadMayBeShort) {
  ForSome(60, {.operations = FaultPlan::kRead, .fault = common::Fault::kShortRead});
}

TEST_P(DatabaseFaults, AnyWriteMayFail) {
  ForSome(60, {.operations = FaultPlan::kWrite, .for_ever = true});
}

TEST_P(DatabaseFaults, AnySyncMayFail) { ForSome(30, {.operations = FaultPlan::kSync}); }

TEST_P(DatabaseFaults, DiskMayBeFull) {
  for (uint64_t size = 20000; size < 1200000; size += 20000 * kFewer) {
    SCOPED_TRACE("disk of " + std::to_string(size));
    RunWith({}, size);
    ASSERT_FALSE(HasFailure());
  }
}

// Nothing can be written any more, not even at the end: no crash, no hang, and what was
// done is there afterwards.
TEST_P(DatabaseFaults, DiskMayFailForGood) {
  for (uint64_t n = NewSeed() % 20; n < 400; n += 20 * kFewer) {
    SCOPED_TRACE("operation " + std::to_string(n));
    common::SimEnv env;
    WriteFile(env, kRows, RowsText());
    ASSERT_OK(Database::Create(env, kPath, GetParam(), 4096));
    auto database = Database::Open(env, kPath, SmallOptions());
    ASSERT_OK(database);
    env.SetFaults({.fail_at = n, .for_ever = true});
    size_t done = 0;
    while (done < script_.size() && Do(*(*database)->Connect(), script_[done]).ok()) {
      ++done;
    }
    const Status closed = (*database)->Close();
    EXPECT_EQ(closed.ok(), env.faults() == 0) << closed.message();
    *database = nullptr;
    env.SetFaults({});
    const auto again = Database::Open(env, kPath, SmallOptions());
    ASSERT_OK(again);
    const Result<Lines> all = Everything(*(*again)->Connect());
    ASSERT_OK(all);
    EXPECT_THAT(*all, AnyOf(states_[done], states_[std::min(done + 1, script_.size())]));
  }
}

INSTANTIATE_TEST_SUITE_P(Nodes, DatabaseFaults, ::testing::Values(0U, 3U),
                         [](const auto& test) { return "On" + std::to_string(test.param); });

}  // namespace
}  // namespace redbase::db
