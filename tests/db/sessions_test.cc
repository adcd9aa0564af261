// Several sessions at once, statements that are cancelled, and statements that
// need more memory than they may have.
#include <algorithm>
#include <atomic>

#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

using Threads = std::vector<std::unique_ptr<common::Thread>>;

constexpr int kRows = 16000;

DatabaseOptions WithMemory(size_t bytes) {
  DatabaseOptions options = SmallOptions();
  options.statement_memory = bytes;
  return options;
}

class SessionsTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  explicit SessionsTest(DatabaseOptions options = SmallOptions()) : system_(GetParam(), options) {
    const std::string split = GetParam() > 0 ? " distribute k (5000, 10000)" : "";
    system_.Run("create table T (k int, v int, pad c60)" + split + ";");
    FillInPieces("T", ",0,some padding that makes a row longer ");
  }

  // Rows of ascending numbers, in files small enough for little memory.
  void FillInPieces(const std::string& table, const std::string& rest) {
    for (int i = 0; i < kRows;) {
      std::string text;
      for (const int end = i + 1000; i < end; ++i) {
        text += std::to_string(i) + rest + "\n";
      }
      EXPECT_OK(system_.Load(table, text));
    }
  }

  std::unique_ptr<common::Thread> Start(std::function<void(Session&)> body) {
    return common::RealEnv().StartThread("session", [this, body = std::move(body)] {
      const std::unique_ptr<Session> session = system_.database().Connect();
      body(*session);
    });
  }

  System system_;
};

// Rows that all have the same v, whenever they are read.
void ExpectOneValue(Session& session) {
  const Result<Lines> rows = Do(session, "select v from T;");
  ASSERT_OK(rows);
  ASSERT_EQ(rows->size(), size_t{kRows});
  EXPECT_EQ(std::count(rows->begin(), rows->end(), rows->front()), kRows);
}

TEST_P(SessionsTest, ReadersSeeWholeStatementsOnly) {
  std::atomic<bool> done = false;
  Threads threads;
  for (int i = 0; i < 3; ++i) {
    threads.push_back(Start([&](Session& session) {
      while (!done) {
        ExpectOneValue(session);
      }
    }));
  }
  for (int v = 1; v <= 10; ++v) {
    EXPECT_EQ(system_.Rows("update T set v = " + std::to_string(v) + ";").size(), size_t{kRows});
  }
  done = true;
  threads.clear();
  EXPECT_EQ(system_.Rows("select k from T where v = 10;").size(), size_t{kRows});
}

TEST_P(SessionsTest, ChangesOfSeveralSessionsAllHappen) {
  Threads threads;
  for (int i = 0; i < 4; ++i) {
    threads.push_back(Start([i](Session& session) {
      const std::string name = "own" + std::to_string(i);
      EXPECT_OK(Do(session, "create table " + name + " (a int);"));
      EXPECT_OK(Do(session, "create index " + name + "(a);"));
      for (int n = 0; n < 20; ++n) {
        const std::string k = std::to_string(10000 + 100 * i + n);
        EXPECT_OK(Do(session, "insert into T values (" + k + ", 7, 'new');"));
        EXPECT_OK(Do(session, "insert into " + name + " values (" + k + ");"));
      }
    }));
  }
  threads.clear();
  EXPECT_EQ(system_.Rows("select k from T where v = 7;").size(), 80U);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(system_.Rows("print own" + std::to_string(i) + ";").size(), 20U);
  }
}

TEST_P(SessionsTest, OneCreatesATableThatOthersWanted) {
  std::atomic<int> created = 0;
  Threads threads;
  for (int i = 0; i < 4; ++i) {
    threads.push_back(Start([&](Session& session) {
      const Result<Lines> made = Do(session, "create table same (a int);");
      created += made.ok() ? 1 : 0;
      EXPECT_TRUE(made.ok() || made.status().code() == Code::kAlreadyExists);
    }));
  }
  threads.clear();
  EXPECT_EQ(created, 1);
}

TEST_P(SessionsTest, SettingsBelongToTheirSession) {
  const std::unique_ptr<Session> other = system_.database().Connect();
  system_.Run("set optimizeQuery = \"FALSE\";");
  EXPECT_FALSE(system_.session().settings().optimize_query);
  EXPECT_TRUE(other->settings().optimize_query);
}

