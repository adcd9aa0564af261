#include "ql/internal/text_scan.h"

#include "tests/ql/execution_fixture.h"

namespace redbase::ql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TextScanTest : public ExecutionTest {
 protected:
  PlanPtr Load(std::string_view text, std::string_view columns = "a int, b c5, c real") {
    WriteFile("/db/x.data", text);
    return Plan(columns);
  }
  PlanPtr Plan(std::string_view columns, std::string path = "x.data") {
    return MakePlan(Columns(columns), TextScan{std::move(path), ','});
  }
  std::string Error(std::string_view text, std::string_view columns = "a int, b c5, c real") {
    const auto rows = Run(*Load(text, columns));
    EXPECT_CODE(Code::kInvalidArgument, rows);
    return rows.status().message();
  }
};

TEST_F(TextScanTest, LinesBecomeRows) {
  EXPECT_THAT(Lines(*Load("1,abc,2.5\n-7,,1e3\n+3,x y,-.5\n")),
              ElementsAre("1 | abc | 2.500000", "-7 |  | 1000.000000", "3 | x y | -0.500000"));
}

TEST_F(TextScanTest, ExtremesOfNumbers) {
  EXPECT_THAT(
      Lines(*Load("2147483647,3.4028235e38\n-2147483648,1e-45\n 12 ,\t1 \n", "a int, b real")),
      ElementsAre("2147483647 | 340282346638528859811704183484516925440.000000",
                  "-2147483648 | 0.000000", "12 | 1.000000"));
}

TEST_F(TextScanTest, OtherTypes) {
  EXPECT_THAT(Lines(*Load("1,9223372036854775807,0.1,true,\xC3\xA4\xC3\xB6\n",
                          "a smallint, b bigint, c double, d boolean, e varchar(2)")),
              ElementsAre("1 | 9223372036854775807 | 0.100000 | true | \xC3\xA4\xC3\xB6"));
}

TEST_F(TextScanTest, TypesOfSql) {
  EXPECT_THAT(Lines(*Load("1.005, -1e3 ,t,off\n", "a money, b huge, c boolean, d boolean")),
              ElementsAre("1.01 | -1000.000000 | true | false"));
  EXPECT_THAT(Lines(*Load("1999-01-08,4:05,1999-01-08 04:05:06.5,1999-01-08T04:05+02\n",
                          "a date, b time, c timestamp, d timestamptz")),
              ElementsAre("1999-01-08 | 04:05:00 | 1999-01-08 04:05:06.5 | "
                          "1999-01-08 02:05:00+00"));
  EXPECT_THAT(
      Lines(*Load("1 day 2:00,a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,\\x00ff,ab   ,\xC3\xA4\n",
                  "a interval, b uuid, c bytea, d char3, e text")),
      ElementsAre("1 day 02:00:00 | a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 | \\x00ff | ab | "
                  "\xC3\xA4"));
  const std::string long_bytes = "\\x" + std::string(200, 'a');
  EXPECT_THAT(Lines(*Load(long_bytes + "\n", "a bytea")), ElementsAre(long_bytes));
}

TEST_F(TextScanTest, BadValuesOfTypesOfSql) {
  const std::string start = "SM warning: invalid data file: x.data: line 1, column 1: ";
  EXPECT_EQ(Error("99999999999\n", "a money"),
            start + "\"99999999999\" is out of range for decimal(12,2)");
  EXPECT_EQ(Error("1999-02-30\n", "a date"), start + "\"1999-02-30\" is out of range for date");
  EXPECT_EQ(Error("soon\n", "a timestamp"), start + "\"soon\" is not a timestamp");
  EXPECT_EQ(Error("1 foo\n", "a interval"), start + "\"1 foo\" is not an interval");
  EXPECT_EQ(Error("abcd\n", "a char3"), start + "\"abcd\" is too long for char(3)");
  EXPECT_EQ(Error("maybe\n", "a boolean"), start + "\"maybe\" is not a boolean");
}

TEST_F(TextScanTest, EndsOfLines) {
  EXPECT_THAT(Lines(*Load("1,a\r\n2,b\r\n\r\n\n3,c", "a int, b c5")),
              ElementsAre("1 | a", "2 | b", "3 | c"));
  EXPECT_THAT(Lines(*Load("1,\r", "a int, b c5")), ElementsAre("1 | "));
  EXPECT_THAT(Lines(*Load("")), IsEmpty());
  EXPECT_THAT(Lines(*Load("\n\n")), IsEmpty());
}

TEST_F(TextScanTest, ByteOrderMarkIsNoPartOfTheFirstField) {
  EXPECT_THAT(Lines(*Load("\xEF\xBB\xBF"
                          "1,a\n2,\xEF\xBB\xBF"
                          "b\n",
                          "a int, b c5")),
              ElementsAre("1 | a",
                          "2 | \xEF\xBB\xBF"
                          "b"));
  EXPECT_THAT(Lines(*Load("\xEF\xBB\xBF", "a int")), IsEmpty());
}

