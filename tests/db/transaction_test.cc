// Transactions of several statements in one session and in several, and random ones
// against a model.
#include <atomic>
#include <map>

#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr const char* kAborted =
    "current transaction is aborted, commands ignored until end of transaction block";

// The notices of a statement that gives no rows.
std::vector<std::string> NoticesOf(Session& session, std::string_view text) {
  const auto result = session.Execute(text);
  EXPECT_OK(result);
  return result.ok() ? (*result)->notices() : std::vector<std::string>();
}

class TransactionTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  TransactionTest() {
    MakeTable("T");
    system_.Run("create index T(k);");
    system_.Run("insert into T values (1, 'one'), (15, 'more'), (25, 'most'), (35, 'last');");
    before_ = system_.Everything();
  }

  void MakeTable(const std::string& name) { system_.Run(CreateText(name)); }
  std::string CreateText(const std::string& name) const {
    const std::string split = GetParam() > 0 ? " distribute k (10, 20, 30)" : "";
    return "create table " + name + " (k int, v c10)" + split + ";";
  }
  Lines Keys() { return Sorted(system_.Rows("select k from T;")); }
  TransactionState state() { return system_.session().transaction_state(); }

  System system_{GetParam()};
  Lines before_;
};

TEST_P(TransactionTest, CommitKeepsAllStatements) {
  system_.Run("begin;");
  EXPECT_EQ(state(), TransactionState::kActive);
  system_.Run("insert into T values (5, 'new'), (36, 'new');");
  system_.Run("delete from T where k < 5;");
  EXPECT_THAT(Keys(), ElementsAre("15", "25", "35", "36", "5"));
  system_.Run("commit;");
  EXPECT_EQ(state(), TransactionState::kIdle);
  system_.Reopen();
  EXPECT_THAT(Keys(), ElementsAre("15", "25", "35", "36", "5"));
}

TEST_P(TransactionTest, RollbackTakesEverythingBack) {
  system_.Run("start transaction;");
  system_.Run("update T set k = 36 where k < 20;");
  system_.Run(CreateText("U"));
  system_.Run("create index U(v);");
  EXPECT_OK(system_.Load("U", "1,one\n22,two\n"));
  EXPECT_OK(system_.Load("T", "1,one\n22,two\n"));
  system_.Run("drop index T(k);");
  system_.Run("insert into T values (3, 'x');");
  system_.Run("drop table T;");
  EXPECT_THAT(system_.Rows("select k from U where v = 'two';"), ElementsAre("22"));
  system_.Run("rollback;");
  EXPECT_EQ(system_.Everything(), before_);
}

TEST_P(TransactionTest, TablesMadeAndDroppedInsideAreThereAfterCommit) {
  system_.Run("begin;");
  system_.Run("drop table T;");
  system_.Run(CreateText("T"));
  system_.Run("insert into T values (7, 'again');");
  system_.Run("commit;");
  system_.Reopen();
  EXPECT_THAT(Keys(), ElementsAre("7"));
}

TEST_P(TransactionTest, AfterAFailureStatementsAreRefusedUntilTheEnd) {
  const std::pair<const char*, Code> failures[] = {
      {"insert into nothing values (1);", Code::kNotFound},
      {"insert into T values ('x', 'y');", Code::kTypeMismatch},
      {"load T(\"/nothing\");", Code::kNotFound},
      {"selekt;", Code::kSyntax},
      {"savepoint s; x", Code::kSyntax},
      {"set nothing = on;", Code::kInvalidArgument},
      {"rollback to nothing;", Code::kNotFound},
  };
  for (const auto& [text, code] : failures) {
    system_.Run("begin;");
    system_.Run("insert into T values (5, 'new');");
    const auto failed = system_.Do(text);
    EXPECT_EQ(failed.status().code(), code) << text << ": " << failed.status().message();
    EXPECT_EQ(state(), TransactionState::kFailed);
    for (const char* refused : {"select * from T;", "insert into T values (6, 'x');", "begin;",
                                "savepoint s;", "release s;", "checkpoint;", "help;"}) {
      EXPECT_EQ(system_.Error(refused), kAborted) << refused;
    }
    system_.Run(";");
    EXPECT_THAT(NoticesOf(system_.session(), "commit;"),
                ElementsAre("warning: the transaction had failed: it was rolled back"));
    EXPECT_EQ(state(), TransactionState::kIdle);
    EXPECT_EQ(system_.Everything(), before_);
  }
}

