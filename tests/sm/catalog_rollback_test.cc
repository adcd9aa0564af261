// Statements taken back leave no file and no trace.
#include "tests/sm/catalog_fixture.h"

namespace redbase::sm {
namespace {

using ::testing::ElementsAre;

class CatalogRollbackTest : public DistributedCatalogTest {
 protected:
  CatalogRollbackTest() {
    EXPECT_OK(CreateTable("T"));
    EXPECT_OK(CreateIndex("T", {1}));
    EXPECT_OK(CreateTable(Distributed("D")));
    EXPECT_OK(CreateIndex("D", {0}));
  }

  // Takes the statement back; nothing has changed, here and after reopening.
  void ExpectNoTrace(const std::function<Status(tx::Transaction&)>& statement) {
    const auto before = Everything();
    RunAndTakeBack(statement);
    EXPECT_EQ(Everything(), before);
    Reopen();
    EXPECT_EQ(Everything(), before);
  }
};

TEST_F(CatalogRollbackTest, CreateTable) {
  ExpectNoTrace([this](tx::Transaction& t) { return catalog_->CreateTable(t, Plain("U")); });
  ExpectNoTrace([this](tx::Transaction& t) { return catalog_->CreateTable(t, Distributed("U")); });
}

TEST_F(CatalogRollbackTest, CreateTableWithRows) {
  ExpectNoTrace([this](tx::Transaction& t) {
    EXPECT_OK(catalog_->CreateTable(t, Plain("U")));
    const RelationPtr table = Table("U");
    return catalog_->Records(*table).value()->Insert(t, ThreeRows(table->schema), nullptr);
  });
}

TEST_F(CatalogRollbackTest, DropTable) {
  for (const char* name : {"T", "D"}) {
    ExpectNoTrace([this, name](tx::Transaction& t) { return catalog_->DropTable(t, name); });
  }
}

TEST_F(CatalogRollbackTest, DroppedTableKeepsItsRows) {
  const RelationPtr table = Table("T");
  ASSERT_OK(Run([&](tx::Transaction& t) {
    return catalog_->Records(*table).value()->Insert(t, ThreeRows(table->schema), nullptr);
  }));
  RunAndTakeBack([this](tx::Transaction& t) { return catalog_->DropTable(t, "T"); });
  EXPECT_EQ(catalog_->Records(*table).value()->statistics().records, 3U);
}

TEST_F(CatalogRollbackTest, CreateIndex) {
  for (const char* name : {"T", "D"}) {
    ExpectNoTrace([this, name](tx::Transaction& t) {
      return catalog_->CreateIndex(t, *Table(name), {2, 0}, true).status();
    });
  }
}

TEST_F(CatalogRollbackTest, DropIndex) {
  for (const char* name : {"T", "D"}) {
    ExpectNoTrace([this, name](tx::Transaction& t) {
      const RelationPtr table = Table(name);
      return catalog_->DropIndex(t, *table, table->indexes[0]);
    });
  }
}

TEST_F(CatalogRollbackTest, SeveralChangesOfOneTransaction) {
  ExpectNoTrace([this](tx::Transaction& t) {
    EXPECT_OK(catalog_->DropTable(t, "T"));
    EXPECT_OK(catalog_->CreateTable(t, Plain("T")));
    EXPECT_OK(catalog_->CreateIndex(t, *Table("T"), {0}, false));
    EXPECT_OK(catalog_->DropIndex(t, *Table("T"), Table("T")->indexes[0]));
    EXPECT_OK(catalog_->DropTable(t, "D"));
    return catalog_->CreateTable(t, Plain("D_partitions_a"));
  });
}

TEST_F(CatalogRollbackTest, TableMadeAndDroppedInOneTransaction) {
  const auto make_and_drop = [this](tx::Transaction& t) {
    EXPECT_OK(catalog_->CreateTable(t, Plain("U")));
    return catalog_->DropTable(t, "U");
  };
  ExpectNoTrace(make_and_drop);
  const auto before = Everything();
  EXPECT_OK(Run(make_and_drop));
  EXPECT_EQ(Everything(), before);
}

TEST_F(CatalogRollbackTest, BackToASavepoint) {
  tx::Transaction transaction(catalog_->log());
  ASSERT_OK(catalog_->CreateTable(transaction, Plain("U")));
  const auto before = Names();
  const tx::Savepoint mark = transaction.Mark();
  ASSERT_OK(catalog_->CreateTable(transaction, Plain("V")));
  ASSERT_OK(catalog_->DropTable(transaction, "T"));
  ASSERT_OK(transaction.RollbackTo(mark));
  EXPECT_EQ(Names(), before);
  EXPECT_THAT(TableNames(), ElementsAre("T", "D", "U"));
  ASSERT_OK(transaction.Commit());
  Reopen();
  EXPECT_THAT(TableNames(), ElementsAre("T", "D", "U"));
  EXPECT_OK(catalog_->Validate());
}

TEST_F(CatalogRollbackTest, TransactionThatIsForgottenIsTakenBack) {
  const auto before = Everything();
  {
    tx::Transaction transaction(catalog_->log());
    ASSERT_OK(catalog_->CreateTable(transaction, Plain("U")));
  }
  EXPECT_EQ(Everything(), before);
}

TEST_F(CatalogRollbackTest, NumbersTakenBackAreNotUsedAgain) {
  ObjectId taken{0};
  RunAndTakeBack([&](tx::Transaction& t) {
    const Status status = catalog_->CreateTable(t, Plain("U"));
    taken = Table("U")->id;
    return status;
  });
  ASSERT_OK(CreateTable("U"));
  EXPECT_GT(Table("U")->id, taken);
}

}  // namespace
}  // namespace redbase::sm
