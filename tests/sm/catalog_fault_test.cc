// Every operation on the disk fails once: a statement works or leaves nothing.
#include "tests/sm/catalog_fixture.h"

namespace redbase::sm {
namespace {

using ::testing::ElementsAre;

class CatalogFaultTest : public CatalogTest {
 protected:
  CatalogFaultTest() {
    EXPECT_OK(CreateTable("T"));
    EXPECT_OK(CreateIndex("T", {1}));
  }

  // Runs the statement with the n-th operation failing, for all n.  It works or
  // is an error that leaves nothing, now and after reopening.
  void ExpectWholeOrNothing(const std::function<Status(tx::Transaction&)>& statement) {
    for (uint64_t n = 0;; ++n) {
      SCOPED_TRACE("operation " + std::to_string(n));
      EXPECT_OK(pool_.Clear());
      Reopen();  // so that files are opened by the statement
      const auto before = Everything();
      EXPECT_OK(catalog_->Flush());
      EXPECT_OK(pool_.Clear());
      Reopen();
      env_.SetFaults({.fail_at = n});
      const Status status = RunOrTakeBack(statement);
      const bool failed = env_.faults() > 0;
      env_.SetFaults({});
      if (status.ok()) {
        ASSERT_OK(catalog_->Validate());
        Reopen();
        ASSERT_OK(catalog_->Validate());
        ASSERT_NE(Everything(), before);
        if (!failed) {
          return;
        }
        ASSERT_OK(Undo());
        continue;
      }
      EXPECT_FALSE(status.message().empty());
      ASSERT_EQ(Everything(), before) << status.message();
      ReopenAfterFailure();
      ASSERT_OK(catalog_->Validate());
      if (commit_failed_ && Everything() != before) {
        ASSERT_OK(Undo());  // the log had the commit, though it could not say so
        continue;
      }
      ASSERT_EQ(Everything(), before) << status.message();
    }
  }

 private:
  Status RunOrTakeBack(const std::function<Status(tx::Transaction&)>& statement) {
    tx::Transaction transaction(catalog_->log());
    Status status = statement(transaction);
    commit_failed_ = false;
    if (status.ok()) {
      status = transaction.Commit();
      commit_failed_ = !status.ok();
    } else {
      EXPECT_OK(transaction.Rollback());
    }
    return status;
  }
  // A log that could not be synced is of no more use until the database is opened again.
  void ReopenAfterFailure() {
    const Status closed = catalog_->Close();
    EXPECT_TRUE(closed.ok() || !catalog_->log().log().failure().ok()) << closed.message();
    catalog_.reset();
    Open();
  }
  // After a statement that worked although a file could not be removed: a
  // catalog as it was at the start.
  virtual Status Undo() = 0;

  bool commit_failed_ = false;
};

class CreateTableFaultTest : public CatalogFaultTest {
  Status Undo() override { return DropTable("U"); }
};

TEST_F(CreateTableFaultTest, IsWholeOrNothing) {
  ExpectWholeOrNothing([this](tx::Transaction& t) { return catalog_->CreateTable(t, Plain("U")); });
}

class DropTableFaultTest : public CatalogFaultTest {
  Status Undo() override {
    RETURN_IF_ERROR(CreateTable("T"));
    return CreateIndex("T", {1});
  }
};

TEST_F(DropTableFaultTest, IsWholeOrNothing) {
  ExpectWholeOrNothing([this](tx::Transaction& t) { return catalog_->DropTable(t, "T"); });
}

class CreateIndexFaultTest : public CatalogFaultTest {
  Status Undo() override { return DropIndex("T", 1); }
};

TEST_F(CreateIndexFaultTest, IsWholeOrNothing) {
  ExpectWholeOrNothing([this](tx::Transaction& t) {
    return catalog_->CreateIndex(t, *Table("T"), {0}, false).status();
  });
}

class DropIndexFaultTest : public CatalogFaultTest {
  Status Undo() override { return CreateIndex("T", {1}); }
};

TEST_F(DropIndexFaultTest, IsWholeOrNothing) {
  ExpectWholeOrNothing([this](tx::Transaction& t) {
    const RelationPtr table = Table("T");
    return catalog_->DropIndex(t, *table, table->indexes[0]);
  });
}

TEST_F(CatalogTest, OpenThatFailsIsACleanErrorAndCanBeRepeated) {
  ASSERT_OK(CreateTable("T"));
  ASSERT_OK(catalog_->Close());
  catalog_.reset();
  for (uint64_t n = 0;; ++n) {
    env_.SetFaults({.fail_at = n});
    const auto opened = Catalog::Open(pool_, kPath);
    const bool failed = env_.faults() > 0;
    env_.SetFaults({});
    if (!failed) {
      EXPECT_OK(opened);
      break;
    }
    if (!opened.ok()) {
      EXPECT_CODE(Code::kIoError, opened);
    }
  }
  Open();
  EXPECT_THAT(TableNames(), ElementsAre("T"));
}

TEST_F(CatalogTest, CloseThatFailsSaysSo) {
  ASSERT_OK(CreateTable("T"));
  env_.SetFaults({.fail_at = 0, .operations = common::FaultPlan::kWrite, .for_ever = true});
  EXPECT_CODE(Code::kIoError, catalog_->Close());
  env_.SetFaults({});
}

}  // namespace
}  // namespace redbase::sm
