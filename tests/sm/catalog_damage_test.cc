// Damaged files give clear errors.
#include "tests/sm/catalog_fixture.h"

namespace redbase::sm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DamagedCatalogTest : public CatalogTest {
 protected:
  // Turns bits of one byte of the system relation's file around, page by page.
  void DamageFile(const std::string& name) {
    const std::string path = std::string(kPath) + "/" + name;
    const uint64_t size = env_.Stat(path).value().size;
    for (uint64_t offset = 100; offset < size; offset += 4096) {
      ASSERT_OK(env_.CorruptByte(path, offset, 0x55));
    }
  }
  void ExpectCorrupt(const std::string& what) {
    const auto opened = Catalog::Open(pool_, kPath);
    EXPECT_CODE(Code::kCorruption, opened);
    EXPECT_THAT(opened.status().message(), HasSubstr(what));
  }
  void CloseIt() {
    EXPECT_OK(catalog_->Close());
    catalog_.reset();
  }
  // Changes a system relation behind the catalog's back.
  void Insert(const char* relation, const std::vector<Value>& row) {
    const RelationPtr system = Table(relation);
    Batch batch(system->schema, 1);
    batch.set_rows(1);
    for (size_t column = 0; column < row.size(); ++column) {
      batch.SetValue(column, 0, row[column]);
    }
    EXPECT_OK(Run([&](tx::Transaction& t) {
      return catalog_->Records(*system).value()->Insert(t, batch, nullptr);
    }));
    CloseIt();
  }
};

TEST_F(DamagedCatalogTest, DamagedFilesOfTheCatalogAreNamed) {
  ASSERT_OK(CreateTable("T"));
  CloseIt();
  for (const char* name : {"1.1", "2.1", "3.1", "4.1", "5.1"}) {
    DamageFile(name);
    ExpectCorrupt(std::string("/db/") + name);
    DamageFile(name);  // the same bits again: as it was
  }
  Open();
  EXPECT_THAT(TableNames(), ElementsAre("T"));
}

TEST_F(DamagedCatalogTest, DamagedControlFileIsNamed) {
  CloseIt();
  ASSERT_OK(env_.CorruptByte("/db/redbase.control", 20, 1));
  ExpectCorrupt("/db/redbase.control: damaged");
}

TEST_F(DamagedCatalogTest, MissingFileOfTheCatalogIsNamed) {
  CloseIt();
  ASSERT_OK(env_.RemoveFile("/db/2.1"));
  // Not kNotFound, which says that there is no database.
  ExpectCorrupt("database \"/db\": relation \"sys_columns\": /db/2.1");
}

TEST_F(DamagedCatalogTest, DamagedTableHurtsItselfOnly) {
  ASSERT_OK(CreateTable("T"));
  ASSERT_OK(CreateTable("U"));
  CloseIt();
  DamageFile("101.1");
  Open();
  const auto records = catalog_->Records(*Table("T"));
  EXPECT_CODE(Code::kCorruption, records);
  EXPECT_THAT(records.status().message(), HasSubstr("relation \"T\": /db/101.1"));
  EXPECT_OK(catalog_->Records(*Table("U")));
  EXPECT_CODE(Code::kCorruption, catalog_->Validate());
  EXPECT_OK(DropTable("T"));
  EXPECT_OK(catalog_->Validate());
}

TEST_F(DamagedCatalogTest, TableWhoseFileIsGoneCanBeDropped) {
  ASSERT_OK(CreateTable("T"));
  CloseIt();
  ASSERT_OK(env_.RemoveFile("/db/101.1"));
  Open();
  EXPECT_CODE(Code::kCorruption, catalog_->Records(*Table("T")));
  EXPECT_OK(DropTable("T"));
}

TEST_F(DamagedCatalogTest, ColumnOfNoRelationIsNoticed) {
  Insert("sys_columns", {Value::Int(77), Value::Int(0), Value::String("x"), Value::Int(0),
                         Value::Int(0), Value::Null(), Value::Null()});
  ExpectCorrupt("sys_columns: column \"x\" at 0 of relation 77 does not fit");
}

TEST_F(DamagedCatalogTest, RelationWithoutItsColumnsIsNoticed) {
  Insert("sys_relations",
         {Value::Int(150), Value::String("ghost"), Value::Int(0), Value::Int(1), Value::Int(2),
          Value::Null(), Value::Null(), Value::Null(), Value::Null(), Value::Null()});
  ExpectCorrupt("relation \"ghost\": sys_columns: column 0 is missing");
}

TEST_F(DamagedCatalogTest, RelationOfAnotherKindIsNoticed) {
  Insert("sys_relations",
         {Value::Int(150), Value::String("odd"), Value::Int(9), Value::Int(1), Value::Int(1),
          Value::Null(), Value::Null(), Value::Null(), Value::Null(), Value::Null()});
  ExpectCorrupt("sys_relations: the row of relation \"odd\" is damaged");
}

TEST_F(DamagedCatalogTest, IndexOnNoColumnIsNoticed) {
  ASSERT_OK(CreateTable("T"));
  Insert("sys_indexes", {Value::Int(150), Value::Int(101), Value::String("i"), Value::Int(0),
                         Value::Int(1), Value::String("7")});
  ExpectCorrupt("sys_indexes: index \"i\" is on no column");
}

TEST_F(DamagedCatalogTest, PartitionOfAPlainRelationIsNoticed) {
  ASSERT_OK(CreateTable("T"));
  Insert("sys_partitions",
         {Value::Int(101), Value::Int(1), Value::Int(1), Value::Null(), Value::Null()});
  ExpectCorrupt("sys_partitions: partition 1 of relation 101 does not fit");
}

TEST_F(DamagedCatalogTest, CatalogChangedBehindItsBackIsNoticed) {
  ASSERT_OK(CreateTable("T"));
  ASSERT_OK(Run([&](tx::Transaction& t) {
    rm::RecordFile* const file = catalog_->Records(*Table("sys_indexes")).value();
    Batch batch(Table("sys_indexes")->schema, 1);
    batch.set_rows(1);
    const std::vector<Value> row = {Value::Int(150), Value::Int(101), Value::String("i"),
                                    Value::Int(0),   Value::Int(1),   Value::String("0")};
    for (size_t column = 0; column < row.size(); ++column) {
      batch.SetValue(column, 0, row[column]);
    }
    return file->Insert(t, batch, nullptr);
  }));
  EXPECT_CODE(Code::kInternal, catalog_->Validate());
}

}  // namespace
}  // namespace redbase::sm
