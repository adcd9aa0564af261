#include "db/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "common/sim_env.h"
#include "db/database.h"
#include "tests/support/expect_status.h"

namespace redbase::db {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

using Lines = std::vector<std::string>;

constexpr const char* kPath = "/uni";

// A database on a simulated disk and sessions on it; every test runs on a plain
// one and on one with four data nodes.
class SessionTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  void SetUp() override {
    ASSERT_OK(Database::Create(env_, kPath, GetParam(), 0));
    Open();
  }
  void TearDown() override { Close(); }

  void Open() {
    auto opened = Database::Open(env_, kPath, {.buffer_bytes = size_t{16} << 20, .threads = 2});
    ASSERT_OK(opened);
    database_ = std::move(opened).value();
    session_ = database_->Connect();
  }
  void Close() {
    session_.reset();
    if (database_) {
      EXPECT_OK(database_->Close());
      database_.reset();
    }
  }

  bool distributed() const { return GetParam() > 0; }

  static void AppendRows(const Schema& schema, const Batch& batch, Lines* lines) {
    for (size_t i = 0; i < batch.selected(); ++i) {
      std::string line;
      for (size_t column = 0; column < schema.size(); ++column) {
        line += (column > 0 ? "|" : "") + batch.GetValue(column, batch.RowAt(i)).ToString();
      }
      lines->push_back(line);
    }
  }

  static Result<Lines> Drain(StatementResult& result) {
    Lines lines;
    Batch batch;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, result.Next(&batch));
      if (!more) {
        return lines;
      }
      AppendRows(result.schema(), batch, &lines);
    }
  }

  Result<Lines> Do(const std::string& statement) {
    ASSIGN_OR_RETURN(const auto result, session_->Execute(statement));
    return Drain(*result);
  }
  Lines Rows(const std::string& statement) {
    auto lines = Do(statement);
    EXPECT_OK(lines) << statement;
    return lines.ok() ? *lines : Lines();
  }
  void Run(const std::string& statement) { Rows(statement); }
  std::string Error(const std::string& statement) {
    const auto lines = Do(statement);
    EXPECT_FALSE(lines.ok()) << statement;
    return lines.status().message();
  }
  std::string Text(const std::string& statement) {
    const auto result = session_->Execute(statement);
    EXPECT_OK(result) << statement;
    return result.ok() ? (*result)->text() : "";
  }

  // T, spread over the nodes where there are any, with rows 1 ... 40.
  void MakeTable() {
    Run(std::string("create table T (a i, b c8)") +
        (distributed() ? " distribute a (10, 20, 30);" : ";"));
    for (int a = 1; a <= 40; ++a) {
      Run("insert into T values (" + std::to_string(a) + ", \"r" + std::to_string(a) + "\");");
    }
  }
  size_t Count() { return Rows("select a from T;").size(); }

  common::SimEnv env_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Session> session_;
};

INSTANTIATE_TEST_SUITE_P(Nodes, SessionTest, ::testing::Values(0U, 4U),
                         [](const auto& test) { return "on" + std::to_string(test.param); });

TEST_P(SessionTest, ChangesAreThereAfterReopening) {
  MakeTable();
  Run("create index T(a);");
  Run("delete from T where a > 3;");
  Close();
  Open();
  EXPECT_THAT(Rows("select a, b from T;"), UnorderedElementsAre("1|r1", "2|r2", "3|r3"));
  EXPECT_THAT(Rows("select b from T where a = 2;"), ElementsAre("r2"));
}

TEST_P(SessionTest, ChangeCommitsWhenItsResultIsDrained) {
  MakeTable();
  {
    ASSERT_OK_AND_ASSIGN(const auto result, session_->Execute("delete from T where a <= 5;"));
    EXPECT_EQ(result->kind(), ResultKind::kDeleted);
    ASSERT_OK_AND_ASSIGN(const Lines deleted, Drain(*result));
    EXPECT_EQ(deleted.size(), 5U);
    EXPECT_EQ(result->changed_rows(), 5U);
  }
  EXPECT_EQ(Count(), 35U);
}

TEST_P(SessionTest, ChangeThatIsNotDrainedIsTakenBack) {
  MakeTable();
  ASSERT_OK(session_->Execute("delete from T;"));
  EXPECT_EQ(Count(), 40U);
  {
    ASSERT_OK_AND_ASSIGN(const auto result, session_->Execute("update T set a = 1;"));
    Batch batch;
    ASSERT_OK(result->Next(&batch));
  }
  EXPECT_THAT(Rows("select b from T where a = 1;"), ElementsAre("r1"));
}

TEST_P(SessionTest, FailedChangeLeavesNothing) {
  MakeTable();
  Run("create table U (a i, b c8);");
  EXPECT_THAT(Error("insert into T values (50, \"good\"), (51, \"too long for it\");"),
              StartsWith("QL warning: incorrect attribute type"));
  EXPECT_EQ(Count(), 40U);
  EXPECT_THAT(Error("insert into T values (1);"),
              StartsWith("QL warning: incorrect attribute count"));
  EXPECT_THAT(Error("create table U (a i);"), StartsWith("SM warning: relation exists"));
}

