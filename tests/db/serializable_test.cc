// What makes a serializable transaction fail at its commit, and what does not.
#include "db/prepared_statement.h"
#include "tests/db/several_sessions.h"

namespace redbase::db {
namespace {

using ::testing::HasSubstr;

class SerializableTest : public SeveralSessionsTest {
 protected:
  SerializableTest() {
    system_.Run("create table Other (k int);");
    system_.Run("insert into T values (4, 40), (5, null);");
  }
  // A transaction that runs `read`, and writes something else; another one that runs `change`
  // commits meanwhile.  Whether both could have run one after the other.
  bool AreFine(const std::string& read, const std::string& change) {
    Run(0, "begin isolation level serializable;");
    Run(0, read);
    Run(0, "insert into Other values (1);");
    Run(1, change);
    const Result<Lines> commit = Try(0, "commit;");
    if (!commit.ok()) {
      EXPECT_CODE(Code::kConflict, commit);
      EXPECT_THAT(commit.status().message(), HasSubstr("read of T was changed by others"));
    }
    Restore();
    return commit.ok();
  }
  void Restore() {
    system_.Run("delete from T;");
    system_.Run("insert into T values (1, 10), (2, 20), (3, 30), (4, 40), (5, null);");
  }
};

TEST_P(SerializableTest, OnlyWhatWasReadMatters) {
  struct Case {
    const char* read;
    const char* change;
    bool fine;
  };
  for (const Case& each : std::initializer_list<Case>{
           {"select * from T where k = 1;", "update T set v = 1 where k = 2;", true},
           {"select * from T where k = 1;", "update T set v = 1 where k = 1;", false},
           {"select * from T where k = 1;", "delete from T where k = 1;", false},
           {"select * from T where k = 7;", "insert into T values (6, 0);", true},
           {"select * from T where k = 7;", "insert into T values (7, 0);", false},
           {"select * from T where k = 7;", "update T set k = 7 where k = 3;", false},
           {"select * from T where k = 3;", "update T set k = 7 where k = 3;", false},
           {"select * from T where v > 25;", "update T set v = 12 where k = 1;", true},
           {"select * from T where v > 25;", "update T set v = 26 where k = 1;", false},
           {"select * from T where v > 25;", "update T set v = 1 where k = 4;", false},
           {"select * from T where v > 25 and k < 3;", "update T set v = 1 where k = 4;", true},
           {"select * from T where v is null;", "delete from T where k = 1;", true},
           {"select * from T where v is null;", "delete from T where k = 5;", false},
           {"select * from T where v is null;", "update T set v = null where k = 1;", false},
           {"select * from T;", "insert into T values (6, 0);", false},
           {"update T set v = 3 where k = 1;", "update T set v = 4 where k = 2;", true},
           {"delete from T where v > 35;", "insert into T values (6, 36);", false},
           {"select * from T, Other where T.k = Other.k;", "delete from T where k = 5;", false}}) {
    EXPECT_EQ(AreFine(each.read, each.change), each.fine) << each.read << " " << each.change;
  }
}

TEST_P(SerializableTest, WhoOnlyReadsDoesNotFail) {
  Run(0, "begin isolation level serializable;");
  Run(0, "select * from T;");
  Run(1, "delete from T where k = 1;");
  EXPECT_EQ(Run(0, "select * from T;").size(), 5U);
  Run(0, "commit;");
}

TEST_P(SerializableTest, WhatWasRolledBackDoesNotMatterButWhatWasReadDoes) {
  Run(0, "begin isolation level serializable;");
  Run(0, "select * from T where k = 2;");
  Run(0, "insert into Other values (1);");
  Run(1, "begin;");
  Run(1, "delete from T where k = 2;");
  Run(1, "rollback;");
  Run(0, "commit;");
  Run(0, "begin isolation level serializable;");
  Run(0, "savepoint s;");
  Run(0, "select * from T where k = 3;");
  Run(0, "rollback to savepoint s;");
  Run(0, "insert into Other values (1);");
  Run(1, "delete from T where k = 3;");
  EXPECT_CODE(Code::kConflict, Try(0, "commit;"));
  EXPECT_EQ(system_.Rows("select * from Other;").size(), 1U);
}

TEST_P(SerializableTest, ValuesOfPreparedStatementsCount) {
  auto select = sessions_[0]->Prepare("select v from T where k = $1;");
  ASSERT_OK(select);
  for (const int read : {1, 2}) {
    Run(0, "begin isolation level serializable;");
    EXPECT_OK((*select)->Run(std::vector<Value>{Value::Int(read)}));
    Run(0, "insert into Other values (1);");
    Run(1, "update T set v = 11 where k = 1;");
    EXPECT_EQ(Try(0, "commit;").ok(), read == 2);
  }
}

TEST_P(SerializableTest, ALoadCountsAsChanged) {
  Run(0, "begin isolation level serializable;");
  Run(0, "select * from T where k = 99;");
  Run(0, "insert into Other values (1);");
  EXPECT_OK(system_.Load("T", "100,1\n99,2\n"));
  EXPECT_CODE(Code::kConflict, Try(0, "commit;"));
}

TEST_P(SerializableTest, AKeyThatWasInTheWayWasRead) {
  for (const char* change : {"delete from Other where k = 9;", "delete from T where k = 1;"}) {
    Run(0, "begin isolation level serializable;");
    Run(0, "savepoint s;");
    EXPECT_CODE(Code::kConstraint, Try(0, "insert into T values (1, 1);"));
    Run(0, "rollback to savepoint s;");
    Run(0, "insert into Other values (1);");
    Run(1, change);
    EXPECT_EQ(Try(0, "commit;").ok(), std::string(change).find("Other") != std::string::npos);
  }
}

TEST_P(SerializableTest, ATableThatWasReadIsNotDroppedWhenItHasChanged) {
  Run(0, "begin isolation level serializable;");
  Run(0, "select * from T where k = 1;");
  Run(1, "delete from T where k = 1;");
  EXPECT_CODE(Code::kConflict, Try(0, "drop table T;"));
  Run(0, "rollback;");
  Run(0, "begin isolation level serializable;");
  Run(0, "select * from T where k = 2;");
  Run(0, "drop table T;");
  Run(0, "create table T (k int, v int);");
  Run(0, "commit;");
}

TEST_P(SerializableTest, ManyReadsOfATableCountAsOneOfAll) {
  Run(0, "begin isolation level serializable;");
  for (int k = 100; k < 200; ++k) {
    Run(0, "select * from T where k = " + std::to_string(k) + ";");
  }
  Run(0, "insert into Other values (1);");
  Run(1, "delete from T where k = 1;");
  EXPECT_CODE(Code::kConflict, Try(0, "commit;"));
}

INSTANTIATE_TEST_SUITE_P(Nodes, SerializableTest, ::testing::Values(0U, 3U),
                         [](const auto& nodes) { return std::to_string(nodes.param) + "Nodes"; });

}  // namespace
}  // namespace redbase::db
