#include "main/classic_printer.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace redbase::main {
namespace {

constexpr LogicalType kInt = {TypeId::kInt, 0};
constexpr LogicalType kReal = {TypeId::kReal, 0};

LogicalType Chars(uint32_t length) { return {TypeId::kClassicString, length}; }
LogicalType Varchar(uint32_t length) { return {TypeId::kVarchar, length}; }

Batch BatchOf(const Schema& schema, const std::vector<std::vector<Value>>& rows) {
  Batch batch(schema);
  batch.set_rows(rows.size());
  for (size_t row = 0; row < rows.size(); ++row) {
    for (size_t column = 0; column < schema.size(); ++column) {
      batch.SetValue(column, row, rows[row][column]);
    }
  }
  return batch;
}

std::string Header(std::vector<Column> columns) {
  std::string out;
  ClassicPrinter(Schema(std::move(columns))).AppendHeader(&out);
  return out;
}

// The row of one value in a column `a`, with its line end.
std::string Row(LogicalType type, const Value& value) {
  const Schema schema({{"a", type, "T"}});
  std::string out;
  ClassicPrinter(schema).AppendRows(BatchOf(schema, {{value}}), &out);
  return out;
}

TEST(ClassicPrinter, NumberColumnIsTwelveWide) {
  EXPECT_EQ(Header({{"a", kInt, "T"}}), "a           \n------------\n");
  EXPECT_EQ(Header({{"gpa", kReal, "T"}}), "gpa         \n------------\n");
}

TEST(ClassicPrinter, StringColumnIsAsWideAsItsValuesButAtMost53) {
  EXPECT_EQ(Header({{"a", Chars(5), "T"}}), "a    \n-----\n");
  EXPECT_EQ(Header({{"a", Chars(53), "T"}}).size(), 2 * 54U);
  EXPECT_EQ(Header({{"a", Chars(255), "T"}}).size(), 2 * 54U);
  EXPECT_EQ(Header({{"a", Varchar(0), "T"}}).size(), 2 * 54U);
}

TEST(ClassicPrinter, OtherTypesHaveRoomForTheirLongestText) {
  EXPECT_EQ(Row({TypeId::kBoolean}, Value::Boolean(true)), "t           \n");
  EXPECT_EQ(Row({TypeId::kDate}, Value::OfDate({0})), "1970-01-01    \n");
  EXPECT_EQ(Row({TypeId::kTime}, Value::OfTime({5})), "00:00:00.000005 \n");
  EXPECT_EQ(Row(LogicalType::Decimal(5, 2), Value::OfDecimal({-50, 2})), "-0.50       \n");
  EXPECT_EQ(Row(LogicalType::Decimal(12, 2), Value::OfDecimal({-999999999999, 2})),
            "-9999999999.99  \n");
  EXPECT_EQ(Row({TypeId::kBigint}, Value::Bigint(INT64_MIN)), "-9223372036854775808 \n");
  EXPECT_EQ(Row({TypeId::kUuid}, Value::OfUuid({kMinInt128})),
            "00000000-0000-0000-0000-000000000000 \n");
  EXPECT_EQ(Row({TypeId::kChar, 5}, Value::String("ab")), "ab   \n");
  EXPECT_EQ(Row({TypeId::kBytea}, Value::OfBytes("\x01")), "\\x01" + std::string(49, ' ') + "\n");
  std::string shown = "\\x";
  for (int i = 0; i < 24; ++i) {
    shown += "78";
  }
  EXPECT_EQ(Row({TypeId::kBytea}, Value::OfBytes(std::string(40, 'x'))), shown + ".. \n");
}

TEST(ClassicPrinter, NameAsLongAsItsColumnIsFollowedByOneBlank) {
  EXPECT_EQ(Header({{"elevenchars", kInt, "T"}}), "elevenchars \n------------\n");
  EXPECT_EQ(Header({{"twelve_chars", kInt, "T"}}), "twelve_chars \n-------------\n");
  EXPECT_EQ(Header({{"name", Chars(4), "T"}}), "name \n-----\n");
  EXPECT_EQ(Header({{"title", Chars(1), "T"}}), "title \n------\n");
}

TEST(ClassicPrinter, NameThatStandsTwiceIsQualified) {
  EXPECT_EQ(Header({{"a", Chars(8), "T"}, {"b", Chars(2), "T"}, {"a", Chars(8), "U"}}),
            "T.a     b U.a     \n------------------\n");
  EXPECT_EQ(Header({{"a", Chars(3), "T"}, {"a", Chars(3), "T"}}), "T.a T.a \n--------\n");
}

TEST(ClassicPrinter, NumbersAreLeftAligned) {
  EXPECT_EQ(Row(kInt, Value::Int(-7)), "-7          \n");
  EXPECT_EQ(Row(kReal, Value::Real(2.5F)), "2.500000    \n");
  EXPECT_EQ(Row(kReal, Value::Real(0.1F)), "0.100000    \n");
}

TEST(ClassicPrinter, ValueLongerThanItsColumnIsWholeAndFollowedByOneBlank) {
  EXPECT_EQ(Row(kReal, Value::Real(123456.0F)), "123456.000000 \n");
  EXPECT_EQ(Row(kReal, Value::Real(12345.0F)), "12345.000000\n");
}

TEST(ClassicPrinter, StringThatFillsItsColumnHasNoBlankBehindIt) {
  EXPECT_EQ(Row(Chars(3), Value::String("abc")), "abc\n");
  EXPECT_EQ(Row(Chars(3), Value::String("ab")), "ab \n");
  EXPECT_EQ(Row(Chars(3), Value::String("")), "   \n");
}

TEST(ClassicPrinter, LongStringsAreCutOnlyInColumnsBeyond53Bytes) {
  const std::string fifty(50, 'x');
  const std::string forty_nine(49, 'x');
  EXPECT_EQ(Row(Chars(53), Value::String(fifty + "yyy")), fifty + "yyy\n");
  EXPECT_EQ(Row(Chars(54), Value::String(fifty)), fifty + ".. \n");
  EXPECT_EQ(Row(Chars(54), Value::String(fifty + "yyyy")), fifty + ".. \n");
  EXPECT_EQ(Row(Chars(54), Value::String(forty_nine)), forty_nine + "    \n");
}

TEST(ClassicPrinter, NullPrintsAsNull) {
  EXPECT_EQ(Row(kInt, Value::Null()), "NULL        \n");
  EXPECT_EQ(Row(Chars(6), Value::Null()), "NULL  \n");
  EXPECT_EQ(Row(Chars(2), Value::Null()), "NULL \n");
}

TEST(ClassicPrinter, CharactersBeyondAsciiCountOnce) {
  EXPECT_EQ(Row(Chars(8), Value::String("M\xC3\xBCller")), "M\xC3\xBCller  \n");
  // A character that the cut would halve is left out.
  const std::string value = std::string(49, 'x') + "\xC3\xBC" + "tail";
  EXPECT_EQ(Row(Chars(60), Value::String(value)), std::string(49, 'x') + "..  \n");
}

TEST(ClassicPrinter, SelectedRowsPrintOnly) {
  const Schema schema({{"a", Chars(2), "T"}});
  Batch batch = BatchOf(schema, {{Value::String("r0")}, {Value::String("r1")}});
  batch.SetSelection({1});
  std::string out;
  ClassicPrinter(schema).AppendRows(batch, &out);
  EXPECT_EQ(out, "r1\n");
}

TEST(ClassicPrinter, FooterCountsTheTuples) {
  std::string out;
  ClassicPrinter::AppendFooter(0, &out);
  ClassicPrinter::AppendFooter(12, &out);
  EXPECT_EQ(out, "\n0 tuple(s).\n\n12 tuple(s).\n");
}

}  // namespace
}  // namespace redbase::main