TEST_P(SessionTest, FailedLoadLeavesNothing) {
  MakeTable();
  {
    ASSERT_OK_AND_ASSIGN(const auto file,
                         env_.Open(std::string(kPath) + "/rows", common::OpenMode::kCreate));
    const std::string rows = "41,x\n42,y\nz,z\n";
    ASSERT_OK(file->Write(0, std::as_bytes(std::span(rows))));
  }
  EXPECT_THAT(Error("load T(\"rows\");"), HasSubstr("line 3, column 1: \"z\" is not an int"));
  EXPECT_EQ(Count(), 40U);
  ASSERT_OK(env_.RemoveFile(std::string(kPath) + "/rows"));
}

TEST_P(SessionTest, CancelledStatementFailsAndTheSessionGoesOn) {
  MakeTable();
  {
    ASSERT_OK_AND_ASSIGN(const auto result, session_->Execute("delete from T;"));
    session_->cancel_token().Cancel();
    EXPECT_CODE(Code::kCancelled, Drain(*result));
  }
  EXPECT_EQ(Count(), 40U);
}

TEST_P(SessionTest, ResultSaysWhichNodesItsRowsComeFrom) {
  MakeTable();
  const auto nodes_of = [this](const std::string& statement) {
    const auto result = session_->Execute(statement);
    EXPECT_OK(result);
    return result.ok() ? (*result)->nodes() : std::vector<uint32_t>();
  };
  if (!distributed()) {
    EXPECT_THAT(nodes_of("delete from T where a = 15;"), IsEmpty());
    return;
  }
  EXPECT_THAT(nodes_of("delete from T where a = 15;"), ElementsAre(2));
  EXPECT_THAT(nodes_of("delete from T where a >= 15;"), ElementsAre(2, 3, 4));
  EXPECT_THAT(nodes_of("update T set b = \"x\";"), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(nodes_of("insert into T values (35, \"x\"), (5, \"y\");"), ElementsAre(1, 4));
  EXPECT_THAT(nodes_of("print T;"), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(nodes_of("select * from T;"), IsEmpty());
}

TEST_P(SessionTest, OnlyAnUpdateOfThePartitioningColumnReshuffles) {
  MakeTable();
  ASSERT_OK_AND_ASSIGN(const auto moving, session_->Execute("update T set a = 5 where a = 35;"));
  EXPECT_EQ(moving->reshuffled(), distributed());
  ASSERT_OK(Drain(*moving));
  ASSERT_OK_AND_ASSIGN(const auto staying, session_->Execute("update T set b = \"x\";"));
  EXPECT_FALSE(staying->reshuffled());
  ASSERT_OK(Drain(*staying));
  EXPECT_EQ(Count(), 40U);
  EXPECT_EQ(Rows("select b from T where a = 5;").size(), 2U);
}

TEST_P(SessionTest, SessionsSeeEachOthersChanges) {
  MakeTable();
  const std::unique_ptr<Session> other = database_->Connect();
  ASSERT_OK_AND_ASSIGN(const auto result, other->Execute("delete from T where a > 20;"));
  ASSERT_OK(Drain(*result));
  EXPECT_EQ(Count(), 20U);
}

TEST_P(SessionTest, ReadersBesideAWriterSeeWholeStatements) {
  MakeTable();
  constexpr int kRounds = 30;
  std::atomic<int> wrong = 0;
  const auto count = [this, &wrong](Session& session) {
    const auto result = session.Execute("select a from T;");
    const auto rows = result.ok() ? Drain(**result) : Result<Lines>(result.status());
    // Every insert adds four rows, one for each node.
    wrong += !rows.ok() || rows->size() % 4 != 0 ? 1 : 0;
  };
  {
    std::vector<std::unique_ptr<common::Thread>> threads;
    for (int reader = 0; reader < 2; ++reader) {
      threads.push_back(common::RealEnv().StartThread("reader", [&] {
        const std::unique_ptr<Session> session = database_->Connect();
        for (int round = 0; round < kRounds; ++round) {
          count(*session);
        }
      }));
    }
    for (int round = 0; round < kRounds; ++round) {
      Run("insert into T values (5, \"w\"), (15, \"w\"), (25, \"w\"), (35, \"w\");");
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(Count(), 40U + 4 * kRounds);
}

TEST_P(SessionTest, SettingsBelongToTheSession) {
  Run("set partitionedPrint = \"TRUE\";");
  Run("queryplans on;");
  EXPECT_TRUE(session_->settings().partitioned_print);
  EXPECT_TRUE(session_->settings().query_plans);
  EXPECT_FALSE(database_->Connect()->settings().query_plans);
}

TEST_P(SessionTest, HelpShowsRelationsAndTheirAttributes) {
  MakeTable();
  EXPECT_THAT(Rows("help;"), ElementsAre(StartsWith("relcat|"), StartsWith("attrcat|"),
                                         distributed() ? "T|12|2|0|1|a" : "T|12|2|0|0|NA"));
  EXPECT_THAT(Rows("help T;"), ElementsAre("T|a|0|0|4|-1", "T|b|4|2|8|-1"));
  EXPECT_THAT(Error("help U;"), StartsWith("SM warning: relation does not exist: \"U\""));
}

TEST_P(SessionTest, BufferIsShownResizedAndEmptied) {
  MakeTable();
  EXPECT_THAT(Text("print buffer;"), StartsWith("Buffer contains 256 pages of size 65536.\n"));
  Run("resize buffer 100;");
  EXPECT_THAT(Text("print buffer;"), StartsWith("Buffer contains 100 pages of size 65536.\n"));
  EXPECT_EQ(Text("reset buffer;"), "Everything kicked out of Buffer!\n");
  EXPECT_EQ(Count(), 40U);
  EXPECT_THAT(Error("resize buffer 9;"),
              ::testing::AllOf(
                  StartsWith("PF warning: attempting to resize the buffer too small: 589824 bytes, "
                             "at least 10 pages of 65536 bytes are needed"),
                  HasSubstr("line 1")));
  EXPECT_THAT(Text("print buffer;"), StartsWith("Buffer contains 100 pages of size 65536.\n"));
  for (const char* bad :
       {"resize buffer 0;", "resize buffer -1;", "resize buffer 99999999999999;"}) {
    EXPECT_THAT(Error(bad), HasSubstr("not a number of buffer pages")) << bad;
  }
}

TEST_P(SessionTest, IoCountersAreShownAndReset) {
  MakeTable();
  EXPECT_EQ(Text("reset io;"), "Statistics reset.\n");
  EXPECT_EQ(Text("print io;"),
            "Statistics\n----------\nGETPAGE::0\nPAGEFOUND::0\nPAGENOTFOUND::0\nREADPAGE::0\n"
            "WRITEPAGE::0\nFLUSHPAGES::0\n");
}

TEST_P(SessionTest, PartitionsAreShownWithTheirRows) {
  MakeTable();
  const std::string text = Text("print partitions T;");
  if (distributed()) {
    EXPECT_THAT(text, StartsWith("T is distributed by a\n"));
    EXPECT_THAT(text, ::testing::ContainsRegex("\n2 +10 +[0-9]+  \\[10, 20\\)\n"));
    EXPECT_THAT(text, ::testing::ContainsRegex("\n4 +11 +[0-9]+  \\[30, open\\)\n"));
  } else {
    EXPECT_THAT(text, ::testing::ContainsRegex("\nmaster +40 +[0-9]+  all\n"));
  }
}

TEST_P(SessionTest, PagesAndTreesAreDrawnPerNode) {
  MakeTable();
  Run("create index T(a);");
  EXPECT_THAT(Text("print page T 2;"), HasSubstr("'r11'"));
  EXPECT_THAT(Text("print tree T(a);"), HasSubstr("to (40)"));
  if (distributed()) {
    EXPECT_THAT(Text("print tree T(a);"), HasSubstr("\n* In data node number 2 *\n"));
  }
  EXPECT_THAT(Error("print tree T(b);"), StartsWith("SM warning: index does not exist"));
  EXPECT_THAT(Error("print page T -1;"), HasSubstr("invalid page number: -1"));
  EXPECT_EQ(Error("print page relcat 1;"), "\"relcat\" is a view: it has no pages");
  EXPECT_EQ(Error("print partitions dbinfo;"), "\"dbinfo\" is a view: it has no pages");
}

TEST_P(SessionTest, ShellLinesAreNotForIt) { EXPECT_THAT(Error("!ls"), HasSubstr("! commands")); }

TEST_P(SessionTest, FailingDiskGivesErrorsAndNoWrongAnswers) {
  MakeTable();
  Run("reset buffer;");
  const auto select = [this] { return Do("select b from T where a <= 2;"); };
  uint64_t failures = 0;
  for (uint64_t n = 0;; ++n) {
    ASSERT_LT(n, 1000U);
    ASSERT_OK(Do("reset buffer;"));
    env_.SetFaults({.fail_at = n, .operations = common::FaultPlan::kRead});
    const auto rows = select();
    const bool failed = env_.faults() > 0;
    env_.SetFaults({});
    if (!failed) {
      break;
    }
    ++failures;
    if (rows.ok()) {
      EXPECT_THAT(*rows, UnorderedElementsAre("r1", "r2"));
    } else {
      EXPECT_EQ(rows.status().code(), Code::kIoError) << rows.status().message();
    }
  }
  EXPECT_GT(failures, 0U);
  EXPECT_THAT(select().value(), UnorderedElementsAre("r1", "r2"));
}

TEST_P(SessionTest, DatabaseIsDestroyedWhole) {
  MakeTable();
  EXPECT_CODE(Code::kUnavailable, Database::Destroy(env_, kPath));
  Close();
  EXPECT_OK(Database::Destroy(env_, kPath));
  EXPECT_FALSE(env_.Exists(kPath));
  EXPECT_CODE(Code::kNotFound, Database::Open(env_, kPath, {}));
}

}  // namespace
}  // namespace redbase::db
