// Tables of all types of SQL, on one node and several: defined, loaded, indexed, read
// again after the database was closed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kColumns =
    "(a bigint, b decimal(30), c date, d timestamp, e boolean, f text, g uuid, h interval, "
    "i char(3), j bytea, k smallint, l timestamptz, m time, n numeric)";
constexpr const char* kRows =
    "1,12.5,1999-01-08,1999-01-08 04:05:06.5,t,hello,a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,"
    "1 day 02:00,ab,\\x00ff,-7,1999-01-08 04:05+02,4:05,0.5\n"
    "2,-3,0044-03-15 BC,infinity,false,,00000000-0000-0000-0000-000000000001,-1 month,,,0,"
    "-infinity,24:00,-1e3\n"
    "3,99999999999999999999999999999,2020-02-29,2020-02-29,on,x,"
    "ffffffff-ffff-ffff-ffff-ffffffffffff,30 days,abc,a,32767,2020-02-29,0:00,0\n";

class TypesTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  // Partitioned by the given column, where there are nodes.
  void Define(const std::string& column, const std::string& first, const std::string& second) {
    const std::string split =
        GetParam() == 0 ? "" : " distribute " + column + " (\"" + first + "\", \"" + second + "\")";
    system_.Run("create table T " + std::string(kColumns) + split + ";");
    ASSERT_TRUE(system_.Load("T", kRows).ok());
  }
  void ExpectAllThere() {
    EXPECT_THAT(
        Sorted(system_.Rows("select * from T;")),
        ElementsAre("1 | 13 | 1999-01-08 | 1999-01-08 04:05:06.5 | true | hello | "
                    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 | 1 day 02:00:00 | ab | \\x00ff | -7 | "
                    "1999-01-08 02:05:00+00 | 04:05:00 | 0.5000000000",
                    "2 | -3 | 0044-03-15 BC | infinity | false |  | "
                    "00000000-0000-0000-0000-000000000001 | -1 mons |  | \\x | 0 | -infinity | "
                    "24:00:00 | -1000.0000000000",
                    "3 | 99999999999999999999999999999 | 2020-02-29 | 2020-02-29 00:00:00 | true | "
                    "x | ffffffff-ffff-ffff-ffff-ffffffffffff | 30 days | abc | \\x61 | 32767 | "
                    "2020-02-29 00:00:00+00 | 00:00:00 | 0.0000000000"));
  }

  System system_{GetParam()};
};

TEST_P(TypesTest, RowsSurviveTheDatabase) {
  Define("c", "1000-01-01", "2000-01-01");
  ExpectAllThere();
  system_.Reopen();
  ExpectAllThere();
}

TEST_P(TypesTest, EveryTypeButUnlimitedStringsIsIndexed) {
  Define("g", "80000000-0000-0000-0000-000000000000", "b0000000-0000-0000-0000-000000000000");
  for (const char* column : {"a", "b", "c", "d", "e", "g", "h", "i", "k", "l", "m", "n"}) {
    system_.Run("create index T(" + std::string(column) + ");");
  }
  system_.Run("delete from T where f = \"\";");
  system_.Reopen();  // which compares indexes and tables
  EXPECT_THAT(Sorted(system_.Rows("select a, h from T;")),
              ElementsAre("1 | 1 day 02:00:00", "3 | 30 days"));
}

TEST_P(TypesTest, ValuesThatAreNoneAreRefused) {
  Define("h", "-5 days", "2 days");
  EXPECT_THAT(system_.Error("insert into T values (1, 1, \"1999-02-30\", null, null, null, null, "
                            "null, null, null, null, null, null, null);"),
              HasSubstr("'1999-02-30' is out of range for type date"));
  EXPECT_THAT(system_.Error("insert into T values (1, 1, \"soon\", null, null, null, null, "
                            "null, null, null, null, null, null, null);"),
              HasSubstr("'soon' is no value of type date"));
  EXPECT_THAT(system_.Error("create table U (a decimal(39));"),
              HasSubstr("create: a decimal has 1 to 38 digits"));
}

INSTANTIATE_TEST_SUITE_P(Nodes, TypesTest, ::testing::Values(0U, 3U));

}  // namespace
}  // namespace redbase::db
