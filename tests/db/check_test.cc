// What Database::Check says of damage of each kind, and that it leaves things as they are.
#include <algorithm>

#include "ix/bplus_tree.h"
#include "sm/catalog.h"
#include "sm/database_directory.h"
#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr uint64_t kPage = 4096;

class CheckTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  CheckTest() : system_(GetParam()) {
    const std::string split = distributed() ? " distribute a (10, 20)" : "";
    system_.Run("create table T (a int, b varchar(6000), c int)" + split + ";");
    system_.Run("create index T(a);");
    std::string text;
    for (int i = 0; i < 600; ++i) {
      text += std::to_string(i % 30) + "," + std::string(i % 100 == 3 ? 5500 : 90, 'b') + ",1\n";
    }
    EXPECT_OK(system_.Load("T", text));
    system_.Run("create table U (x int);");
    system_.Run("insert into U values (1), (2);");
    system_.Run("delete from T where b < 'bb' and a = 3;");
    system_.Run("insert into T values (3, 'again', 1);");
    system_.Close();
    whole_ = system_.env.Fork();
  }
  ~CheckTest() override {
    system_.Close();
    system_.Open();
  }

  bool distributed() const { return GetParam() > 0; }
  // Where the rows of T, or those of its part on node 2, are.
  std::string Folder() const { return distributed() ? "/db/data.2" : "/db"; }
  std::string Node() const { return distributed() ? "data node 2: " : ""; }
  std::string Records() const { return Folder() + "/101.1"; }
  std::string Index() const { return Folder() + "/102.1"; }

  // On a copy of the disk, which `damage` changes.
  CheckSummary Check(const std::function<void(common::SimEnv& env)>& damage) {
    const std::unique_ptr<common::SimEnv> env = whole_->Fork();
    damage(*env);
    Result<CheckSummary> summary = Database::Check(*env, "/db", SmallOptions());
    EXPECT_OK(summary);
    return summary.ok() ? *std::move(summary) : CheckSummary();
  }
  CheckSummary CheckFlipped(const std::string& path, uint64_t offset) {
    return Check([&](common::SimEnv& env) { EXPECT_OK(env.CorruptByte(path, offset, 1)); });
  }
  // Changes T, or its part on node 2, behind the back of those who keep it in order.
  void ChangeCatalog(common::SimEnv& env,
                     const std::function<void(sm::Catalog& catalog, const sm::Relation& table,
                                              tx::Transaction& transaction)>& change) {
    pf::NullLog log;
    pf::BufferPool pool(env, log, {size_t{4} << 20, false});
    ASSERT_OK_AND_ASSIGN(const auto catalog, sm::Catalog::Open(pool, Folder()));
    ASSERT_OK_AND_ASSIGN(const sm::RelationPtr table, catalog->Find("T"));
    tx::Transaction transaction(catalog->log());
    change(*catalog, *table, transaction);
    EXPECT_OK(transaction.Commit());
    EXPECT_OK(catalog->Close());
  }
  // A row that no index has an entry for.
  void InsertWithoutEntries(common::SimEnv& env, int32_t a, const std::string& text) {
    ChangeCatalog(
        env, [&](sm::Catalog& catalog, const sm::Relation& table, tx::Transaction& transaction) {
          ASSERT_OK_AND_ASSIGN(rm::RecordFile* const records, catalog.Records(table));
          Batch row(table.schema, 1);
          row.set_rows(1);
          row.SetValue(0, 0, Value::Int(a));
          row.SetValue(1, 0, Value::String(text));
          row.SetValue(2, 0, Value::Int(1));
          EXPECT_OK(records->Insert(transaction, row, nullptr));
        });
  }
  // The message of a check that cannot say anything.
  std::string Refusal(common::SimEnv& env, const std::string& path = "/db") {
    const Result<CheckSummary> summary = Database::Check(env, path, SmallOptions());
    EXPECT_FALSE(summary.ok());
    return summary.status().message();
  }

  System system_;
  std::unique_ptr<common::SimEnv> whole_;
};

