// Backups of a running database, and restoring them: whole or not there, whatever fails.
#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kCopy = "/copies/monday";
constexpr const char* kStatement = "backup '../copies/monday';";

class BackupTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  BackupTest() : system_(GetParam()) {
    const std::string split = distributed() ? " distribute a (10, 20)" : "";
    system_.Run("create table T (a int, b varchar(6000))" + split + ";");
    system_.Run("create unique index T(a);");
    std::string text;
    for (int i = 0; i < 30; ++i) {
      text += std::to_string(i) + "," + std::string(i % 10 == 3 ? 5500 : 90, 'b') + "\n";
    }
    EXPECT_OK(system_.Load("T", text));
    system_.Run("create table U (x int);");
    system_.Run("insert into U values (1), (2);");
    EXPECT_OK(system_.env.CreateDirectory("/copies"));
  }

  bool distributed() const { return GetParam() > 0; }

  // Everything that a database holds, after a check that finds nothing wrong.
  static Lines Contents(common::SimEnv& env, const std::string& path) {
    const Result<CheckSummary> summary = Database::Check(env, path, SmallOptions());
    EXPECT_OK(summary);
    if (summary.ok()) {
      EXPECT_THAT(summary->problems, IsEmpty());
    }
    const Result<std::unique_ptr<Database>> database = Database::Open(env, path, SmallOptions());
    EXPECT_OK(database);
    Result<Lines> all = Everything(*(*database)->Connect());
    EXPECT_OK(all);
    EXPECT_OK((*database)->Close());
    return *std::move(all);
  }
  static std::vector<std::string> Names(common::SimEnv& env, const std::string& path) {
    std::vector<std::string> names;
    const auto entries = env.List(path);
    EXPECT_OK(entries);
    for (const common::DirEntry& entry : *entries) {
      names.push_back(entry.name);
    }
    return names;
  }
  // The copy is there and holds `want`, or is not there.
  static void ExpectAllOrNothing(common::SimEnv& env, const Lines& want) {
    if (env.Exists(kCopy)) {
      EXPECT_EQ(Contents(env, kCopy), want);
    }
  }
  Result<CheckSummary> Restore(common::SimEnv& env, const std::string& from = "/db") {
    return Database::Restore(env, from, kCopy, SmallOptions());
  }

  System system_;
};

TEST_P(BackupTest, HoldsWhatTheDatabaseHeld) {
  const Lines want = system_.Everything();
  system_.Run(kStatement);
  system_.Run("delete from T where a > 3;");
  system_.Run("drop table U;");
  EXPECT_EQ(Contents(system_.env, kCopy), want);
  EXPECT_NE(system_.Everything(), want);
}

TEST_P(BackupTest, WasClosed) {
  system_.Run(kStatement);
  ASSERT_OK_AND_ASSIGN(const CheckSummary summary,
                       Database::Check(system_.env, kCopy, SmallOptions()));
  EXPECT_FALSE(summary.recovery.was_needed);
}

TEST_P(BackupTest, CanBeChangedAndBackedUpAgain) {
  system_.Run(kStatement);
  ASSERT_OK_AND_ASSIGN(const auto database, Database::Open(system_.env, kCopy, SmallOptions()));
  const std::unique_ptr<Session> session = database->Connect();
  EXPECT_OK(Do(*session, "insert into T values (77, 'more');"));
  EXPECT_OK(Do(*session, "create index U(x);"));
  ASSERT_OK_AND_ASSIGN(const Lines want, Everything(*session));
  EXPECT_OK(Do(*session, "backup '/copies/tuesday';"));
  EXPECT_EQ(Contents(system_.env, "/copies/tuesday"), want);
}