TEST_P(TransactionTest, ASavepointBringsAFailedTransactionBack) {
  system_.Run("begin;");
  system_.Run("insert into T values (5, 'new');");
  system_.Run("savepoint s;");
  system_.Run("delete from T;");
  system_.Error("insert into T values (1);");
  EXPECT_EQ(state(), TransactionState::kFailed);
  system_.Run("rollback to s;");
  EXPECT_EQ(state(), TransactionState::kActive);
  EXPECT_THAT(Keys(), ElementsAre("1", "15", "25", "35", "5"));
  system_.Run("commit;");
  EXPECT_THAT(Keys(), ElementsAre("1", "15", "25", "35", "5"));
}

TEST_P(TransactionTest, SavepointsNestAndShadow) {
  system_.Run("begin;");
  system_.Run("savepoint s;");
  system_.Run("insert into T values (2, 'x');");
  system_.Run("savepoint S;");
  system_.Run("insert into T values (3, 'x');");
  system_.Run("rollback to s;");
  EXPECT_THAT(Keys(), ElementsAre("1", "15", "2", "25", "35"));
  system_.Run("release s;");
  system_.Run("rollback to savepoint s;");
  EXPECT_THAT(Keys(), ElementsAre("1", "15", "25", "35"));
  system_.Run("savepoint inner1;");
  system_.Run("release s;");
  EXPECT_THAT(system_.Error("rollback to inner1;"),
              StartsWith("savepoint does not exist: \"inner1\" at line 1, column 13"));
  system_.Run("rollback;");
  EXPECT_EQ(system_.Everything(), before_);
}

TEST_P(TransactionTest, WhatDoesNotFitTheStateIsSaid) {
  Session& session = system_.session();
  for (const char* end : {"commit;", "rollback;", "end;", "abort;"}) {
    EXPECT_THAT(NoticesOf(session, end),
                ElementsAre("warning: there is no transaction in progress"));
  }
  EXPECT_EQ(system_.Error("savepoint s;"), "savepoint can only be used in a transaction");
  EXPECT_THAT(system_.Error("rollback to s;"), HasSubstr("only be used in a transaction"));
  EXPECT_THAT(system_.Error("release s;"), HasSubstr("only be used in a transaction"));
  EXPECT_THAT(NoticesOf(session, "begin;"), IsEmpty());
  EXPECT_THAT(NoticesOf(session, "begin;"),
              ElementsAre("warning: there is already a transaction in progress"));
  system_.Run("rollback;");
}

TEST_P(TransactionTest, AReadOnlyOneRefusesChanges) {
  for (const std::string change :
       {"insert into T values (1, 'x');", "delete from T;", "update T set k = 1;", "drop table T;",
        "create index T(v);", "create table V (a i);", "load T(\"/rows.txt\");"}) {
    system_.Run("begin read only;");
    EXPECT_EQ(Keys().size(), 4U);
    EXPECT_EQ(system_.Error(change), "cannot change anything in a read-only transaction");
    system_.Run("rollback;");
  }
  system_.Run("begin read write;");
  system_.Run("delete from T;");
  system_.Run("rollback;");
  EXPECT_EQ(system_.Everything(), before_);
}

TEST_P(TransactionTest, ADroppedResultTakesItsStatementBackAlone) {
  system_.Run("begin;");
  system_.Run("insert into T values (5, 'new');");
  {
    ASSERT_OK_AND_ASSIGN(const auto result, system_.session().Execute("delete from T;"));
    EXPECT_EQ(system_.Error("select * from T;"),
              "the last statement of the transaction has not ended");
  }
  system_.Run("commit;");
  EXPECT_THAT(Keys(), ElementsAre("1", "15", "25", "35", "5"));
}

TEST_P(TransactionTest, ASessionThatEndsInsideRollsBack) {
  {
    const std::unique_ptr<Session> other = system_.database().Connect();
    EXPECT_OK(Do(*other, "begin;"));
    EXPECT_OK(Do(*other, "delete from T;"));
  }
  EXPECT_EQ(system_.Everything(), before_);
}