TEST_P(CheckTest, AWholeDatabaseHasNoProblems) {
  const CheckSummary summary = Check([](common::SimEnv&) {});
  EXPECT_THAT(summary.problems, IsEmpty());
  EXPECT_FALSE(summary.recovery.was_needed);
  EXPECT_EQ(summary.relations, 2U);
  EXPECT_EQ(summary.indexes, 1U);
  EXPECT_GT(summary.pages, 30U);
  EXPECT_EQ(summary.ToString(), "2 relations, 1 index, " + std::to_string(summary.pages) +
                                    " pages checked: no problems");
}

TEST_P(CheckTest, EveryDamagedPageIsNamed) {
  const CheckSummary summary = Check([this](common::SimEnv& env) {
    EXPECT_OK(env.CorruptByte(Records(), 3 * kPage + 100, 1));
    EXPECT_OK(env.CorruptByte(Records(), 5 * kPage + 100, 1));
    EXPECT_OK(env.CorruptByte(Index(), 2 * kPage + 100, 1));
  });
  EXPECT_THAT(
      summary.problems,
      ElementsAre(Node() + "relation \"T\": " + Records() + ": page 3: checksum mismatch",
                  Node() + "relation \"T\": " + Records() + ": page 5: checksum mismatch",
                  Node() + "index \"T_a_idx\": " + Index() + ": page 2: checksum mismatch"));
  EXPECT_THAT(summary.ToString(), HasSubstr(" pages checked: 3 problems"));
}

TEST_P(CheckTest, OfManyDamagedPagesTheNumberIsTold) {
  const CheckSummary summary = Check([this](common::SimEnv& env) {
    ASSERT_OK_AND_ASSIGN(std::string bytes, env.ReadAll(Records()));
    std::fill(bytes.begin() + 2 * kPage, bytes.end(), 'x');
    WriteFile(env, Records(), bytes);
  });
  EXPECT_THAT(summary.problems, Contains(HasSubstr(Records() + ": page 2: checksum mismatch")));
  EXPECT_LE(summary.problems.size(), 22U);
}

TEST_P(CheckTest, ADamagedFileHeaderIsNamed) {
  EXPECT_THAT(CheckFlipped(Records(), 30).problems,
              Contains(HasSubstr("relation \"T\": " + Records())));
  EXPECT_THAT(CheckFlipped(Index(), 30).problems, Contains(HasSubstr(Index())));
}

TEST_P(CheckTest, ADamagedDirectoryOfAFileDoesNotHideItsOtherPages) {
  const CheckSummary summary = Check([this](common::SimEnv& env) {
    EXPECT_OK(env.CorruptByte(Records(), kPage + 100, 1));
    EXPECT_OK(env.CorruptByte(Records(), 4 * kPage + 100, 1));
  });
  EXPECT_THAT(summary.problems,
              ElementsAre(Node() + "relation \"T\": " + Records() + ": page 1: checksum mismatch",
                          Node() + "relation \"T\": " + Records() + ": page 4: checksum mismatch"));
}

TEST_P(CheckTest, AMissingFileIsNamed) {
  const CheckSummary summary = Check([this](common::SimEnv& env) {
    EXPECT_OK(env.RemoveFile(Records()));
    EXPECT_OK(env.RemoveFile(Index()));
  });
  EXPECT_THAT(summary.problems, ElementsAre(HasSubstr(Records()), HasSubstr(Index())));
}

TEST_P(CheckTest, AFileCutOffIsNamed) {
  const CheckSummary summary = Check([this](common::SimEnv& env) {
    ASSERT_OK_AND_ASSIGN(const std::string bytes, env.ReadAll(Records()));
    WriteFile(env, Records(), bytes.substr(0, bytes.size() - 2 * kPage));
  });
  EXPECT_THAT(summary.problems, SizeIs(2));
  EXPECT_THAT(summary.problems, Each(AllOf(HasSubstr(Records()), HasSubstr("short read"))));
}

