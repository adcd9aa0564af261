#include "ix/key_encoding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "common/env.h"
#include "common/random.h"
#include "tests/support/expect_status.h"

namespace redbase::ix {
namespace {

std::string Encode(const std::vector<KeyColumn>& key, const std::vector<Value>& values) {
  std::string out;
  EncodeKeyPrefix(key, values, &out);
  return out;
}

std::string Hex(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    constexpr const char* kDigits = "0123456789abcdef";
    out += kDigits[static_cast<uint8_t>(c) >> 4];
    out += kDigits[static_cast<uint8_t>(c) & 15];
  }
  return out;
}

std::vector<KeyColumn> One(TypeId type, bool descending = false, bool nulls_first = true) {
  return {{{type, type == TypeId::kClassicString ? 255U : 0U}, descending, nulls_first}};
}

// The bytes are in every index file.  When this test fails, the format changed:
// raise kTreeVersion, and say so in docs/IX.md.
TEST(KeyEncoding, BytesOnDisk) {
  EXPECT_EQ(Hex(Encode(One(TypeId::kInt), {Value::Int(5)})), "0180000005");
  EXPECT_EQ(Hex(Encode(One(TypeId::kInt), {Value::Int(-1)})), "017fffffff");
  EXPECT_EQ(Hex(Encode(One(TypeId::kInt, true), {Value::Int(5)})), "017ffffffa");
  EXPECT_EQ(Hex(Encode(One(TypeId::kSmallint), {Value::Int(-2)})), "017ffe");
  EXPECT_EQ(Hex(Encode(One(TypeId::kBoolean), {Value::Int(1)})), "0101");
  EXPECT_EQ(Hex(Encode(One(TypeId::kBigint), {Value::Bigint(1)})), "018000000000000001");
  EXPECT_EQ(Hex(Encode(One(TypeId::kReal), {Value::Real(1.5F)})), "01bfc00000");
  EXPECT_EQ(Hex(Encode(One(TypeId::kReal), {Value::Real(-1.5F)})), "01403fffff");
  EXPECT_EQ(Hex(Encode(One(TypeId::kDouble), {Value::Double(0)})), "018000000000000000");
  EXPECT_EQ(Hex(Encode(One(TypeId::kVarchar), {Value::String(std::string("a\0b", 3))})),
            "016100ff620000");
  EXPECT_EQ(Hex(Encode(One(TypeId::kVarchar, true), {Value::String("a")})), "019effff");
  EXPECT_EQ(Hex(Encode(One(TypeId::kUuid), {Value::OfUuid({kMinInt128 + 1})})),
            "0100000000000000000000000000000001");
  EXPECT_EQ(Hex(Encode({{LogicalType::Decimal(38, 2)}}, {Value::OfDecimal({-1, 2})})),
            "017fffffffffffffffffffffffffffffff");
  EXPECT_EQ(Hex(Encode({{LogicalType::Decimal(18, 2)}}, {Value::OfDecimal({1, 2})})),
            "018000000000000001");
  EXPECT_EQ(Hex(Encode(One(TypeId::kInterval), {Value::OfInterval({0, 1, 1})})),
            "01800000000000000000000014"
            "1dd76001");
  EXPECT_EQ(Hex(Encode(One(TypeId::kInt), {Value::Null()})), "00");
  EXPECT_EQ(Hex(Encode(One(TypeId::kInt, true, false), {Value::Null()})), "02");
}

TEST(KeyEncoding, ZerosAreEqualAndNotANumberIsLast) {
  const auto key = One(TypeId::kDouble);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Encode(key, {Value::Double(-0.0)}), Encode(key, {Value::Double(0.0)}));
  EXPECT_EQ(Encode(key, {Value::Double(nan)}), Encode(key, {Value::Double(-nan)}));
  EXPECT_GT(Encode(key, {Value::Double(nan)}), Encode(key, {Value::Double(infinity)}));
  EXPECT_LT(Encode(key, {Value::Double(-infinity)}),
            Encode(key, {Value::Double(std::numeric_limits<double>::lowest())}));
}

class RandomValues {
 public:
  explicit RandomValues(uint64_t seed) : random_(seed) {}

