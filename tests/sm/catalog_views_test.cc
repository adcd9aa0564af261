// relcat, attrcat, dbinfo and the views of partitions; distributed tables.
#include "tests/sm/catalog_fixture.h"

namespace redbase::sm {
namespace {

using ::testing::ElementsAre;

TEST_F(CatalogTest, RelcatTellsOfTheCatalogFirst) {
  ASSERT_OK(CreateTable("T"));
  ASSERT_OK(CreateIndex("T", {0}));
  EXPECT_THAT(View("relcat"),
              ElementsAre("relcat 66 6 0 0 NA", "attrcat 66 6 0 0 NA", "T 28 3 1 0 NA"));
}

TEST_F(CatalogTest, AttrcatHasOffsetsTypesAndIndexes) {
  ASSERT_OK(CreateTable("T"));
  ASSERT_OK(CreateIndex("T", {1, 0}));
  const auto rows = View("attrcat");
  ASSERT_EQ(rows.size(), 15U);
  EXPECT_EQ(rows[0], "relcat relName 0 2 25 -1");
  EXPECT_EQ(rows[8], "attrcat offset 50 0 4 -1");
  EXPECT_EQ(rows[12], "T a 0 0 4 -1");
  EXPECT_EQ(rows[13], "T b 4 2 20 1");
  EXPECT_EQ(rows[14], "T c 24 1 4 -1");
}

TEST_F(CatalogTest, NamesLongerThanTheClassicOnesAreNotCut) {
  const std::string name(63, 'n');
  ASSERT_OK(CreateTable(name));
  EXPECT_EQ(View("relcat")[2], name + " 28 3 0 0 NA");
  EXPECT_EQ(Table("relcat")->schema[0].type, ClassicString(25));
}

TEST_F(WideCatalogTest, LengthsBeyondAnIntAreCutToTheLargest) {
  TableDefinition definition{"long", {}, {}, {}};
  for (int i = 0; i < 300; ++i) {
    definition.columns.push_back({"a" + std::to_string(i), {TypeId::kVarchar, 10 << 20}, ""});
  }
  ASSERT_OK(CreateTable(definition));
  EXPECT_EQ(View("relcat")[2], "long 2147483647 300 0 0 NA");
}

TEST_F(CatalogTest, DbinfoSaysThatThereAreNoNodes) {
  EXPECT_THAT(View("dbinfo"), ElementsAre("0 0"));
}

TEST_F(CatalogTest, TableCannotBeDistributedWithoutNodes) {
  EXPECT_EQ(CreateTable(Distributed("T")).message(),
            "EX warning: incorrect number of data values: the database is not distributed");
}

TEST_F(DistributedCatalogTest, DbinfoCountsTheNodes) {
  EXPECT_THAT(View("dbinfo"), ElementsAre("1 3"));
}

TEST_F(DistributedCatalogTest, PartitionsAreAViewAndSurviveReopening) {
  ASSERT_OK(CreateTable(Distributed("T")));
  const RelationPtr before = Table("T");
  Reopen();
  EXPECT_EQ(*Table("T"), *before);
  EXPECT_THAT(View("T_partitions_a"), ElementsAre("1 null 10", "2 10 20", "3 20 null"));
  EXPECT_EQ(Table("T_partitions_a")->schema[1], (Column{"startValue", kInt, "T_partitions_a"}));
  EXPECT_EQ(View("relcat")[2], "T 28 3 0 1 a");
}

TEST_F(DistributedCatalogTest, DistributedTableHasNoFilesHere) {
  const auto before = Names();
  ASSERT_OK(CreateTable(Distributed("T")));
  ASSERT_OK(CreateIndex("T", {0}));
  EXPECT_EQ(Names(), before);
  Reopen();
  EXPECT_EQ(Table("T")->indexes.size(), 1U);
  EXPECT_OK(catalog_->Validate());
  EXPECT_OK(DropTable("T"));
  EXPECT_CODE(Code::kNotFound, catalog_->Find("T_partitions_a"));
}

TEST_F(DistributedCatalogTest, BoundsOfEveryTypeSurviveReopening) {
  TableDefinition strings = Plain("strings");
  strings.partitioning =
      PartitionVector(1, ClassicString(20), {Value::String(""), Value::String("a\\\xFF\n")});
  TableDefinition reals = Plain("reals");
  reals.partitioning = PartitionVector(2, kReal, {Value::Real(-0.1F), Value::Real(1e30F)});
  ASSERT_OK(CreateTable(strings));
  ASSERT_OK(CreateTable(reals));
  Reopen();
  EXPECT_EQ(Table("strings")->partitioning, strings.partitioning);
  EXPECT_EQ(Table("reals")->partitioning, reals.partitioning);
}

TEST_F(DistributedCatalogTest, NumberOfPartitionsIsThatOfNodes) {
  TableDefinition definition = Distributed("T");
  definition.partitioning = PartitionVector(0, kInt, {Value::Int(10)});
  EXPECT_EQ(CreateTable(definition).message(),
            "EX warning: incorrect number of data values: 1, with 3 data nodes it takes 2");
}

TEST_F(DistributedCatalogTest, PartitionAttributeIsOneOfTheTable) {
  TableDefinition definition = Distributed("T");
  definition.partitioning = PartitionVector(3, kInt, {Value::Int(10), Value::Int(20)});
  EXPECT_EQ(CreateTable(definition).message(),
            "create: attribute name for distribute is not valid");
  definition.partitioning = PartitionVector(1, kInt, {Value::Int(10), Value::Int(20)});
  EXPECT_CODE(Code::kInvalidArgument, CreateTable(definition));
}

TEST_F(DistributedCatalogTest, NamesOfViewsOfPartitionsAreTaken) {
  ASSERT_OK(CreateTable(Distributed("T")));
  EXPECT_CODE(Code::kAlreadyExists, CreateTable("T_partitions_a"));
  EXPECT_CODE(Code::kInvalidArgument, DropTable("T_partitions_a"));
  ASSERT_OK(CreateTable("U_partitions_a"));
  const Status status = CreateTable(Distributed("U"));
  EXPECT_CODE(Code::kAlreadyExists, status);
  EXPECT_EQ(status.message(),
            "SM warning: relation exists: \"U_partitions_a\", the name of the view that is to "
            "show the partitions of \"U\"");
}

TEST_F(DistributedCatalogTest, PlainTablesLiveHere) {
  ASSERT_OK(CreateTable("T"));
  EXPECT_EQ(View("relcat")[2], "T 28 3 0 0 NA");
  EXPECT_OK(catalog_->Records(*Table("T")));
}

}  // namespace
}  // namespace redbase::sm