TEST_P(SessionsTest, AResultThatIsDroppedTakesTheChangeBack) {
  const Lines before = system_.Everything();
  {
    auto result = system_.session().Execute("update T set v = 5;");
    ASSERT_OK(result);
    Batch batch;
    ASSERT_OK((*result)->Next(&batch));
  }
  EXPECT_EQ(system_.Everything(), before);
}

// Cancels the first session's statement after its first rows, by another thread.
Status CancelAfterFirstRows(Session& session, const std::string& text) {
  ASSIGN_OR_RETURN(const std::unique_ptr<StatementResult> result, session.Execute(text));
  Batch batch;
  Result<bool> more = result->Next(&batch);
  common::RealEnv().StartThread("cancel", [&] { session.cancel_token().Cancel(); })->Join();
  while (more.ok() && *more) {
    more = result->Next(&batch);
  }
  return more.status();
}

TEST_P(SessionsTest, ACancelledQueryEndsAndTheNextOneRuns) {
  system_.Run("create table U (u int, w int);");
  FillInPieces("U", ",1");
  EXPECT_CODE(Code::kCancelled, CancelAfterFirstRows(system_.session(), "select * from T, U;"));
  EXPECT_EQ(system_.Rows("select k from T;").size(), size_t{kRows});
}

TEST_P(SessionsTest, ACancelledChangeLeavesNothing) {
  const Lines before = system_.Everything();
  for (const std::string text : {"update T set v = 5;", "update T set k = v;", "delete from T;"}) {
    const Status status = CancelAfterFirstRows(system_.session(), text);
    if (!status.ok()) {  // all rows may have been there before
      EXPECT_CODE(Code::kCancelled, status);
      EXPECT_TRUE(system_.Everything() == before) << text;
    }
  }
}

TEST_P(SessionsTest, StatementsAreCancelledAtAnyTime) {
  std::atomic<bool> done = false;
  Threads threads;
  threads.push_back(common::RealEnv().StartThread("cancel", [&] {
    while (!done) {
      system_.session().cancel_token().Cancel();
    }
  }));
  int value = 0;
  for (int v = 1; v <= 20; ++v) {
    const Result<Lines> rows = system_.Do("update T set v = " + std::to_string(v) + ";");
    value = rows.ok() ? v : value;
    EXPECT_TRUE(rows.ok() || rows.status().code() == Code::kCancelled) << rows.status().message();
  }
  done = true;
  threads.clear();
  const std::string where = " where v = " + std::to_string(value) + ";";
  EXPECT_EQ(system_.Rows("select k from T" + where).size(), size_t{kRows});
}

INSTANTIATE_TEST_SUITE_P(Nodes, SessionsTest, ::testing::Values(0U, 3U),
                         [](const auto& test) { return "On" + std::to_string(test.param); });

class LittleMemory : public SessionsTest {
 protected:
  LittleMemory() : SessionsTest(WithMemory(450000)) { before_ = system_.Everything(); }

  void ExpectNoMemory(const std::string& text) {
    EXPECT_CODE(Code::kNoMemory, system_.Do(text)) << text;
    EXPECT_TRUE(system_.Everything() == before_) << text;
  }

  Lines before_;
};

TEST_P(LittleMemory, RefusesWhatNeedsMore) {
  ExpectNoMemory("update T set pad = 'changed';");
  ExpectNoMemory("update T set k = v, pad = 'changed';");
  ExpectNoMemory("create index T(pad);");
}

TEST_P(LittleMemory, RefusesAJoinThatNeedsMore) {
  system_.Run("create table U (k int, u int);");
  FillInPieces("U", ",1");
  before_ = system_.Everything();
  ExpectNoMemory("select pad, u from T, U where T.k = U.k;");
}

TEST_P(LittleMemory, IsEnoughForScansAndSmallChanges) {
  EXPECT_EQ(system_.Rows("select k, pad from T;").size(), size_t{kRows});
  EXPECT_EQ(system_.Rows("update T set v = 9 where k < 20;").size(), 20U);
  EXPECT_EQ(system_.Rows("update T set k = 9000 where k = 7;").size(), 1U);
  EXPECT_EQ(system_.Rows("delete from T where v = 9;").size(), 20U);
  EXPECT_EQ(system_.Rows("insert into T values (5, 5, 'x'), (2999, 5, 'y');").size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Nodes, LittleMemory, ::testing::Values(0U, 3U),
                         [](const auto& test) { return "On" + std::to_string(test.param); });

}  // namespace
}  // namespace redbase::db
