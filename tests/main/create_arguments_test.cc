#include "main/create_arguments.h"

#include <gtest/gtest.h>

#include "tests/support/expect_status.h"

namespace redbase::main {
namespace {

using Arguments = std::vector<std::string>;

std::string Refusal(const Arguments& arguments) {
  const auto parsed = ParseCreateArguments(arguments);
  EXPECT_CODE(Code::kInvalidArgument, parsed);
  return parsed.status().message();
}

TEST(CreateArguments, NameAloneMakesAPlainDatabase) {
  ASSERT_OK_AND_ASSIGN(const CreateArguments parsed, ParseCreateArguments({"uni"}));
  EXPECT_EQ(parsed.database, "uni");
  EXPECT_EQ(parsed.node_count, 0U);
  EXPECT_EQ(parsed.page_size, 0U);
}

TEST(CreateArguments, OptionsHaveOneDashOrTwo) {
  for (const char* dashes : {"-", "--"}) {
    const std::string d = dashes;
    ASSERT_OK_AND_ASSIGN(
        const CreateArguments parsed,
        ParseCreateArguments({"uni", d + "distributed", "4", d + "pagesize", "8192"}));
    EXPECT_EQ(parsed.node_count, 4U);
    EXPECT_EQ(parsed.page_size, 8192U);
  }
}

TEST(CreateArguments, OptionsMayStandBeforeTheName) {
  ASSERT_OK_AND_ASSIGN(const CreateArguments parsed,
                       ParseCreateArguments({"-distributed", "2", "uni"}));
  EXPECT_EQ(parsed.database, "uni");
  EXPECT_EQ(parsed.node_count, 2U);
}

TEST(CreateArguments, WrongCountShowsTheUsageOnly) {
  EXPECT_EQ(Refusal({}), "");
  EXPECT_EQ(Refusal({"uni", "-distributed"}), "");
  EXPECT_EQ(Refusal({"-distributed", "4"}), "");
}

TEST(CreateArguments, RefusalsNameWhatIsWrong) {
  EXPECT_EQ(Refusal({"uni", "-nodes", "4"}), "Invalid argument -nodes");
  EXPECT_EQ(Refusal({"uni", "second"}), "Invalid argument second");
  EXPECT_EQ(Refusal({"uni", "-distributed", "x"}), "Invalid number of nodes x");
  EXPECT_EQ(Refusal({"uni", "-distributed", "4x"}), "Invalid number of nodes 4x");
  EXPECT_EQ(Refusal({"uni", "-distributed", ""}), "Invalid number of nodes ");
  for (const char* few : {"1", "0", "-1"}) {
    EXPECT_EQ(Refusal({"uni", "-distributed", few}),
              "Please provide number of nodes greater than 1");
  }
  EXPECT_EQ(Refusal({"uni", "-distributed", "99999999999999999999"}),
            "Invalid number of nodes 99999999999999999999");
}

TEST(CreateArguments, PageSizeIsAPowerOfTwoFrom4To64KiB) {
  for (const char* bad : {"0", "-4096", "x", "4095", "5000", "2048", "131072", "4294967296"}) {
    EXPECT_EQ(Refusal({"uni", "-pagesize", bad}),
              std::string("Invalid page size ") + bad + ": a power of two from 4096 to 65536");
  }
  EXPECT_OK(ParseCreateArguments({"uni", "-pagesize", "4096"}));
  EXPECT_OK(ParseCreateArguments({"uni", "-pagesize", "65536"}));
}

}  // namespace
}  // namespace redbase::main
