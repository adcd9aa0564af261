#include "sm/catalog.h"

#include "tests/sm/catalog_fixture.h"

namespace redbase::sm {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(CatalogTest, NewDatabaseHasNoTables) {
  EXPECT_THAT(TableNames(), IsEmpty());
  EXPECT_OK(catalog_->Validate());
}

TEST_F(CatalogTest, TableIsThereAfterReopening) {
  ASSERT_OK(CreateTable("T"));
  const RelationPtr before = Table("T");
  Reopen();
  EXPECT_EQ(*Table("T"), *before);
  EXPECT_EQ(Table("T")->schema[1], (Column{"b", ClassicString(20), "T"}));
  EXPECT_OK(catalog_->Validate());
}

TEST_F(CatalogTest, TablesAreListedInTheOrderOfCreation) {
  for (const char* name : {"z", "m", "a"}) {
    ASSERT_OK(CreateTable(name));
  }
  EXPECT_THAT(TableNames(), ElementsAre("z", "m", "a"));
  Reopen();
  EXPECT_THAT(TableNames(), ElementsAre("z", "m", "a"));
}

TEST_F(CatalogTest, RowsOfATableSurviveReopening) {
  ASSERT_OK(CreateTable("T"));
  const RelationPtr table = Table("T");
  EXPECT_OK(Run([&](tx::Transaction& t) {
    return catalog_->Records(*table).value()->Insert(t, ThreeRows(table->schema), nullptr);
  }));
  Reopen();
  EXPECT_EQ(catalog_->Records(*table).value()->statistics().records, 3U);
}

TEST_F(CatalogTest, SecondTableOfANameIsRefused) {
  ASSERT_OK(CreateTable("T"));
  const Status status = CreateTable("T");
  EXPECT_CODE(Code::kAlreadyExists, status);
  EXPECT_EQ(status.message(), "SM warning: relation exists: \"T\"");
  EXPECT_OK(CreateTable("t"));
}

TEST_F(CatalogTest, NamesOfTheCatalogAreTaken) {
  for (const char* name : {"relcat", "attrcat", "dbinfo", "sys_relations", "sys_columns",
                           "sys_indexes", "sys_partitions", "sys_sequences"}) {
    EXPECT_CODE(Code::kAlreadyExists, CreateTable(name)) << name;
    EXPECT_CODE(Code::kInvalidArgument, DropTable(name)) << name;
  }
  EXPECT_EQ(DropTable("relcat").message(), "SM warning: cannot change system catalog: \"relcat\"");
}

// Names of files in the directory mean nothing to those of tables.
TEST_F(CatalogTest, TableMayBeCalledLikeAFile) {
  for (const char* name : {"data", "redbase", "T_partitions_a", "T_U", "_1"}) {
    EXPECT_OK(CreateTable(name)) << name;
  }
  Reopen();
  EXPECT_EQ(TableNames().size(), 5U);
}

TEST_F(CatalogTest, NameIsFoundInAnyCaseWhenThatIsUnambiguous) {
  ASSERT_OK(CreateTable("Student"));
  EXPECT_EQ(Table("STUDENT")->name, "Student");
  EXPECT_EQ(Table("RelCat")->name, "relcat");
  ASSERT_OK(CreateTable("student"));
  EXPECT_EQ(Table("student")->name, "student");
  EXPECT_CODE(Code::kInvalidArgument, catalog_->Find("STUDENT"));
}

TEST_F(CatalogTest, UnknownNameGetsAHint) {
  ASSERT_OK(CreateTable("student"));
  const auto found = catalog_->Find("student2");
  EXPECT_CODE(Code::kNotFound, found);
  EXPECT_EQ(found.status().message(),
            "SM warning: relation does not exist: \"student2\" (did you mean \"student\"?)");
  EXPECT_EQ(catalog_->Find("xyz").status().message(),
            "SM warning: relation does not exist: \"xyz\"");
  EXPECT_EQ(DropTable("xyz").message(), "SM warning: relation does not exist: \"xyz\"");
}

TEST_F(CatalogTest, NamesMayHave63Bytes) {
  const std::string longest(63, 'n');
  TableDefinition definition = Plain(longest);
  definition.columns[0].name = longest;
  EXPECT_OK(CreateTable(definition));
  Reopen();
  EXPECT_EQ(Table(longest)->schema[0].name, longest);
}

TEST_F(CatalogTest, BadNamesAreRefused) {
  const std::string too_long(64, 'n');
  EXPECT_THAT(CreateTable(too_long).message(),
              HasSubstr("create: relation name or attribute name too long: \"nnn"));
  for (const char* name : {"", "../x", "a/b", "a b", "1a", "a\nb", "a.b", "\"q\"", "\xC3\xA4"}) {
    EXPECT_CODE(Code::kInvalidArgument, CreateTable(name)) << name;
    TableDefinition definition = Plain("T");
    definition.columns[1].name = name;
    EXPECT_CODE(Code::kInvalidArgument, CreateTable(definition)) << name;
  }
  EXPECT_THAT(TableNames(), IsEmpty());
}

TEST_F(CatalogTest, AttributeNamesAreDistinct) {
  TableDefinition definition = Plain("T");
  definition.columns[2].name = "a";
  EXPECT_EQ(CreateTable(definition).message(), "create: duplicated attribute name: \"a\"");
  definition.columns[2].name = "A";
  EXPECT_OK(CreateTable(definition));
}

TEST_F(CatalogTest, LengthsOfStringsAreChecked) {
  TableDefinition definition = Plain("T");
  for (const LogicalType type :
       {ClassicString(0), ClassicString(256), LogicalType{TypeId::kVarchar, (10U << 20) + 1}}) {
    definition.columns[1].type = type;
    const Status status = CreateTable(definition);
    EXPECT_CODE(Code::kInvalidArgument, status);
    EXPECT_THAT(status.message(), HasSubstr("create: invalid length for string attribute: \"b\""));
  }
  definition.columns = {{"one", ClassicString(1), ""},
                        {"most", ClassicString(255), ""},
                        {"text", {TypeId::kVarchar, 10 << 20}, ""},
                        {"any", {TypeId::kVarchar, 0}, ""}};
  EXPECT_OK(CreateTable(definition));
}

TEST_F(CatalogTest, TableHasAnAttribute) {
  EXPECT_CODE(Code::kInvalidArgument, CreateTable(TableDefinition{"T", {}, {}, {}}));
}

TEST_F(WideCatalogTest, FourHundredAttributesAreFine) {
  TableDefinition definition{"wide", {}, {}, {}};
  for (int i = 0; i < 400; ++i) {
    definition.columns.push_back({"a" + std::to_string(i), i % 2 == 0 ? kInt : kReal, ""});
  }
  ASSERT_OK(CreateTable(definition));
  const RelationPtr before = Table("wide");
  Reopen();
  EXPECT_EQ(*Table("wide"), *before);
  EXPECT_EQ(View("attrcat").size(), 412U);
}

TEST_F(WideCatalogTest, ThousandStringsFitTheLargestPage) {
  TableDefinition definition{"wide", {}, {}, {}};
  for (int i = 0; i < 1000; ++i) {
    definition.columns.push_back({"a" + std::to_string(i), ClassicString(255), ""});
  }
  ASSERT_OK(CreateTable(definition));
  Reopen();
  EXPECT_EQ(Table("wide")->schema.size(), 1000U);
}

TEST_F(CatalogTest, TooManyAttributesAreRefused) {
  TableDefinition definition{"wide", {}, {}, {}};
  for (int i = 0; i < 1601; ++i) {
    definition.columns.push_back({"a" + std::to_string(i), kInt, ""});
  }
  EXPECT_EQ(CreateTable(definition).message(),
            "create: too many elements: 1601 attributes, at most 1600");
}

TEST_F(CatalogTest, RecordThatFitsNoPageIsRefusedAndLeavesNoTrace) {
  const auto before = Everything();
  TableDefinition definition{"fat", {}, {}, {}};
  for (int i = 0; i < 1600; ++i) {
    definition.columns.push_back({"a" + std::to_string(i), ClassicString(255), ""});
  }
  const Status status = CreateTable(definition);
  EXPECT_CODE(Code::kInvalidArgument, status);
  EXPECT_THAT(status.message(), HasSubstr("RM warning: record size is too large: 1600 columns"));
  EXPECT_EQ(Everything(), before);
}

TEST_F(CatalogTest, DroppedTableIsGoneWithItsFiles) {
  const auto before = Names();
  ASSERT_OK(CreateTable("T"));
  ASSERT_OK(CreateIndex("T", {0}));
  EXPECT_EQ(Names().size(), before.size() + 2);
  ASSERT_OK(DropTable("T"));
  EXPECT_EQ(Names(), before);
  EXPECT_CODE(Code::kNotFound, catalog_->Find("T"));
  Reopen();
  EXPECT_THAT(TableNames(), IsEmpty());
  EXPECT_OK(catalog_->Validate());
}

TEST_F(CatalogTest, NumbersOfObjectsAreNotUsedAgain) {
  ASSERT_OK(CreateTable("T"));
  const ObjectId first = Table("T")->id;
  ASSERT_OK(DropTable("T"));
  ASSERT_OK(CreateTable("T"));
  const ObjectId second = Table("T")->id;
  EXPECT_GT(second, first);
  ASSERT_OK(DropTable("T"));
  Reopen();
  ASSERT_OK(CreateTable("T"));
  EXPECT_GT(Table("T")->id, second);
}

TEST_F(CatalogTest, IndexIsThereAfterReopening) {
  ASSERT_OK(CreateTable("T"));
  ASSERT_OK(CreateIndex("T", {2, 0}, true));
  ASSERT_OK(CreateIndex("T", {1}));
  Reopen();
  const RelationPtr table = Table("T");
  ASSERT_EQ(table->indexes.size(), 2U);
  EXPECT_EQ(table->indexes[0].name, "T_c_a_idx");
  EXPECT_THAT(table->indexes[0].columns, ElementsAre(2, 0));
  EXPECT_TRUE(table->indexes[0].unique);
  EXPECT_EQ(table->IndexOn(1)->name, "T_b_idx");
  EXPECT_OK(catalog_->Tree(*table, table->indexes[0]));
  EXPECT_OK(catalog_->Validate());
}

TEST_F(CatalogTest, SecondIndexOnTheSameColumnsIsRefused) {
  ASSERT_OK(CreateTable("T"));
  ASSERT_OK(CreateIndex("T", {0, 1}));
  const Status status = CreateIndex("T", {0, 1}, true);
  EXPECT_CODE(Code::kAlreadyExists, status);
  EXPECT_EQ(status.message(), "SM warning: index already exists: \"T(a, b)\"");
  EXPECT_OK(CreateIndex("T", {1, 0}));
}

TEST_F(CatalogTest, IndexNamesAreDistinctAndShort) {
  ASSERT_OK(CreateTable("T"));
  TableDefinition other = Plain("T_a");
  ASSERT_OK(CreateTable(other));
  ASSERT_OK(CreateIndex("T", {0, 1}));
  ASSERT_OK(CreateIndex("T_a", {1}));
  EXPECT_EQ(Table("T")->indexes[0].name, "T_a_b_idx");
  EXPECT_EQ(Table("T_a")->indexes[0].name, "T_a_b_idx1");
  ASSERT_OK(CreateTable(std::string(63, 'n')));
  ASSERT_OK(CreateIndex(std::string(63, 'n'), {0}));
  EXPECT_LE(Table(std::string(63, 'n'))->indexes[0].name.size(), 63U);
}

TEST_F(CatalogTest, IndexOnWhatCannotHaveOneIsRefused) {
  ASSERT_OK(CreateTable("T"));
  EXPECT_CODE(Code::kInvalidArgument, CreateIndex("relcat", {0}));
  EXPECT_CODE(Code::kInvalidArgument, CreateIndex("sys_columns", {0}));
  for (const std::vector<uint32_t>& columns :
       {std::vector<uint32_t>{}, std::vector<uint32_t>{3}, std::vector<uint32_t>{0, 0}}) {
    const Status status = CreateIndex("T", columns);
    EXPECT_CODE(Code::kInvalidArgument, status);
    EXPECT_THAT(status.message(), HasSubstr("SM warning: invalid attribute: "));
  }
}

TEST_F(CatalogTest, DroppedIndexIsGoneWithItsFile) {
  ASSERT_OK(CreateTable("T"));
  const auto before = Names();
  ASSERT_OK(CreateIndex("T", {0}));
  const IndexInfo index = Table("T")->indexes[0];
  ASSERT_OK(DropIndex("T", 0));
  EXPECT_EQ(Names(), before);
  EXPECT_EQ(
      Run([&](tx::Transaction& t) { return catalog_->DropIndex(t, *Table("T"), index); }).message(),
      "SM warning: index does not exist: \"T_a_idx\"");
  Reopen();
  EXPECT_THAT(Table("T")->indexes, IsEmpty());
}

TEST_F(CatalogTest, StatementKeepsTheRelationItWasBoundTo) {
  ASSERT_OK(CreateTable("T"));
  const RelationPtr bound = Table("T");
  ASSERT_OK(CreateIndex("T", {0}));
  EXPECT_THAT(bound->indexes, IsEmpty());
  EXPECT_EQ(Table("T")->indexes.size(), 1U);
  ASSERT_OK(DropTable("T"));
  EXPECT_EQ(bound->name, "T");
}

TEST_F(CatalogTest, VersionRisesWithEveryChange) {
  uint64_t version = catalog_->VersionSeenBy(nullptr);
  const auto expect_rise = [&] {
    EXPECT_GT(catalog_->VersionSeenBy(nullptr), version);
    version = catalog_->VersionSeenBy(nullptr);
  };
  ASSERT_OK(CreateTable("T"));
  expect_rise();
  ASSERT_OK(CreateIndex("T", {0}));
  expect_rise();
  RunAndTakeBack([&](tx::Transaction& t) { return catalog_->DropTable(t, "T"); });
  EXPECT_EQ(catalog_->VersionSeenBy(nullptr), version);
  EXPECT_CODE(Code::kAlreadyExists, CreateTable("T"));
  EXPECT_EQ(catalog_->VersionSeenBy(nullptr), version);
}

TEST_F(CatalogTest, ChangesAreSeenByTheirTransactionUntilItCommits) {
  ASSERT_OK(CreateTable("T"));
  tx::Transaction changer(catalog_->log());
  ASSERT_OK(catalog_->DropTable(changer, "T"));
  const tx::Savepoint savepoint = changer.Mark();
  ASSERT_OK(catalog_->CreateTable(changer, Plain("U")));
  const auto sees = [&](const tx::TransactionState* by, const char* name) {
    return catalog_->SeenBy(by)->Find(name).ok();
  };
  EXPECT_TRUE(sees(&changer.state(), "U"));
  EXPECT_FALSE(sees(&changer.state(), "T"));
  EXPECT_TRUE(sees(nullptr, "T"));
  EXPECT_FALSE(sees(nullptr, "U"));
  EXPECT_THAT(View("relcat"), Contains(HasSubstr("T ")));
  const uint64_t changed = catalog_->VersionSeenBy(&changer.state());
  EXPECT_NE(changed, catalog_->VersionSeenBy(nullptr));
  ASSERT_OK(changer.RollbackTo(savepoint));
  EXPECT_FALSE(sees(&changer.state(), "U"));
  EXPECT_FALSE(sees(&changer.state(), "T"));
  EXPECT_NE(changed, catalog_->VersionSeenBy(&changer.state()));
  ASSERT_OK(changer.Commit());
  EXPECT_FALSE(sees(nullptr, "T"));
}

TEST_F(CatalogTest, ATransactionThatRollsBackIsNoChangerAnyMore) {
  ASSERT_OK(CreateTable("T"));
  tx::Transaction changer(catalog_->log());
  ASSERT_OK(catalog_->DropTable(changer, "T"));
  ASSERT_OK(changer.Rollback());
  EXPECT_TRUE(catalog_->SeenBy(&changer.state())->Find("T").ok());
  EXPECT_EQ(catalog_->VersionSeenBy(&changer.state()), catalog_->VersionSeenBy(nullptr));
}

TEST_F(CatalogTest, SystemRelationsAreReadLikeOthers) {
  ASSERT_OK(CreateTable("T"));
  EXPECT_EQ(catalog_->Records(*Table("sys_relations")).value()->statistics().records, 1U);
  EXPECT_EQ(catalog_->Records(*Table("sys_columns")).value()->statistics().records, 3U);
}

TEST_F(CatalogTest, FragmentKeepsItsRange) {
  TableDefinition definition = Plain("T");
  definition.range = PartitionRange{1, Value::String("a\\\x01\xFF"), std::nullopt};
  ASSERT_OK(CreateTable(definition));
  Reopen();
  EXPECT_EQ(Table("T")->range, definition.range);
  EXPECT_FALSE(Table("T")->partitioning);
}

TEST_F(CatalogTest, SecondProcessIsTurnedAway) {
  const auto second = Catalog::Open(pool_, kPath);
  EXPECT_CODE(Code::kUnavailable, second);
  EXPECT_THAT(second.status().message(), HasSubstr("database \"/db\" is in use by process "));
  EXPECT_OK(catalog_->Close());
  EXPECT_OK(Catalog::Open(pool_, kPath));
}

TEST_F(CatalogTest, NoLockFileIsMadeWhereNoDatabaseIs) {
  ASSERT_OK(env_.CreateDirectory("/other"));
  EXPECT_CODE(Code::kNotFound, Catalog::Open(pool_, "/other"));
  EXPECT_CODE(Code::kNotFound, Catalog::Open(pool_, "/nowhere"));
  EXPECT_FALSE(env_.Exists("/other/redbase.lock"));
}

TEST_F(CatalogTest, LeftoverFilesAreRemovedAtOpenAndOthersLetAlone) {
  ASSERT_OK(CreateTable("T"));
  EXPECT_OK(catalog_->Close());
  const auto before = Names();
  for (const char* name : {"900.1", "101.2", "1.2"}) {
    ASSERT_OK(env_.Open(std::string("/db/") + name, common::OpenMode::kCreate));
  }
  const std::vector<const char*> others = {"notes",  "900.x", "0900.1", "900.01",  "900.1~",
                                           "900.-1", "900",   "x.1",    "900.1.1", "0.1"};
  for (const char* name : others) {
    ASSERT_OK(env_.Open(std::string("/db/") + name, common::OpenMode::kCreate));
  }
  ASSERT_OK(env_.CreateDirectory("/db/901.1"));
  Open();
  EXPECT_EQ(Names().size(), before.size() + others.size() + 1);
  for (const char* name : {"900.1", "101.2", "1.2"}) {
    EXPECT_THAT(Names(), Not(Contains(name)));
  }
  ASSERT_OK(CreateTable("U"));
  EXPECT_GT(Table("U")->id, ObjectId{900});
}

TEST_F(CatalogTest, DefaultsAreFilledIn) {
  ASSERT_OK(env_.CreateDirectory("/fresh"));
  ASSERT_OK(Catalog::Create(env_, "/fresh", {}));
  ASSERT_OK_AND_ASSIGN(const DatabaseOptions options, ReadControlFile(env_, "/fresh"));
  EXPECT_NE(options.database_id, 0U);
  EXPECT_TRUE(pf::IsPageSize(options.record_page_size));
  EXPECT_TRUE(pf::IsPageSize(options.tree_page_size));
}

TEST_F(CatalogTest, PageSizesAreChecked) {
  ASSERT_OK(env_.CreateDirectory("/fresh"));
  DatabaseOptions options;
  for (const uint32_t size : {1U, 4095U, 5000U, 131072U}) {
    options.record_page_size = size;
    const Status status = Catalog::Create(env_, "/fresh", options);
    EXPECT_CODE(Code::kInvalidArgument, status);
    EXPECT_THAT(status.message(), HasSubstr("invalid page size " + std::to_string(size)));
  }
}

TEST_F(CatalogTest, ThreadsThatOpenAFileAtOnceGetTheSame) {
  for (const char* name : {"T", "U", "V"}) {
    ASSERT_OK(CreateTable(name));
  }
  Reopen();
  std::vector<std::vector<rm::RecordFile*>> seen(4);
  std::vector<std::unique_ptr<common::Thread>> threads;
  for (auto& files : seen) {
    threads.push_back(common::RealEnv().StartThread("opener", [this, &files] {
      for (const RelationPtr& table : catalog_->Relations(false)) {
        files.push_back(catalog_->Records(*table).value());
      }
    }));
  }
  threads.clear();  // joins
  for (const auto& files : seen) {
    EXPECT_EQ(files.size(), 3U);
    EXPECT_EQ(files, seen[0]);
  }
}

}  // namespace
}  // namespace redbase::sm
