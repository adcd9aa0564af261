// A database whose process died: what was committed is there, and nothing else.
#include "tests/sm/catalog_fixture.h"

namespace redbase::sm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CatalogRecoveryTest : public CatalogTest {
 protected:
  static constexpr tx::GlobalId kGlobal{77};

  // Forgets what is in memory, without writing it: the power goes.
  void Crash() {
    env_.SetFaults({.fail_at = 0, .for_ever = true});
    transaction_.reset();
    catalog_.reset();
    env_.SetFaults({});
    env_.Crash(1);
  }
  void Begin() { transaction_ = std::make_unique<tx::Transaction>(catalog_->log()); }
  void MakeDurable() {
    pf::WriteAheadLog& log = catalog_->log().log();
    ASSERT_OK(log.MakeDurable(log.end() - 1));
  }
  // A transaction that has made U, and promised to commit.
  void Prepare() {
    Begin();
    ASSERT_OK(catalog_->CreateTable(*transaction_, Plain("U")));
    ASSERT_OK(transaction_->Prepare(kGlobal));
  }
  Status OpenWith(bool committed) {
    ASSIGN_OR_RETURN(catalog_, Catalog::Open(pool_, kPath, [committed](tx::GlobalId global) {
                       EXPECT_EQ(global, kGlobal);
                       return Result<bool>(committed);
                     }));
    return {};
  }

  std::unique_ptr<tx::Transaction> transaction_;
};

TEST_F(CatalogRecoveryTest, WhatWasCommittedIsThere) {
  ASSERT_OK(CreateTable("T"));
  ASSERT_OK(CreateIndex("T", {1}));
  Crash();
  Open();
  EXPECT_THAT(TableNames(), ElementsAre("T"));
  EXPECT_EQ(Table("T")->indexes.size(), 1);
  EXPECT_TRUE(catalog_->recovery().was_needed);
  EXPECT_OK(catalog_->Validate());
  Reopen();
  EXPECT_FALSE(catalog_->recovery().was_needed);
}

TEST_F(CatalogRecoveryTest, WhatWasNotCommittedIsTakenBack) {
  ASSERT_OK(CreateTable("T"));
  Begin();
  ASSERT_OK(catalog_->DropTable(*transaction_, "T"));
  ASSERT_OK(catalog_->CreateTable(*transaction_, Plain("U")));
  MakeDurable();
  Crash();
  Open();
  EXPECT_THAT(TableNames(), ElementsAre("T"));
  EXPECT_EQ(catalog_->recovery().taken_back, 1);
  EXPECT_OK(catalog_->Validate());
}

TEST_F(CatalogRecoveryTest, ACheckpointInsideATransactionLosesNothingOfIt) {
  Begin();
  ASSERT_OK(catalog_->CreateTable(*transaction_, Plain("U")));
  ASSERT_OK(catalog_->Checkpoint());
  Crash();
  Open();
  EXPECT_THAT(TableNames(), IsEmpty());
  EXPECT_OK(catalog_->Validate());
}

TEST_F(CatalogRecoveryTest, APreparedTransactionEndsAsItIsSaid) {
  for (const bool committed : {false, true}) {
    Prepare();
    Crash();
    ASSERT_OK(OpenWith(committed));
    EXPECT_EQ(TableNames().size(), committed ? 1 : 0);
    EXPECT_OK(catalog_->Validate());
  }
}

TEST_F(CatalogRecoveryTest, APreparedTransactionOutlivesAClose) {
  Prepare();
  transaction_.reset();
  ASSERT_OK(catalog_->Close());
  catalog_.reset();
  ASSERT_OK(OpenWith(true));
  EXPECT_THAT(TableNames(), ElementsAre("U"));
}

// What was left to the end of a transaction when the database was closed before it.
class UnendedTransactionTest : public CatalogRecoveryTest {
 protected:
  UnendedTransactionTest() {
    TableDefinition texts;
    texts.name = "T";
    texts.columns = {{"a", {TypeId::kVarchar, 10000}, ""}};
    EXPECT_OK(CreateTable(texts));
  }
  rm::RecordFile& records() { return *catalog_->Records(*Table("T")).value(); }
  Batch OneRow(std::string text) {
    Batch rows(Table("T")->schema, 1);
    rows.set_rows(1);
    rows.SetValue(0, 0, Value::String(std::move(text)));
    return rows;
  }
  void PrepareAndReopen(bool committed) {
    ASSERT_OK(transaction_->Prepare(kGlobal));
    transaction_.reset();
    ASSERT_OK(catalog_->Close());
    catalog_.reset();
    ASSERT_OK(OpenWith(committed));
    EXPECT_OK(catalog_->Validate());
  }
};

TEST_F(UnendedTransactionTest, PagesOfLongValuesAreGivenBack) {
  std::vector<Rid> rids;
  ASSERT_OK(Run([&](tx::Transaction& t) {
    return records().Insert(t, OneRow(std::string(9000, 'x')), &rids);
  }));
  for (const bool committed : {false, true}) {
    Begin();
    ASSERT_OK(records().Erase(*transaction_, rids));
    PrepareAndReopen(committed);
  }
}

TEST_F(UnendedTransactionTest, RoomInLoadedPagesIsUsed) {
  Begin();
  rm::BulkAppender appender(records(), *transaction_);
  ASSERT_OK(appender.Append(OneRow("loaded"), nullptr));
  ASSERT_OK(appender.Finish());
  PrepareAndReopen(/*committed=*/true);
  ASSERT_OK(
      Run([&](tx::Transaction& t) { return records().Insert(t, OneRow("inserted"), nullptr); }));
  EXPECT_EQ(records().statistics().records, 2U);
  EXPECT_EQ(records().statistics().pages, 1U);
}

TEST_F(CatalogRecoveryTest, NobodyElseDecides) {
  Prepare();
  Crash();
  const auto alone = Catalog::Open(pool_, kPath);
  EXPECT_CODE(Code::kUnavailable, alone);
  EXPECT_THAT(alone.status().message(), HasSubstr("knows the outcome"));
  ASSERT_OK(OpenWith(false));
}

TEST_F(CatalogRecoveryTest, ADecisionIsRememberedUntilItIsForgotten) {
  Begin();
  ASSERT_OK(transaction_->CommitDeciding(kGlobal));
  Crash();
  Open();
  EXPECT_TRUE(catalog_->log().IsDecided(kGlobal));
  EXPECT_FALSE(catalog_->log().IsDecided(tx::GlobalId{78}));
  catalog_->log().Forget({kGlobal});
  Reopen();
  EXPECT_FALSE(catalog_->log().IsDecided(kGlobal));
}

}  // namespace
}  // namespace redbase::sm