TEST_F(TextScanTest, ClassicStringsAreCutAndCounted) {
  EXPECT_THAT(Lines(*Load("1,abcde,1\n2,abcdef,1\n3,x,1\n4,123456789,1\n")),
              ElementsAre("1 | abcde | 1.000000", "2 | abcde | 1.000000", "3 | x | 1.000000",
                          "4 | 12345 | 1.000000"));
  EXPECT_THAT(notices_, ElementsAre("2 values cut to fit, the first at line 2, column 2"));
}

TEST_F(TextScanTest, BadFieldsAreNamedWithTheirPlace) {
  const std::string start = "SM warning: invalid data file: x.data: line ";
  EXPECT_EQ(Error("1,a,1\n2,b,2\nabc,c,3\n"), start + "3, column 1: \"abc\" is not an int");
  EXPECT_EQ(Error("1,a,x\n"), start + "1, column 3: \"x\" is not a real");
  EXPECT_EQ(Error("1,a,\n"), start + "1, column 3: \"\" is not a real");
  EXPECT_EQ(Error("1.5,a,1\n"), start + "1, column 1: \"1.5\" is not an int");
  EXPECT_EQ(Error("\n\n2147483648,a,1\n"),
            start + "3, column 1: \"2147483648\" is out of range for int");
  EXPECT_EQ(Error("1,a,1e39\n"), start + "1, column 3: \"1e39\" is out of range for real");
  EXPECT_EQ(Error("12\n123\n", "a varchar(2)"),
            start + "2, column 1: \"123\" is too long for varchar(2)");
  EXPECT_EQ(Error("\xFF\n", "a varchar"), start + "1, column 1: \"\\xff\" is not valid UTF-8");
}

TEST_F(TextScanTest, WrongNumberOfFields) {
  EXPECT_THAT(Error("1,a,1\n1,a\n"), HasSubstr("line 2: 2 fields instead of 3"));
  EXPECT_THAT(Error("1,a,1,\n"), HasSubstr("line 1: 4 fields instead of 3"));
  EXPECT_THAT(Error("1\n"), HasSubstr("line 1: 1 field instead of 3"));
}

TEST_F(TextScanTest, BinaryRubbishIsNoTextFile) {
  EXPECT_THAT(Error(std::string_view("1,a,1\n\0\1\2\3", 10)),
              HasSubstr("x.data: line 2: holds a zero byte"));
}

TEST_F(TextScanTest, FilesThatCannotBeRead) {
  const auto missing = Run(*Plan("a int", "nowhere.data"));
  EXPECT_CODE(Code::kNotFound, missing);
  EXPECT_THAT(missing.status().message(), HasSubstr("SM warning: invalid data file: /db/nowhere"));
  const auto directory = Run(*Plan("a int", "/db"));
  EXPECT_CODE(Code::kInvalidArgument, directory);
  EXPECT_THAT(directory.status().message(), HasSubstr("/db: is a directory"));
}

TEST_F(TextScanTest, ReadErrorNamesTheFile) {
  const PlanPtr plan = Load("1,a,1\n");
  for (const common::Fault fault : {common::Fault::kIoError, common::Fault::kShortRead}) {
    env_.SetFaults({.fail_at = 0,
                    .operations = common::FaultPlan::kRead,
                    .path_suffix = "x.data",
                    .fault = fault});
    const auto rows = Run(*plan);
    EXPECT_CODE(Code::kIoError, rows);
    EXPECT_THAT(rows.status().message(), HasSubstr("x.data"));
  }
  env_.SetFaults({});
}

// Lines of all lengths, over many ranges of the file.
class LargeTextTest : public TextScanTest {
 protected:
  LargeTextTest() {
    for (int i = 0; text_.size() < (size_t{5} << 20); ++i) {
      std::string line = std::to_string(i) + "," + std::string(random_.Below(200), 'x');
      wanted_.push_back(std::to_string(i) + " | " + line.substr(line.find(',') + 1));
      starts_.push_back(text_.size());
      text_ += line + "\n";
    }
  }

  Random random_{NewSeed()};
  std::string text_;
  std::vector<std::string> wanted_;
  std::vector<size_t> starts_;
};

TEST_F(LargeTextTest, RangesMeetAtLines) {
  EXPECT_EQ(Lines(*Load(text_, "a int, b varchar")), wanted_);
  text_.pop_back();
  EXPECT_EQ(Lines(*Load(text_, "a int, b varchar")), wanted_);
}

TEST_F(LargeTextTest, FirstBadLineIsReportedWhoeverFindsIt) {
  const std::vector<size_t> bad = {starts_.size() / 3, starts_.size() / 2, starts_.size() - 1};
  for (const size_t line : bad) {
    text_[starts_[line]] = '?';
  }
  for (int round = 0; round < 3; ++round) {
    EXPECT_THAT(Error(text_, "a int, b varchar"),
                HasSubstr("line " + std::to_string(bad[0] + 1) + ", column 1"));
  }
}

TEST_F(LargeTextTest, LineLongerThanARange) {
  const std::string line(size_t{3} << 20, 'y');
  const PlanPtr plan = Load("1,a\n2," + line + "\n3,b\n", "a int, b varchar");
  EXPECT_THAT(Lines(*plan), ElementsAre("1 | a", "2 | " + line, "3 | b"));
}

}  // namespace
}  // namespace redbase::ql