TEST_P(TransactionTest, CheckpointWorksInsideAndOutside) {
  system_.Run("checkpoint;");
  system_.Run("begin;");
  system_.Run("insert into T values (5, 'new');");
  system_.Run("checkpoint;");
  system_.Run("rollback;");
  EXPECT_EQ(system_.Everything(), before_);
}

class TwoSessions : public TransactionTest {
 protected:
  TwoSessions() {
    EXPECT_OK(Do(*other_, "set lock_timeout = 20;"));
    system_.Run("set lock_timeout = 20;");
  }
  ~TwoSessions() override { other_.reset(); }

  void ExpectTimeout(const Result<Lines>& outcome) {
    EXPECT_CODE(Code::kUnavailable, outcome);
    EXPECT_EQ(outcome.status().message(), "canceling statement due to lock timeout");
  }

  std::unique_ptr<Session> other_ = system_.database().Connect();
};

TEST_P(TwoSessions, ARowIsChangedByOneAtATime) {
  system_.Run("begin;");
  system_.Run("delete from T where k = 1;");
  EXPECT_OK(Do(*other_, "delete from T where k = 15;"));
  ExpectTimeout(Do(*other_, "delete from T;"));
  EXPECT_EQ(Do(*other_, "select * from T;").value().size(), 3U);
  system_.Run("rollback;");
  EXPECT_EQ(Do(*other_, "delete from T;").value().size(), 3U);
}

TEST_P(TwoSessions, DefinitionsWaitForThoseWhoRead) {
  system_.Run("begin;");
  EXPECT_EQ(Keys().size(), 4U);
  ExpectTimeout(Do(*other_, "drop table T;"));
  EXPECT_EQ(Keys().size(), 4U);
  system_.Run("commit;");
  EXPECT_OK(Do(*other_, "drop table T;"));
}

// The index would not have the entries that the older snapshot needs.
TEST_P(TwoSessions, AnIndexIsNotMadeOfWhatASnapshotDoesNotSee) {
  system_.Run("begin;");
  EXPECT_EQ(Keys().size(), 4U);
  EXPECT_OK(Do(*other_, "update T set v = 'new' where k = 1;"));
  EXPECT_CODE(Code::kConflict, Do(system_.session(), "create index T(v);"));
  system_.Run("rollback;");
  system_.Run("create index T(v);");
}

TEST_P(TwoSessions, AFailedTransactionLetsOthersIn) {
  system_.Run("begin;");
  system_.Run("delete from T;");
  system_.Error("delete from nothing;");
  EXPECT_EQ(Do(*other_, "delete from T;").value().size(), 4U);
  system_.Run("rollback;");
}

TEST_P(TwoSessions, AWaitingStatementIsCancelled) {
  system_.Run("begin;");
  system_.Run("delete from T;");
  EXPECT_OK(Do(*other_, "set lock_timeout = 0;"));
  std::atomic<bool> done = false;
  const auto canceller = common::RealEnv().StartThread("cancel", [&] {
    while (!done) {
      other_->cancel_token().Cancel();
    }
  });
  EXPECT_CODE(Code::kCancelled, Do(*other_, "delete from T;"));
  done = true;
  canceller->Join();
  system_.Run("rollback;");
}

TEST_P(TwoSessions, OfTwoThatReadAndThenDefineOneIsTheVictim) {
  system_.Run("set lock_timeout = 0;");
  EXPECT_OK(Do(*other_, "set lock_timeout = 0;"));
  std::atomic<int> victims = 0;
  std::atomic<int> both_read = 0;
  const auto change = [&](Session& session) {
    EXPECT_OK(Do(session, "begin;"));
    EXPECT_OK(Do(session, "select * from T;"));
    ++both_read;
    while (both_read < 2) {
    }
    const Result<Lines> done = Do(session, "drop table T;");
    if (!done.ok()) {
      EXPECT_CODE(Code::kDeadlock, done);
      EXPECT_THAT(done.status().message(), StartsWith("deadlock detected"));
      ++victims;
    }
    EXPECT_OK(Do(session, "commit;"));
  };
  const auto thread = common::RealEnv().StartThread("other", [&] { change(*other_); });
  change(system_.session());
  thread->Join();
  EXPECT_EQ(victims, 1);
}

// A random program of transactions against a map; a savepoint is a copy of it.
class Program {
 public:
  Program(System* system, uint64_t seed) : system_(system), random_(seed) {}

