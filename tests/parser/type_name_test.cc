#include "parser/type_name.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace redbase::parser {
namespace {

using Kind = TypeSpec::Kind;

TypeName Named(std::string word, std::optional<int64_t> length = std::nullopt) {
  return {std::move(word), length, std::nullopt, {2, 9}};
}

void ExpectType(const TypeName& name, Kind kind, int32_t length) {
  const Result<TypeSpec> spec = ResolveType(name);
  ASSERT_TRUE(spec.ok()) << ToString(name) << ": " << spec.status().message();
  EXPECT_EQ(*spec, (TypeSpec{kind, length})) << ToString(name);
}

void ExpectRefused(const TypeName& name, const std::string& message) {
  const Result<TypeSpec> spec = ResolveType(name);
  ASSERT_FALSE(spec.ok()) << ToString(name);
  EXPECT_EQ(spec.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(spec.status().message(), message + ": " + ToString(name) + " at line 2, column 9");
}

TEST(ResolveType, KnowsTheNumbers) {
  for (const char* word : {"i", "i4", "int", "integer", "INT", "Integer"}) {
    ExpectType(Named(word), Kind::kInt, 4);
  }
  for (const char* word : {"f", "f4", "r", "r4", "real", "float", "REAL", "Float"}) {
    ExpectType(Named(word), Kind::kReal, 4);
  }
}

TEST(ResolveType, KnowsTheStrings) {
  ExpectType(Named("c1"), Kind::kClassicString, 1);
  ExpectType(Named("s20"), Kind::kClassicString, 20);
  ExpectType(Named("c255"), Kind::kClassicString, 255);
  ExpectType(Named("varchar", 1), Kind::kVarchar, 1);
  ExpectType(Named("VARCHAR", 10'000), Kind::kVarchar, 10'000);
  ExpectType(Named("varchar", kMaxVarcharLength), Kind::kVarchar, 10'485'760);
}

TEST(ResolveType, RefusesNumbersOfOtherSizes) {
  ExpectRefused(Named("i8"), "create: invalid size for INTEGER attribute (should be 4)");
  ExpectRefused(Named("i0"), "create: invalid size for INTEGER attribute (should be 4)");
  ExpectRefused(Named("f8"), "create: invalid size for REAL attribute (should be 4)");
  ExpectRefused(Named("r99999999999999999999"),
                "create: invalid size for REAL attribute (should be 4)");
}

TEST(ResolveType, RefusesStringsWithoutALength) {
  for (const char* word : {"c", "s", "varchar"}) {
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
  for (const char* word : {"x", "I", "C5", "text", "i4x", "c5c", "null", "varchars"}) {
    ExpectRefused(Named(word), "create: invalid format string");
  }
  ExpectRefused(Named("c", 5), "create: invalid format string");
  ExpectRefused(Named("int", 4), "create: invalid format string");
}

}  // namespace
}  // namespace redbase::parser
