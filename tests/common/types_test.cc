#include "common/types.h"

#include <gtest/gtest.h>

#include "common/schema.h"

namespace redbase {
namespace {

const Schema kStudent({{"id", {TypeId::kInt}, "student"},
                       {"name", {TypeId::kVarchar, 40}, "student"},
                       {"gpa", {TypeId::kReal}, "student"}});

TEST(Types, NamesReadAsDeclared) {
  EXPECT_EQ(TypeName({TypeId::kInt}), "int");
  EXPECT_EQ(TypeName({TypeId::kReal}), "real");
  EXPECT_EQ(TypeName({TypeId::kClassicString, 20}), "c20");
  EXPECT_EQ(TypeName({TypeId::kVarchar, 40}), "varchar(40)");
  EXPECT_EQ(TypeName({TypeId::kVarchar}), "varchar");
  EXPECT_EQ(TypeName({TypeId::kChar, 3}), "char(3)");
  EXPECT_EQ(TypeName(LogicalType::Decimal(12, 2)), "decimal(12,2)");
  EXPECT_EQ(TypeName({TypeId::kDouble}), "double precision");
}

TEST(Types, ClassicCatalogNumbers) {
  EXPECT_EQ(ClassicTypeCode(TypeId::kInt), 0);
  EXPECT_EQ(ClassicTypeCode(TypeId::kReal), 1);
  EXPECT_EQ(ClassicTypeCode(TypeId::kClassicString), 2);
  EXPECT_EQ(ClassicLength({TypeId::kInt}), 4U);
  EXPECT_EQ(ClassicLength({TypeId::kReal}), 4U);
  EXPECT_EQ(ClassicLength({TypeId::kClassicString, 20}), 20U);
}

// Type numbers are in catalogs on disk.
TEST(Types, NumbersOnDiskStay) {
  EXPECT_EQ(static_cast<int>(TypeId::kInt), 0);
  EXPECT_EQ(static_cast<int>(TypeId::kReal), 1);
  EXPECT_EQ(static_cast<int>(TypeId::kClassicString), 2);
  EXPECT_EQ(static_cast<int>(TypeId::kVarchar), 3);
  EXPECT_EQ(static_cast<int>(TypeId::kBoolean), 4);
  EXPECT_EQ(static_cast<int>(TypeId::kSmallint), 5);
  EXPECT_EQ(static_cast<int>(TypeId::kBigint), 6);
  EXPECT_EQ(static_cast<int>(TypeId::kDouble), 7);
  EXPECT_EQ(static_cast<int>(TypeId::kText), 8);
  EXPECT_EQ(static_cast<int>(TypeId::kChar), 9);
  EXPECT_EQ(static_cast<int>(TypeId::kDecimal), 10);
  EXPECT_EQ(static_cast<int>(TypeId::kDate), 11);
  EXPECT_EQ(static_cast<int>(TypeId::kTime), 12);
  EXPECT_EQ(static_cast<int>(TypeId::kTimestamp), 13);
  EXPECT_EQ(static_cast<int>(TypeId::kTimestamptz), 14);
  EXPECT_EQ(static_cast<int>(TypeId::kInterval), 15);
  EXPECT_EQ(static_cast<int>(TypeId::kUuid), 16);
  EXPECT_EQ(static_cast<int>(TypeId::kBytea), 17);
}

TEST(Types, EveryTypeHasAWidth) {
  EXPECT_EQ(WidthOf(PhysicalTypeOf({TypeId::kBoolean})), 1U);
  EXPECT_EQ(WidthOf(PhysicalTypeOf({TypeId::kSmallint})), 2U);
  EXPECT_EQ(WidthOf(PhysicalTypeOf({TypeId::kReal})), 4U);
  EXPECT_EQ(WidthOf(PhysicalTypeOf({TypeId::kDouble})), 8U);
  EXPECT_EQ(WidthOf(PhysicalTypeOf({TypeId::kVarchar})), 16U);
  EXPECT_EQ(WidthOf(PhysicalTypeOf({TypeId::kDate})), 4U);
  EXPECT_EQ(WidthOf(PhysicalTypeOf(LogicalType::Decimal(18, 2))), 8U);
  EXPECT_EQ(WidthOf(PhysicalTypeOf(LogicalType::Decimal(19, 2))), 16U);
  EXPECT_EQ(WidthOf(PhysicalTypeOf({TypeId::kInterval})), 16U);
  EXPECT_EQ(WidthOf(PhysicalTypeOf({TypeId::kUuid})), 16U);
}

TEST(Schema, ProjectPicksInTheOrderGiven) {
  const Schema projected = kStudent.Project({2, 0});
  ASSERT_EQ(projected.size(), 2U);
  EXPECT_EQ(projected[0].name, "gpa");
  EXPECT_EQ(projected[1].name, "id");
}

TEST(Schema, JoinPutsTheRightColumnsBehind) {
  const Schema joined = Schema::Join(kStudent, kStudent.Project({1}));
  ASSERT_EQ(joined.size(), 4U);
  EXPECT_EQ(joined[2].name, "gpa");
  EXPECT_EQ(joined[3].name, "name");
}

}  // namespace
}  // namespace redbase
