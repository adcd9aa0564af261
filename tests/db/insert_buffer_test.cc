// Prepared inserts in transactions, whose rows are put in together: nobody can tell.

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/random.h"
#include "db/prepared_statement.h"
#include "db/row_cursor.h"
#include "tests/db/several_sessions.h"

namespace redbase::db {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Prepared = std::unique_ptr<PreparedStatement>;

// With this statement after the table T (k, text) was made; it may make an index.
class InsertBufferTest : public ::testing::TestWithParam<const char*> {
 protected:
  InsertBufferTest() {
    MakeTable(system_);
    other_ = system_.database().Connect();
  }
  ~InsertBufferTest() override { other_.reset(); }

  static void MakeTable(System& system) {
    system.Run("create table T (k int, text varchar(3000));");
    if (*GetParam() != '\0') {
      system.Run(GetParam());
    }
    system.Run("create table U (k int);");
  }
  bool is_unique() const {
    return std::string_view(GetParam()).find("unique") != std::string::npos;
  }

  Prepared Prepare(std::string_view text) {
    Result<Prepared> prepared = system_.session().Prepare(text);
    EXPECT_OK(prepared);
    return *std::move(prepared);
  }
  Prepared PrepareInsert() { return Prepare("insert into T values ($1, $2);"); }
  static Result<uint64_t> Insert(PreparedStatement& insert, int k, std::string text = "x") {
    return insert.Run({Value::Int(k), Value::String(std::move(text))});
  }
  static void InsertAll(PreparedStatement& insert, int first, int last) {
    for (int k = first; k < last; ++k) {
      ASSERT_EQ(*Insert(insert, k), 1U);
    }
  }
  Lines Keys() { return Sorted(system_.Rows("select k from T;")); }