TEST_P(CheckTest, DamageOfTheCatalogDoesNotHideDamageOfTheRest) {
  for (const char* file : {"redbase.control", "1.1", "wal.control"}) {
    SCOPED_TRACE(file);
    const std::string path = Folder() + "/" + file;
    const CheckSummary summary = Check([&](common::SimEnv& env) {
      EXPECT_OK(env.CorruptByte(path, 20, 1));
      if (path.ends_with("/wal.control")) {  // it has two states, of which one may be torn
        EXPECT_OK(env.CorruptByte(path, 4096 + 20, 1));
      }
      EXPECT_OK(env.CorruptByte(Records(), 3 * kPage + 100, 1));
    });
    EXPECT_THAT(summary.problems, Contains(HasSubstr(path)));
    EXPECT_THAT(summary.problems, Contains(HasSubstr(Records() + ": page 3: checksum mismatch")));
  }
}

TEST_P(CheckTest, ADamagedMasterDoesNotHideDamageOfItsNodes) {
  const CheckSummary summary = Check([this](common::SimEnv& env) {
    EXPECT_OK(env.CorruptByte("/db/2.1", 100, 1));
    EXPECT_OK(env.CorruptByte(Records(), 3 * kPage + 100, 1));
  });
  EXPECT_THAT(summary.problems, Contains(HasSubstr("/db/2.1")));
  EXPECT_THAT(summary.problems,
              Contains(HasSubstr(Node() + (distributed() ? "relation \"T\": " : "") + Records() +
                                 ": page 3: checksum mismatch")));
}

TEST_P(CheckTest, ADamagedLogIsNamed) {
  // The segment header, and the frame of the last checkpoint.
  EXPECT_THAT(CheckFlipped(Folder() + "/wal.1", 20).problems, Contains(HasSubstr("/wal.1")));
  const CheckSummary cut = Check([this](common::SimEnv& env) {
    ASSERT_OK_AND_ASSIGN(const std::string bytes, env.ReadAll(Folder() + "/wal.1"));
    WriteFile(env, Folder() + "/wal.1", bytes.substr(0, bytes.size() - 1));
  });
  EXPECT_THAT(cut.problems, Contains(HasSubstr("/wal.1: the log segment is cut off")));
}

TEST_P(CheckTest, AMissingNodeIsNamed) {
  if (distributed()) {
    const CheckSummary summary =
        Check([](common::SimEnv& env) { EXPECT_OK(env.Rename("/db/data.3", "/elsewhere")); });
    EXPECT_THAT(summary.problems, ElementsAre(HasSubstr("data node 3: ")));
  }
}

TEST_P(CheckTest, AnIndexThatOnlyOneNodeHasIsNoProblem) {
  const CheckSummary summary = Check([this](common::SimEnv& env) {
    ASSERT_OK_AND_ASSIGN(const auto node, Database::Open(env, Folder(), SmallOptions()));
    EXPECT_OK(Do(*node->Connect(), "create index T(c);"));
    EXPECT_OK(node->Close());
  });
  EXPECT_THAT(summary.problems, IsEmpty());
}

TEST_P(CheckTest, AnIndexThatOneNodeLacksIsNamed) {
  if (distributed()) {
    const CheckSummary summary = Check([this](common::SimEnv& env) {
      ASSERT_OK_AND_ASSIGN(const auto node, Database::Open(env, Folder(), SmallOptions()));
      EXPECT_OK(Do(*node->Connect(), "drop index T(a);"));
      EXPECT_OK(node->Close());
    });
    EXPECT_THAT(summary.problems,
                ElementsAre("data node 2: relation T is not what the master's catalog says it is"));
  }
}