// Theirs go on, and are not in it.
TEST_P(BackupTest, HoldsNothingOfOpenTransactions) {
  const std::unique_ptr<Session> other = system_.database().Connect();
  const Lines want = system_.Everything();
  EXPECT_OK(Do(*other, "begin;"));
  EXPECT_OK(Do(*other, "insert into T values (77, 'more');"));
  EXPECT_OK(Do(*other, "delete from T where a < 15;"));
  EXPECT_OK(Do(*other, "drop table U;"));
  EXPECT_OK(Do(*other, "create table V (x int);"));
  EXPECT_OK(Do(*other, "insert into V values (1);"));
  system_.Run("checkpoint;");
  system_.Run(kStatement);
  EXPECT_EQ(Contents(system_.env, kCopy), want);
  EXPECT_OK(Do(*other, "commit;"));
  system_.Run("backup '/copies/tuesday';");
  EXPECT_EQ(Contents(system_.env, "/copies/tuesday"), system_.Everything());
}

TEST_P(BackupTest, IsRefusedInsideATransaction) {
  system_.Run("begin;");
  EXPECT_EQ(system_.Error(kStatement), "backup cannot run inside a transaction");
  system_.Run("rollback;");
}

TEST_P(BackupTest, ReplacesNothing) {
  system_.Run(kStatement);
  EXPECT_EQ(system_.Error(kStatement), "cannot back up to /db/../copies/monday: it exists already");
  EXPECT_THAT(system_.Error("backup 'inside';"), HasSubstr("\"/db\" is a database"));
  EXPECT_THAT(system_.Error("backup '/nowhere/monday';"), HasSubstr("/nowhere"));
  EXPECT_THAT(system_.Error("backup '';"), HasSubstr("cannot back up to"));
}

TEST_P(BackupTest, OfADamagedDatabaseIsRefused) {
  system_.Close();
  const std::string file = distributed() ? "/db/data.2/101.1" : "/db/101.1";
  EXPECT_OK(system_.env.CorruptByte(file, 2 * 4096 + 100, 1));
  system_.Open();
  EXPECT_THAT(system_.Error(kStatement), HasSubstr(file + ": page 2: checksum mismatch"));
  EXPECT_THAT(Names(system_.env, "/copies"), IsEmpty());
  EXPECT_OK(system_.env.CorruptByte(file, 2 * 4096 + 100, 1));
}

TEST_P(BackupTest, OfOneDataNodeIsRefused) {
  if (distributed()) {
    system_.Close();
    ASSERT_OK_AND_ASSIGN(const auto node,
                         Database::Open(system_.env, "/db/data.2", SmallOptions()));
    EXPECT_THAT(Do(*node->Connect(), kStatement).status().message(),
                HasSubstr("this is data node 2 of another database"));
    EXPECT_THAT(Restore(system_.env, "/db/data.1").status().message(),
                HasSubstr("it is data node 1 of another one"));
  }
}

TEST_P(BackupTest, OnAFullDiskLeavesNothing) {
  const Lines want = system_.Everything();
  system_.Run("checkpoint;");
  for (const uint64_t room : {0, 5000, 50000}) {
    uint64_t used = 0;
    for (const char* folder : {"/db", "/db/data.1", "/db/data.2", "/db/data.3", "/"}) {
      for (const std::string& name :
           system_.env.Exists(folder) ? Names(system_.env, folder) : std::vector<std::string>()) {
        const auto info = system_.env.Stat(std::string(folder) + "/" + name);
        used += info.ok() && info->is_regular ? info->size : 0;
      }
    }
    system_.env.SetDiskSize(used + room);
    EXPECT_THAT(system_.Error(kStatement), HasSubstr("No space left on device"));
    EXPECT_THAT(Names(system_.env, "/copies"), IsEmpty());
    system_.env.SetDiskSize(uint64_t{1} << 40);
  }
  EXPECT_EQ(system_.Everything(), want);
}