  System system_{0};
  std::unique_ptr<Session> other_;
};

TEST_P(InsertBufferTest, OwnStatementsSeeTheRows) {
  const Prepared insert = PrepareInsert();
  const Prepared select = Prepare("select text from T where k = $1;");
  system_.Run("begin;");
  InsertAll(*insert, 0, 5);
  EXPECT_THAT(Keys(), ElementsAre("0", "1", "2", "3", "4"));
  InsertAll(*insert, 5, 8);
  system_.Run("update T set text = 'y' where k > 5;");
  InsertAll(*insert, 8, 9);
  EXPECT_EQ(*Prepare("delete from T where k < $1;")->Run({Value::Int(4)}), 4U);
  EXPECT_THAT(Sorted(system_.Rows("select * from T;")),
              ElementsAre("4 | x", "5 | x", "6 | y", "7 | y", "8 | x"));
  InsertAll(*insert, 9, 10);
  EXPECT_EQ(system_.Rows("select text from T where k = 9;").size(), 1U);
  system_.Run("commit;");
  EXPECT_EQ(Keys().size(), 6U);
}

TEST_P(InsertBufferTest, OthersSeeThemAfterTheCommit) {
  const Prepared insert = PrepareInsert();
  system_.Run("begin;");
  InsertAll(*insert, 0, 5);
  EXPECT_THAT(*Do(*other_, "select k from T;"), IsEmpty());
  system_.Run("commit;");
  EXPECT_EQ(Do(*other_, "select k from T;")->size(), 5U);
  InsertAll(*insert, 5, 6);  // by itself
  EXPECT_EQ(Do(*other_, "select k from T;")->size(), 6U);
}

TEST_P(InsertBufferTest, ARollbackForgetsThem) {
  const Prepared insert = PrepareInsert();
  system_.Run("begin;");
  InsertAll(*insert, 0, 5);
  system_.Run("rollback;");
  EXPECT_THAT(Keys(), IsEmpty());
  system_.Run("begin;");
  InsertAll(*insert, 0, 2);
  system_.Run("commit;");
  EXPECT_THAT(Keys(), ElementsAre("0", "1"));
}

TEST_P(InsertBufferTest, SavepointsDivideThem) {
  const Prepared insert = PrepareInsert();
  system_.Run("begin;");
  InsertAll(*insert, 0, 2);
  system_.Run("savepoint s;");
  InsertAll(*insert, 2, 4);
  system_.Run("rollback to s;");
  InsertAll(*insert, 4, 6);
  system_.Run("savepoint s;");
  InsertAll(*insert, 6, 8);
  system_.Run("release s;");
  InsertAll(*insert, 8, 9);
  system_.Run("rollback to s;");
  InsertAll(*insert, 2, 4);
  system_.Run("commit;");
  EXPECT_THAT(Keys(), ElementsAre("0", "1", "2", "3"));
}

TEST_P(InsertBufferTest, AWrongValueFailsTheTransaction) {
  const Prepared insert = PrepareInsert();
  system_.Run("begin;");
  InsertAll(*insert, 0, 2);
  system_.Run("savepoint s;");
  InsertAll(*insert, 2, 4);
  EXPECT_CODE(Code::kInvalidArgument, Insert(*insert, 4, std::string(3001, 'x')));
  EXPECT_CODE(Code::kInvalidArgument, Insert(*insert, 4));
  system_.Run("rollback to s;");
  EXPECT_CODE(Code::kTypeMismatch, insert->Run({Value::String("k"), Value::String("x")}));
  system_.Run("rollback to s;");
  InsertAll(*insert, 5, 7);
  system_.Run("commit;");
  EXPECT_THAT(Keys(), ElementsAre("0", "1", "5", "6"));
}

TEST_P(InsertBufferTest, ADuplicateIsRefusedAtOnce) {
  const Prepared insert = PrepareInsert();
  system_.Run("begin;");
  InsertAll(*insert, 0, 5);
  system_.Run("savepoint s;");
  InsertAll(*insert, 5, 10);
  const Result<uint64_t> again = Insert(*insert, 7);
  if (is_unique()) {
    EXPECT_CODE(Code::kConstraint, again);
    EXPECT_THAT(again.status().message(), HasSubstr("duplicate key (7) in unique index"));
    system_.Run("rollback to s;");
    InsertAll(*insert, 7, 8);
    EXPECT_CODE(Code::kConstraint, Insert(*insert, 3));
    system_.Run("rollback;");
  } else {
    EXPECT_OK(again);
    system_.Run("commit;");
    EXPECT_EQ(Keys().size(), 11U);
  }
}

TEST_P(InsertBufferTest, AKeyTooLongIsRefusedAtOnce) {
  system_.Run("create index T(text);");
  const Prepared insert = PrepareInsert();
  system_.Run("begin;");
  InsertAll(*insert, 0, 3);
  system_.Run("savepoint s;");
  ASSERT_OK(Insert(*insert, 3));
  ASSERT_OK(Insert(*insert, 4));
  EXPECT_THAT(Insert(*insert, 5, std::string(2500, 'x')).status().message(),
              HasSubstr("an index key of"));
  system_.Run("rollback to s;");
  system_.Run("commit;");
  EXPECT_EQ(Keys().size(), 3U);
}

TEST_P(InsertBufferTest, TheStatementMayGoBeforeTheCommit) {
  Prepared insert = PrepareInsert();
  system_.Run("begin;");
  InsertAll(*insert, 0, 5);
  insert.reset();
  insert = PrepareInsert();
  InsertAll(*insert, 5, 8);
  insert.reset();
  system_.Run("commit;");
  EXPECT_EQ(Keys().size(), 8U);
}

TEST_P(InsertBufferTest, ASessionThatEndsTakesThemWithIt) {
  auto session = system_.database().Connect();
  Result<Prepared> insert = session->Prepare("insert into T values ($1, $2);");
  ASSERT_OK(insert);
  ASSERT_OK(Do(*session, "begin;"));
  InsertAll(**insert, 0, 5);
  insert->reset();
  session.reset();
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_P(InsertBufferTest, DefinitionsOfOthersDoNotDisturb) {
  const Prepared insert = PrepareInsert();
  system_.Run("begin;");
  InsertAll(*insert, 0, 3);
  ASSERT_OK(Do(*other_, "create table V (k int);"));
  InsertAll(*insert, 3, 6);
  ASSERT_OK(Do(*other_, "set lock_timeout = 10;"));
  EXPECT_CODE(Code::kUnavailable, Do(*other_, "drop table T;"));
  EXPECT_CODE(Code::kUnavailable, Do(*other_, "create index T(text);"));
  InsertAll(*insert, 6, 8);
  system_.Run("commit;");
  EXPECT_EQ(Keys().size(), 8U);
  ASSERT_OK(Do(*other_, "drop table T;"));
}

TEST_P(InsertBufferTest, AnOpenResultIsInTheWay) {
  const Prepared insert = PrepareInsert();
  system_.Run("begin;");
  InsertAll(*insert, 0, 3);
  Result<std::unique_ptr<StatementResult>> result = system_.session().Execute("select * from T;");
  ASSERT_OK(result);
  EXPECT_THAT(Insert(*insert, 3).status().message(), HasSubstr("has not ended"));
  result->reset();
  system_.Run("rollback;");
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_P(InsertBufferTest, ManyLongRowsArePutInAtTimes) {
  const Prepared insert = PrepareInsert();
  constexpr int kMany = 5000;
  system_.Run("begin;");
  for (int k = 0; k < kMany; ++k) {
    ASSERT_OK(Insert(*insert, k, std::string(static_cast<size_t>(k % 2500), 'y')));
  }
  system_.Run("commit;");
  const Lines rows = system_.Rows("select * from T;");
  ASSERT_EQ(rows.size(), size_t{kMany});
  for (const std::string& row : rows) {
    const size_t bar = row.find(" | ");
    EXPECT_EQ(row.size() - bar - 3, std::stoul(row) % 2500);
  }
}

// The disk fails at any time: all rows are there afterwards, or none.
TEST_P(InsertBufferTest, SurvivesFaults) {
  constexpr int kRows = 3000;
  uint64_t failed_early = 0;
  for (uint64_t n = 0;; n += kSanitized ? 1009 : 201) {
    SCOPED_TRACE("operation " + std::to_string(n));
    System system(0);
    MakeTable(system);
    system.env.SetFaults({.fail_at = n,
                          .operations = common::FaultPlan::kWrite | common::FaultPlan::kSync,
                          .for_ever = true});
    Status status;
    {
      const Prepared insert = *system.session().Prepare("insert into T values ($1, $2);");
      system.Run("begin;");
      for (int k = 0; k < kRows && status.ok(); ++k) {
        status = Insert(*insert, k, std::string(2000, 'z')).status();
      }
    }
    const bool inserted = status.ok();
    const Result<Lines> committed = system.Do("commit;");
    const bool failed = system.env.faults() > 0;
    system.env.SetFaults({});
    static_cast<void>(system.TryClose());
    system.Open();
    const size_t rows = system.Rows("select k from T;").size();
    if (!inserted) {
      EXPECT_CODE(Code::kIoError, status);
      EXPECT_EQ(rows, 0U);
      ++failed_early;
    } else if (committed.ok()) {
      EXPECT_EQ(rows, size_t{kRows});
    } else {
      EXPECT_THAT(rows, ::testing::AnyOf(0U, kRows));
    }
    if (!failed || HasFailure()) {
      break;
    }
  }
  EXPECT_GT(failed_early, 0U);
}

// Random transactions of two prepared inserts and other statements, against a model.
TEST_P(InsertBufferTest, RandomTransactionsAreAsAModelSays) {
  const uint64_t seed = NewSeed();
  Random random(seed);
  const auto below = [&random](uint64_t n) { return static_cast<int>(random.Below(n)); };
  using Model = std::vector<int>;  // keys, in order
  const uint64_t key_count = is_unique() ? 2000 : 300;
  const Prepared insert = PrepareInsert();
  const Prepared pair = Prepare("insert into T values ($1, 'a'), ($2, 'b');");
  const Prepared other_table = Prepare("insert into U values ($1);");
  const Prepared look = Prepare("select k from T where k = $1;");
  Model committed;
  for (int transaction = 0; transaction < 100; ++transaction) {
    Model model = committed;
    std::optional<Model> savepoint;
    const auto has = [&model](int k) { return std::count(model.begin(), model.end(), k); };
    // Adds the keys to the model, if they may be there.
    const auto add = [&](const std::vector<int>& keys, const Result<uint64_t>& inserted) {
      const Model before = model;
      bool refused = false;
      for (const int k : keys) {
        refused = refused || (is_unique() && has(k) > 0);
        model.push_back(k);
      }
      ASSERT_EQ(inserted.ok(), !refused) << "seed " << seed;
      if (refused) {
        model = before;
        EXPECT_CODE(Code::kConstraint, inserted);
      }
    };
    system_.Run("begin;");
    const int steps = below(60);
    for (int step = 0; step < steps; ++step) {
      if (system_.session().transaction_state() == TransactionState::kFailed) {
        if (!savepoint) {
          break;
        }
        system_.Run("rollback to s;");
        model = *savepoint;
      }
      const int k = below(key_count);
      const int what = below(100);
      if (what < 70) {
        add({k}, Insert(*insert, k));
      } else if (what < 78) {
        const int next = below(key_count);
        add({k, next}, pair->Run({Value::Int(k), Value::Int(next)}));
      } else if (what < 83) {
        EXPECT_OK(other_table->Run({Value::Int(k)}));
      } else if (what < 88) {
        Batch rows;
        const std::array<Value, 1> key = {Value::Int(k)};
        RowCursor cursor(*look->Execute(key));
        int found = 0;
        while (*cursor.Next()) {
          ++found;
        }
        EXPECT_EQ(found, has(k)) << "seed " << seed;
      } else if (what < 92) {
        system_.Run("delete from T where k = " + std::to_string(k) + ";");
        std::erase(model, k);
      } else if (what < 95) {
        EXPECT_THAT(*Do(*other_, "select k from T;"), ::testing::SizeIs(committed.size()));
      } else if (what < 98) {
        system_.Run("savepoint s;");
        savepoint = model;
      } else if (savepoint) {
        system_.Run("rollback to s;");
        model = *savepoint;
      }
    }
    const bool failed = system_.session().transaction_state() == TransactionState::kFailed;
    const bool commits = below(4) > 0;
    system_.Run(commits ? "commit;" : "rollback;");
    if (commits && !failed) {
      committed = model;
    }
    Lines want;
    for (const int k : committed) {
      want.push_back(std::to_string(k));
    }
    ASSERT_EQ(Keys(), Sorted(want)) << "seed " << seed;
  }
}

using ReservedKeysTest = SeveralSessionsTest;

// The keys of rows that are in a buffer are not others' to take.
TEST_P(ReservedKeysTest, OthersWaitForARowThatIsNotInYet) {
  Result<Prepared> insert = sessions_[0]->Prepare("insert into T values ($1, $2);");
  ASSERT_OK(insert);
  const auto insert_rows = [&insert](int first, int last) {
    for (int k = first; k < last; ++k) {
      ASSERT_EQ(*(*insert)->Run({Value::Int(k), Value::Int(k)}), 1U);
    }
  };
  for (const bool commits : {false, true}) {
    Run(0, "begin;");
    insert_rows(10, 15);
    Waiting waiting(*this, 1, "insert into T values (13, 0);");
    Run(2, "insert into T values (15, 0);");
    Run(2, "delete from T where k = 15;");
    Run(0, commits ? "commit;" : "rollback;");
    const Result<Lines> outcome = waiting.Outcome();
    if (commits) {
      EXPECT_CODE(Code::kConstraint, outcome);
      EXPECT_EQ(Rows().size(), 8U);
    } else {
      EXPECT_OK(outcome);
      EXPECT_EQ(Rows().size(), 4U);
      Run(2, "delete from T where k = 13;");
    }
  }
  insert->reset();
}

TEST_P(ReservedKeysTest, ItWaitsForOthers) {
  Result<Prepared> insert = sessions_[0]->Prepare("insert into T values ($1, 0);");
  ASSERT_OK(insert);
  Run(0, "begin;");
  ASSERT_EQ(*(*insert)->Run({Value::Int(10)}), 1U);
  ASSERT_EQ(*(*insert)->Run({Value::Int(11)}), 1U);
  Run(1, "begin;");
  Run(1, "delete from T where k = 2;");
  Run(1, "insert into T values (12, 0);");
  Run(0, "set lock_timeout = 20;");
  Run(0, "savepoint s;");
  EXPECT_CODE(Code::kUnavailable, (*insert)->Run({Value::Int(2)}));
  Run(0, "rollback to s;");
  EXPECT_CODE(Code::kUnavailable, (*insert)->Run({Value::Int(12)}));
  Run(0, "rollback to s;");
  Run(1, "rollback;");
  EXPECT_CODE(Code::kConstraint, (*insert)->Run({Value::Int(2)}));
  Run(0, "rollback to s;");
  ASSERT_EQ(*(*insert)->Run({Value::Int(12)}), 1U);
  ASSERT_EQ(*(*insert)->Run({Value::Int(13)}), 1U);
  Run(0, "commit;");
  EXPECT_EQ(Rows().size(), 7U);
  insert->reset();
}

// Two wait for each other's rows in buffers.
TEST_P(ReservedKeysTest, DeadlocksAreFound) {
  std::array<Prepared, 2> inserts;
  for (size_t i = 0; i < 2; ++i) {
    Result<Prepared> insert = sessions_[i]->Prepare("insert into T values ($1, 0);");
    ASSERT_OK(insert);
    inserts.at(i) = *std::move(insert);
    Run(i, "begin;");
    for (int k = 0; k < 3; ++k) {
      ASSERT_EQ(*inserts.at(i)->Run({Value::Int(10 * static_cast<int>(i + 1) + k)}), 1U);
    }
  }
  Waiting waiting(*this, 0, "insert into T values (22, 1);");
  const Result<uint64_t> other = inserts[1]->Run({Value::Int(12)});
  EXPECT_CODE(Code::kDeadlock, other);
  Run(1, "rollback;");
  EXPECT_OK(waiting.Outcome());
  Run(0, "commit;");
  EXPECT_EQ(Rows().size(), 7U);
  inserts = {};
}

// Threads insert the same keys: each is there once, as often as its transaction committed.
TEST_P(ReservedKeysTest, OneOfManyGetsAKey) {
  const uint64_t seed = NewSeed();
  constexpr int kKeys = 400;
  std::array<std::atomic<int>, kKeys> committed{};
  const auto work = [&](size_t number) {
    Session& session = *sessions_.at(number);
    Random random(seed + number);
    const Prepared insert = *session.Prepare("insert into T values ($1, 0);");
    for (int round = 0; round < (kSanitized ? 30 : 150); ++round) {
      EXPECT_OK(Do(session, "begin;"));
      std::vector<size_t> mine;
      for (int i = 0; i < 12; ++i) {
        const size_t key = random.Below(kKeys);
        const Result<uint64_t> inserted = insert->Run({Value::Int(static_cast<int>(key) + 100)});
        if (!inserted.ok()) {
          EXPECT_THAT(inserted.status().code(),
                      ::testing::AnyOf(Code::kConstraint, Code::kDeadlock, Code::kConflict));
          break;
        }
        mine.push_back(key);
        if (random.OneIn(4)) {
          common::RealEnv().SleepMicros(50);  // for the others' turn
        }
      }
      const bool failed = session.transaction_state() == TransactionState::kFailed;
      const bool commits = !failed && random.OneIn(2);
      EXPECT_OK(Do(session, commits ? "commit;" : "rollback;"));
      for (const size_t key : mine) {
        committed.at(key) += commits ? 1 : 0;
      }
    }
  };
  std::vector<std::unique_ptr<common::Thread>> threads;
  for (size_t i = 0; i < sessions_.size(); ++i) {
    threads.push_back(common::RealEnv().StartThread("inserter", [&work, i] { work(i); }));
  }
  for (const auto& thread : threads) {
    thread->Join();
  }
  Lines want = {"1", "2", "3"};
  for (size_t key = 0; key < kKeys; ++key) {
    EXPECT_LE(committed.at(key).load(), 1);
    if (committed.at(key) > 0) {
      want.push_back(std::to_string(key + 100));
    }
  }
  EXPECT_EQ(Sorted(system_.Rows("select k from T;")), Sorted(want)) << "seed " << seed;
}

INSTANTIATE_TEST_SUITE_P(Nodes, ReservedKeysTest, ::testing::Values(0U, 3U),
                         ::testing::PrintToStringParamName());

std::string NameOf(const ::testing::TestParamInfo<const char*>& info) {
  const std::array<const char*, 3> names = {"None", "Plain", "Unique"};
  return names.at(info.index);
}

INSTANTIATE_TEST_SUITE_P(Indexes, InsertBufferTest,
                         ::testing::Values("", "create index T(k);", "create unique index T(k);"),
                         NameOf);

}  // namespace
}  // namespace redbase::db
