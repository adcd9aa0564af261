#include "parser/type_name.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace redbase::parser {
namespace {

TypeName Named(std::string word, std::optional<int64_t> length = std::nullopt,
               std::optional<int64_t> scale = std::nullopt) {
  return {std::move(word), length, scale, {2, 9}};
}

void ExpectType(const TypeName& name, LogicalType want) {
  const Result<LogicalType> type = ResolveType(name);
  ASSERT_TRUE(type.ok()) << ToString(name) << ": " << type.status().message();
  EXPECT_EQ(*type, want) << ToString(name) << " is " << redbase::TypeName(*type);
}

void ExpectRefused(const TypeName& name, const std::string& message) {
  const Result<LogicalType> spec = ResolveType(name);
  ASSERT_FALSE(spec.ok()) << ToString(name);
  EXPECT_EQ(spec.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(spec.status().message(), message + ": " + ToString(name) + " at line 2, column 9");
}

TEST(ResolveType, KnowsTheNumbers) {
  for (const char* word : {"i", "i4", "int", "integer", "int4", "INT", "Integer"}) {
    ExpectType(Named(word), {TypeId::kInt});
  }
  for (const char* word : {"f", "f4", "r", "r4", "real", "float", "REAL", "Float"}) {
    ExpectType(Named(word), {TypeId::kReal});
  }
}

TEST(ResolveType, KnowsTheStrings) {
  ExpectType(Named("c1"), {TypeId::kClassicString, 1});
  ExpectType(Named("s20"), {TypeId::kClassicString, 20});
  ExpectType(Named("c255"), {TypeId::kClassicString, 255});
  ExpectType(Named("varchar", 1), {TypeId::kVarchar, 1});
  ExpectType(Named("VARCHAR", 10'000), {TypeId::kVarchar, 10'000});
  ExpectType(Named("varchar", kMaxVarcharLength), {TypeId::kVarchar, 10'485'760});
}

TEST(ResolveType, KnowsTheTypesOfSql) {
  ExpectType(Named("smallint"), {TypeId::kSmallint});
  ExpectType(Named("INT8"), {TypeId::kBigint});
  ExpectType(Named("float", 24), {TypeId::kReal});
  ExpectType(Named("float", 25), {TypeId::kDouble});
  ExpectType(Named("Double Precision"), {TypeId::kDouble});
  ExpectType(Named("decimal", 12, 2), LogicalType::Decimal(12, 2));
  ExpectType(Named("numeric", 38), LogicalType::Decimal(38, 0));
  ExpectType(Named("numeric"), LogicalType::Decimal(38, 10));
  ExpectType(Named("bool"), {TypeId::kBoolean});
  ExpectType(Named("char"), {TypeId::kChar, 1});
  ExpectType(Named("character", 7), {TypeId::kChar, 7});
  ExpectType(Named("character varying", 7), {TypeId::kVarchar, 7});
  ExpectType(Named("varchar"), {TypeId::kVarchar});
  ExpectType(Named("text"), {TypeId::kText});
  ExpectType(Named("timestamp", 6), {TypeId::kTimestamp});
  ExpectType(Named("timestamp with time zone"), {TypeId::kTimestamptz});
  ExpectType(Named("time without time zone"), {TypeId::kTime});
  ExpectType(Named("interval"), {TypeId::kInterval});
  ExpectType(Named("uuid"), {TypeId::kUuid});
  ExpectType(Named("bytea"), {TypeId::kBytea});
}

TEST(ResolveType, RefusesNumbersThatTheTypeDoesNotHave) {
  ExpectRefused(Named("decimal", 39), "create: a decimal has 1 to 38 digits");
  ExpectRefused(Named("decimal", 0), "create: a decimal has 1 to 38 digits");
  const std::string scale = "create: a decimal has from 0 to all of its digits behind the point";
  ExpectRefused(Named("decimal", 5, 6), scale);
  ExpectRefused(Named("decimal", 5, -1), scale);
  ExpectRefused(Named("float", 54), "create: a float has 1 to 53 bits");
  ExpectRefused(Named("timestamp", 3), "create: times have 6 digits behind the point");
  ExpectRefused(Named("varchar", 5, 2), "create: invalid format string");
  ExpectRefused(Named("text", 5), "create: invalid format string");
  ExpectRefused(Named("date", 5), "create: invalid format string");
}

TEST(ResolveType, RefusesNumbersOfOtherSizes) {
  ExpectRefused(Named("i8"), "create: invalid size for INTEGER attribute (should be 4)");
  ExpectRefused(Named("i0"), "create: invalid size for INTEGER attribute (should be 4)");
  ExpectRefused(Named("f8"), "create: invalid size for REAL attribute (should be 4)");
  ExpectRefused(Named("r99999999999999999999"),
                "create: invalid size for REAL attribute (should be 4)");
}

TEST(ResolveType, RefusesStringsWithoutALength) {
  for (const char* word : {"c", "s"}) {
    ExpectRefused(Named(word), "create: length must be specified for STRING attribute");
  }
}

TEST(ResolveType, RefusesStringsOfImpossibleLength) {
  const std::string message = "create: invalid length for string attribute";
  for (const char* word : {"c0", "c256", "s1000", "c99999999999999999999"}) {
    ExpectRefused(Named(word), message);
  }
  ExpectRefused(Named("varchar", 0), message);
  ExpectRefused(Named("varchar", -1), message);
  ExpectRefused(Named("varchar", kMaxVarcharLength + 1), message);
}

TEST(ResolveType, RefusesOtherWords) {
  for (const char* word : {"x", "I", "C5", "texts", "i4x", "c5c", "null", "varchars"}) {
    ExpectRefused(Named(word), "create: invalid format string");
  }
  ExpectRefused(Named("c", 5), "create: invalid format string");
  ExpectRefused(Named("int", 4), "create: invalid format string");
}

}  // namespace
}  // namespace redbase::parser