TEST_P(BackupTest, EveryFailureLeavesAllOrNothing) {
  const Lines want = system_.Everything();
  system_.Close();
  const std::unique_ptr<common::SimEnv> whole = system_.env.Fork();
  const uint64_t step = kSanitized ? 29 : 3;
  for (uint64_t n = 0;; n += step) {
    const std::unique_ptr<common::SimEnv> env = whole->Fork();
    ASSERT_OK_AND_ASSIGN(const auto database, Database::Open(*env, "/db", SmallOptions()));
    const std::unique_ptr<Session> session = database->Connect();
    env->SetFaults({.fail_at = n});
    const Result<Lines> done = Do(*session, kStatement);
    const bool failed = env->faults() > 0;
    env->SetFaults({});
    EXPECT_TRUE(done.ok() || Names(*env, "/copies").empty()) << n;
    ExpectAllOrNothing(*env, want);
    EXPECT_EQ(*Everything(*session), want);
    if (!failed) {
      EXPECT_OK(done);
      break;
    }
  }
  system_.Open();
}

// Calls `work` on a copy of the disk, and `expect` on what a power cut before each of its
// operations leaves.
void ForEachCrash(const common::SimEnv& disk, const std::function<void(common::SimEnv&)>& work,
                  const std::function<void(common::SimEnv&)>& expect) {
  const std::unique_ptr<common::SimEnv> env = disk.Fork();
  common::Mutex mutex;
  std::vector<std::unique_ptr<common::SimEnv>> crashed;
  uint64_t seed = NewSeed();
  uint64_t number = 0;
  env->SetObserver([&](common::FaultPlan::Operation) {
    const common::MutexLock lock(mutex);
    if (number++ % (kSanitized ? 7 : 2) == 0) {
      crashed.push_back(env->Fork());
      crashed.back()->Crash(seed++);
    }
  });
  work(*env);
  env->SetObserver(nullptr);
  for (const auto& each : crashed) {
    expect(*each);
  }
  EXPECT_GT(crashed.size(), kSanitized ? 2U : 10U);
}

TEST_P(BackupTest, APowerCutLeavesAllOrNothing) {
  const Lines want = system_.Everything();
  system_.Close();
  ForEachCrash(
      system_.env,
      [](common::SimEnv& env) {
        ASSERT_OK_AND_ASSIGN(const auto database, Database::Open(env, "/db", SmallOptions()));
        const std::unique_ptr<Session> session = database->Connect();
        EXPECT_OK(Do(*session, "insert into U values (3);"));
        EXPECT_OK(Do(*session, "delete from U where x = 3;"));
        EXPECT_OK(Do(*session, kStatement));
      },
      [&want](common::SimEnv& env) {
        ExpectAllOrNothing(env, want);
        // The statements before the backup may be missing from the rows, nothing else.
        const Lines source = Contents(env, "/db");
        EXPECT_TRUE(source == want || source.size() == want.size() + 1);
      });
  system_.Open();
}

TEST_P(BackupTest, CanBeCancelled) {
  bool cancelled = false;
  system_.env.SetObserver([&](common::FaultPlan::Operation operation) {
    // Not before the copying has begun.
    if (operation == common::FaultPlan::kDirectory && !cancelled) {
      cancelled = true;
      system_.session().cancel_token().Cancel();
    }
  });
  EXPECT_CODE(Code::kCancelled, system_.Do(kStatement));
  system_.env.SetObserver(nullptr);
  EXPECT_THAT(Names(system_.env, "/copies"), IsEmpty());
  system_.Close();
  common::CancelToken cancel;
  cancel.Cancel();
  EXPECT_CODE(Code::kCancelled,
              Database::Restore(system_.env, "/db", kCopy, SmallOptions(), &cancel));
  EXPECT_THAT(Names(system_.env, "/copies"), IsEmpty());
  system_.Open();
}

