#include "sm/internal/stored_type.h"

#include <gtest/gtest.h>

namespace redbase::sm {
namespace {

std::optional<LogicalType> Again(LogicalType type) {
  return TypeFromStored(static_cast<uint32_t>(type.id), StoredLength(type));
}

// The numbers are in catalogs on disk.
TEST(StoredType, NumbersOnDiskStay) {
  EXPECT_EQ(StoredLength({TypeId::kVarchar, 40}), 40U);
  EXPECT_EQ(StoredLength({TypeId::kInt}), 0U);
  EXPECT_EQ(StoredLength(LogicalType::Decimal(12, 2)), 1202U);
  EXPECT_EQ(TypeFromStored(3, 40), LogicalType({TypeId::kVarchar, 40}));
  EXPECT_EQ(TypeFromStored(10, 3838), LogicalType::Decimal(38, 38));
}

TEST(StoredType, EveryTypeComesBack) {
  for (uint32_t id = 0; id < static_cast<uint32_t>(TypeId::kUnknown); ++id) {
    if (static_cast<TypeId>(id) != TypeId::kDecimal) {
      const LogicalType type{static_cast<TypeId>(id), id % 3};
      EXPECT_EQ(Again(type), type) << id;
    }
  }
  for (uint32_t precision = 1; precision <= kMaxDecimalPrecision; ++precision) {
    for (uint8_t scale = 0; scale <= precision; ++scale) {
      const LogicalType type = LogicalType::Decimal(precision, scale);
      EXPECT_EQ(Again(type), type);
    }
  }
}

TEST(StoredType, NumbersOfNoTypeAreRefused) {
  EXPECT_FALSE(TypeFromStored(18, 0));  // unknown is the type of no column
  EXPECT_FALSE(TypeFromStored(255, 0));
  for (const uint32_t length : {0U, 2U, 203U, 3900U, 3939U, 0xFFFFFFFFU}) {
    EXPECT_FALSE(TypeFromStored(10, length)) << length;
  }
}

}  // namespace
}  // namespace redbase::sm