TEST_P(CheckTest, AnIndexThatLacksAnEntryIsNamed) {
  const CheckSummary summary =
      Check([this](common::SimEnv& env) { InsertWithoutEntries(env, 15, "alone"); });
  EXPECT_THAT(summary.problems,
              ElementsAre(AllOf(HasSubstr(Node() + "relation T: index T_a_idx lacks the entry"),
                                HasSubstr(" of 1 record on page "))));
}

TEST_P(CheckTest, ARowOutOfItsPartitionIsNamed) {
  if (!distributed()) {
    return;
  }
  const CheckSummary summary =
      Check([this](common::SimEnv& env) { InsertWithoutEntries(env, 25, "stray"); });
  EXPECT_THAT(summary.problems,
              Contains(HasSubstr("data node 2: relation T: a is out of the node's range in 1 "
                                 "record on page ")));
}

TEST_P(CheckTest, ADatabaseThatWasNotClosedIsRecoveredFirst) {
  EXPECT_OK(system_.TryOpen());
  system_.Run("insert into U values (3);");
  const std::unique_ptr<common::SimEnv> env = system_.env.Fork();
  env->Crash(1);
  ASSERT_OK_AND_ASSIGN(const CheckSummary summary, Database::Check(*env, "/db", SmallOptions()));
  EXPECT_THAT(summary.problems, IsEmpty());
  EXPECT_TRUE(summary.recovery.was_needed);
  ASSERT_OK_AND_ASSIGN(const CheckSummary again, Database::Check(*env, "/db", SmallOptions()));
  EXPECT_FALSE(again.recovery.was_needed);
}

TEST_P(CheckTest, CheckingChangesNoPage) {
  const std::unique_ptr<common::SimEnv> env = whole_->Fork();
  EXPECT_OK(env->CorruptByte(Records(), 3 * kPage + 100, 1));
  ASSERT_OK_AND_ASSIGN(const std::string before, env->ReadAll(Records()));
  const uint64_t writes = env->CountOf(common::FaultPlan::kWrite);
  for (int round = 0; round < 2; ++round) {
    ASSERT_OK_AND_ASSIGN(const CheckSummary summary, Database::Check(*env, "/db", SmallOptions()));
    EXPECT_THAT(summary.problems, SizeIs(1));
  }
  EXPECT_EQ(env->CountOf(common::FaultPlan::kWrite), writes);
  EXPECT_EQ(*env->ReadAll(Records()), before);
}

TEST_P(CheckTest, WhatCannotBeToldIsNoProblem) {
  EXPECT_THAT(Refusal(system_.env, "/nothing"), HasSubstr("no database in /nothing"));
  EXPECT_OK(system_.TryOpen());
  EXPECT_THAT(Refusal(system_.env), HasSubstr("is in use by process"));
  system_.Close();
  const std::unique_ptr<common::SimEnv> env = whole_->Fork();
  env->SetReadOnly("/db");
  EXPECT_THAT(Refusal(*env), HasSubstr("Permission denied"));
}

TEST_P(CheckTest, EveryFailureToReadIsReported) {
  const uint64_t step = kSanitized ? 23 : 3;
  for (uint64_t n = 0;; n += step) {
    const std::unique_ptr<common::SimEnv> env = whole_->Fork();
    env->SetFaults({.fail_at = n, .for_ever = true});
    const Result<CheckSummary> summary = Database::Check(*env, "/db", SmallOptions());
    if (env->faults() == 0) {
      break;
    }
    const bool told = !summary.ok() || !summary->problems.empty();
    EXPECT_TRUE(told) << n;
    env->SetFaults({});
    ASSERT_OK_AND_ASSIGN(const CheckSummary after, Database::Check(*env, "/db", SmallOptions()));
    EXPECT_THAT(after.problems, IsEmpty()) << n;
  }
}

INSTANTIATE_TEST_SUITE_P(Nodes, CheckTest, ::testing::Values(0U, 3U),
                         [](const auto& test) { return "On" + std::to_string(test.param); });

}  // namespace
}  // namespace redbase::db