  Value Of(LogicalType type) {
    if (random_.OneIn(8)) {
      return Value::Null();
    }
    // Small numbers too, so that some are equal.
    const uint64_t bits = random_.OneIn(2) ? random_.Below(5) - 2 : random_.Next();
    switch (type.id) {
      case TypeId::kDecimal:
        return Value::OfDecimal({static_cast<int64_t>(bits) * Int128{1 << 20}, type.scale});
      case TypeId::kDate:
        return Value::OfDate({static_cast<int32_t>(bits)});
      case TypeId::kTimestamp:
        return Value::OfTimestamp({static_cast<int64_t>(bits)});
      case TypeId::kInterval:
        // Some are equal and have other parts.
        return OneIn2() ? Value::OfInterval({static_cast<int32_t>(bits), 0, 0})
                        : Value::OfInterval({0, static_cast<int32_t>(bits * 30),
                                             OneIn2() ? 0 : static_cast<int64_t>(bits)});
      case TypeId::kUuid:
        return Value::OfUuid({Int128{static_cast<int64_t>(bits)} << 61});
      case TypeId::kBytea:
        return Value::OfBytes(Text());
      case TypeId::kBoolean:
        return Value::Int(static_cast<int32_t>(bits & 1));
      case TypeId::kSmallint:
        return Value::Int(static_cast<int16_t>(bits));
      case TypeId::kBigint:
        return Value::Bigint(static_cast<int64_t>(bits));
      case TypeId::kReal:
        return Value::Real(static_cast<float>(Real(bits)));
      case TypeId::kDouble:
        return Value::Double(Real(bits));
      case TypeId::kClassicString:
      case TypeId::kVarchar:
        return Value::String(Text());
      default:
        return Value::Int(static_cast<int32_t>(bits));
    }
  }
  bool OneIn2() { return random_.OneIn(2); }
  bool Coin() { return random_.OneIn(2); }
  uint64_t Below(uint64_t n) { return random_.Below(n); }

 private:
  double Real(uint64_t bits) {
    switch (random_.Below(12)) {
      case 0:
        return std::numeric_limits<double>::quiet_NaN();
      case 1:
        return -std::numeric_limits<double>::infinity();
      case 2:
        return -0.0;
      default:
        return static_cast<double>(static_cast<int64_t>(bits)) / 3;
    }
  }
  std::string Text() {
    std::string text(random_.Below(6), ' ');
    for (char& c : text) {
      constexpr char kLetters[] = {'\0', '\x01', 'a', '\xFE', '\xFF'};
      c = kLetters[random_.Below(5)];
    }
    return text;
  }

  Random random_;
};

// What the header promises of the order of one column.
int Order(const KeyColumn& column, const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) {
    const int first = static_cast<int>(b.is_null()) - static_cast<int>(a.is_null());
    return column.nulls_first ? first : -first;
  }
  const int order = Value::Compare(a, b);
  return column.descending ? -order : order;
}

constexpr LogicalType kTypes[] = {{TypeId::kInt},
                                  {TypeId::kReal},
                                  {TypeId::kClassicString, 20},
                                  {TypeId::kVarchar},
                                  {TypeId::kBoolean},
                                  {TypeId::kSmallint},
                                  {TypeId::kBigint},
                                  {TypeId::kDouble},
                                  {TypeId::kDate},
                                  {TypeId::kTimestamp},
                                  {TypeId::kInterval},
                                  {TypeId::kUuid},
                                  {TypeId::kBytea},
                                  LogicalType::Decimal(38, 3)};

int Sign(int x) { return (x > 0) - (x < 0); }

TEST(KeyEncoding, RandomKeysOfAllTypesSortAsTheirValuesDo) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomValues random(seed);
  for (int i = 0; i < 50000; ++i) {
    std::vector<KeyColumn> key;
    std::vector<Value> a;
    std::vector<Value> b;
    int order = 0;
    for (uint64_t columns = 1 + random.Below(3); columns > 0; --columns) {
      const LogicalType type = kTypes[random.Below(std::size(kTypes))];
      key.push_back({type, random.Coin(), random.Coin()});
      a.push_back(random.Of(type));
      b.push_back(random.Below(3) == 0 ? a.back() : random.Of(type));
      order = order != 0 ? order : Order(key.back(), a.back(), b.back());
    }
    ASSERT_EQ(Sign(Encode(key, a).compare(Encode(key, b))), Sign(order)) << "round " << i;
  }
}