  void Step() {
    const uint64_t what = random_.Below(12);
    if (!open_ && what < 4) {
      Run("begin;");
      open_ = true;
      saved_ = {{"", model_}};
    } else if (open_ && what == 0) {
      End("commit;", model_);
    } else if (open_ && what == 1) {
      End("rollback;", saved_.front().second);
    } else if (open_ && what < 4) {
      const std::string name(1, static_cast<char>('a' + random_.Below(3)));
      Run("savepoint " + name + ";");
      saved_.emplace_back(name, model_);
    } else if (open_ && what < 6 && saved_.size() > 1) {
      BackToASavepoint();
    } else {
      Change();
    }
    Check();
  }
  void Finish() {
    if (open_) {
      End("commit;", model_);
    }
  }

 private:
  using Model = std::map<int, int>;

  void Run(const std::string& text) { system_->Run(text); }
  void End(const std::string& text, Model after) {
    Run(text);
    model_ = std::move(after);
    open_ = false;
  }
  // The last one of that name, by way of a failure now and then.
  void BackToASavepoint() {
    const std::string name = saved_[1 + random_.Below(saved_.size() - 1)].first;
    if (random_.Below(2) == 0) {
      system_->Error("insert into R values (1, 2, 3);");
    }
    Run("rollback to " + name + ";");
    while (saved_.back().first != name) {
      saved_.pop_back();
    }
    model_ = saved_.back().second;
    if (random_.Below(3) == 0) {
      Run("release " + name + ";");
      saved_.pop_back();
    }
  }
  void Change() {
    const int key = static_cast<int>(random_.Below(40));
    const int value = static_cast<int>(random_.Below(1000));
    const std::string k = std::to_string(key);
    switch (random_.Below(5)) {
      case 0:
        Run("delete from R where k = " + k + ";");
        model_.erase(key);
        break;
      case 1:
        Run("update R set v = " + std::to_string(value) + " where k >= " + k + ";");
        for (auto at = model_.lower_bound(key); at != model_.end(); ++at) {
          at->second = value;
        }
        break;
      case 2:
        LoadMissing(value);
        break;
      case 3:
        Move(key);
        break;
      default:
        if (model_.emplace(key, value).second) {
          Run("insert into R values (" + k + ", " + std::to_string(value) + ");");
        }
    }
  }
  void LoadMissing(int value) {
    std::string text;
    for (int i = 0; i < 40; i += 7) {
      if (model_.emplace(i, value).second) {
        text += std::to_string(i) + "," + std::to_string(value) + "\n";
      }
    }
    EXPECT_OK(system_->Load("R", text));
  }
  // To a key on another node, if it is free.
  void Move(int key) {
    const int to = (key + 17) % 40;
    const auto found = model_.find(key);
    if (found != model_.end() && model_.emplace(to, found->second).second) {
      Run("update R set k = " + std::to_string(to) + " where k = " + std::to_string(key) + ";");
      model_.erase(key);
    }
  }
  void Check() {
    Lines want;
    for (const auto& [key, value] : model_) {
      want.push_back(std::to_string(key) + " | " + std::to_string(value));
    }
    ASSERT_EQ(Sorted(system_->Rows("select * from R;")), Sorted(want));
  }

  System* const system_;
  Random random_;
  bool open_ = false;
  Model model_;
  std::vector<std::pair<std::string, Model>> saved_;
};

TEST_P(TransactionTest, RandomProgramsAgreeWithAModel) {
  const std::string split = GetParam() > 0 ? " distribute k (10, 20, 30)" : "";
  system_.Run("create table R (k int, v int)" + split + ";");
  system_.Run("create unique index R(k);");
  Program program(&system_, NewSeed());
  for (int step = 0; step < 500 && !HasFatalFailure(); ++step) {
    program.Step();
  }
  program.Finish();
}

const auto kNodes = ::testing::Values(0U, 4U);
const auto kNodesName = [](const auto& test) { return "On" + std::to_string(test.param); };
INSTANTIATE_TEST_SUITE_P(Nodes, TransactionTest, kNodes, kNodesName);
INSTANTIATE_TEST_SUITE_P(Nodes, TwoSessions, kNodes, kNodesName);

}  // namespace
}  // namespace redbase::db