TEST_P(BackupTest, RestoresToTheSameRows) {
  const Lines want = system_.Everything();
  system_.Run("backup '/copies/sunday';");
  system_.Run("delete from T;");
  ASSERT_OK_AND_ASSIGN(const CheckSummary summary, Restore(system_.env, "/copies/sunday"));
  EXPECT_THAT(summary.problems, IsEmpty());
  EXPECT_EQ(summary.relations, 2U);
  EXPECT_EQ(Contents(system_.env, kCopy), want);
  EXPECT_EQ(Contents(system_.env, "/copies/sunday"), want);
}

TEST_P(BackupTest, ABackupThatWasNotClosedIsRestoredToItsLastCommit) {
  system_.Run("insert into U values (3);");
  const Lines want = system_.Everything();
  const std::unique_ptr<common::SimEnv> env = system_.env.Fork();
  env->Crash(1);
  ASSERT_OK_AND_ASSIGN(const CheckSummary summary, Restore(*env));
  EXPECT_TRUE(summary.recovery.was_needed);
  EXPECT_EQ(Contents(*env, kCopy), want);
}

TEST_P(BackupTest, ADamagedBackupIsNotRestored) {
  system_.Close();
  const std::unique_ptr<common::SimEnv> env = system_.env.Fork();
  const std::string file = distributed() ? "/db/data.2/101.1" : "/db/101.1";
  EXPECT_OK(env->CorruptByte(file, 2 * 4096 + 100, 1));
  ASSERT_OK_AND_ASSIGN(const CheckSummary summary, Restore(*env));
  EXPECT_THAT(summary.problems, ElementsAre(HasSubstr(file + ": page 2: checksum mismatch")));
  EXPECT_THAT(Names(*env, "/copies"), IsEmpty());
  system_.Open();
}

TEST_P(BackupTest, RestoreRefusesWhatItCannotCopy) {
  EXPECT_THAT(Restore(system_.env).status().message(), HasSubstr("is in use by process"));
  EXPECT_THAT(Restore(system_.env, "/copies").status().message(),
              HasSubstr("no database in /copies"));
  system_.Close();
  EXPECT_OK(Restore(system_.env));
  EXPECT_THAT(Restore(system_.env).status().message(), HasSubstr("it exists already"));
}

TEST_P(BackupTest, RestoresFromWhatMayOnlyBeRead) {
  const Lines want = system_.Everything();
  system_.Close();
  const std::unique_ptr<common::SimEnv> env = system_.env.Fork();
  env->SetReadOnly("/db");
  EXPECT_OK(Restore(*env));
  EXPECT_EQ(Contents(*env, kCopy), want);
}

TEST_P(BackupTest, EveryFailureOfARestoreLeavesAllOrNothing) {
  const Lines want = system_.Everything();
  system_.Close();
  const uint64_t step = kSanitized ? 29 : 3;
  for (uint64_t n = 0;; n += step) {
    const std::unique_ptr<common::SimEnv> env = system_.env.Fork();
    env->SetFaults({.fail_at = n});
    const Result<CheckSummary> summary = Restore(*env);
    const bool failed = env->faults() > 0;
    env->SetFaults({});
    const bool made = summary.ok() && summary->problems.empty();
    EXPECT_TRUE(made || Names(*env, "/copies").empty()) << n;
    EXPECT_EQ(env->Exists(kCopy), made) << n;
    ExpectAllOrNothing(*env, want);
    if (!failed) {
      EXPECT_TRUE(made);
      break;
    }
  }
}

TEST_P(BackupTest, APowerCutDuringARestoreLeavesAllOrNothing) {
  const Lines want = system_.Everything();
  system_.Close();
  ForEachCrash(
      system_.env,
      [](common::SimEnv& env) { EXPECT_OK(Database::Restore(env, "/db", kCopy, SmallOptions())); },
      [&want](common::SimEnv& env) { ExpectAllOrNothing(env, want); });
}

INSTANTIATE_TEST_SUITE_P(Nodes, BackupTest, ::testing::Values(0U, 3U),
                         [](const auto& test) { return "On" + std::to_string(test.param); });

}  // namespace
}  // namespace redbase::db