TEST(KeyEncoding, RandomKeysAreDecodedToTheirValues) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomValues random(seed);
  for (int i = 0; i < 10000; ++i) {
    const LogicalType type = kTypes[random.Below(std::size(kTypes))];
    const std::vector<KeyColumn> key = {{type, random.Coin(), random.Coin()},
                                        {{TypeId::kInt}, false, true}};
    const std::vector<Value> values = {random.Of(type), Value::Int(i)};
    ASSERT_OK_AND_ASSIGN(const std::vector<Value> decoded, DecodeKey(key, Encode(key, values)));
    ASSERT_EQ(decoded.size(), 2);
    ASSERT_EQ(Order(key[0], decoded[0], values[0]), 0);
    ASSERT_EQ(decoded[1], values[1]);
  }
}

TEST(KeyEncoding, OtherBytesAreNotDecoded) {
  const std::vector<KeyColumn> key = {{{TypeId::kInt}}, {{TypeId::kVarchar, 10}}};
  const std::string right = Encode(key, {Value::Int(7), Value::String("abc")});
  ASSERT_OK(DecodeKey(key, right));
  for (size_t length = 0; length < right.size(); ++length) {
    EXPECT_CODE(Code::kCorruption, DecodeKey(key, right.substr(0, length))) << length;
  }
  EXPECT_CODE(Code::kCorruption, DecodeKey(key, right + "x"));
  EXPECT_CODE(Code::kCorruption, DecodeKey(key, "\x07" + right.substr(1)));
  EXPECT_CODE(Code::kCorruption, DecodeKey(One(TypeId::kVarchar), std::string("\x01\0a", 3)));
}

TEST(KeyEncoding, ARowOfABatchIsEncodedAsItsValues) {
  Schema schema;
  for (const LogicalType type : kTypes) {
    schema.Add({"a", type, "t"});
  }
  Batch batch(schema);
  batch.set_rows(50);
  RandomValues random(1);
  std::vector<KeyColumn> key;
  std::vector<uint32_t> columns;
  for (uint32_t c = static_cast<uint32_t>(std::size(kTypes)); c > 0; --c) {
    key.push_back({schema[c - 1].type, c % 2 == 0, c % 3 == 0});
    columns.push_back(c - 1);
  }
  for (size_t row = 0; row < batch.rows(); ++row) {
    std::vector<Value> values;
    for (const uint32_t column : columns) {
      values.push_back(random.Of(schema[column].type));
      batch.SetValue(column, row, values.back());
    }
    std::string encoded;
    EncodeKey(key, batch, columns, row, &encoded);
    ASSERT_EQ(encoded, Encode(key, values)) << row;
  }
}

TEST(KeyEncoding, TheLongestKeyOfColumnsIsKnown) {
  const std::vector<KeyColumn> key = {{{TypeId::kClassicString, 3}},
                                      {{TypeId::kBigint}},
                                      {{TypeId::kVarchar, 2}, /*descending=*/true}};
  const std::vector<Value> longest = {Value::String(std::string(3, '\0')), Value::Bigint(1),
                                      Value::String(std::string(8, '\0'))};
  EXPECT_EQ(Encode(key, longest).size(), LongestKey(key));
  EXPECT_GT(LongestKey(One(TypeId::kVarchar)), size_t{1} << 30);
}

TEST(PrefixSuccessor, IsAboveAllThatBeginWithThePrefix) {
  EXPECT_EQ(PrefixSuccessor("ab"), "ac");
  EXPECT_EQ(PrefixSuccessor("a\xFF\xFF"), "b");
  EXPECT_EQ(PrefixSuccessor(std::string("a\0", 2)), "a\x01");
  EXPECT_EQ(PrefixSuccessor("\xFF\xFF"), "");
  EXPECT_EQ(PrefixSuccessor(""), "");
}

}  // namespace
}  // namespace redbase::ix
