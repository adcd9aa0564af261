#include "main/shell_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace redbase::main {
namespace {

using Kind = ShellArguments::Work::Kind;
using ::testing::EndsWith;
using ::testing::HasSubstr;

ShellArguments Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "redbase");
  return ParseShellArguments(static_cast<int>(arguments.size()), arguments.data());
}

TEST(ShellArguments, NameAloneRunsTheInput) {
  const ShellArguments arguments = Parse({"uni"});
  EXPECT_EQ(arguments.text, "");
  EXPECT_EQ(arguments.database, "uni");
  EXPECT_TRUE(arguments.work.empty());
}

TEST(ShellArguments, CommandsAndFilesKeepTheirOrder) {
  const ShellArguments arguments =
      Parse({"-c", "first;", "uni", "-f", "second.sql", "-c", "third;", "--file", "fourth.sql"});
  ASSERT_EQ(arguments.text, "");
  ASSERT_EQ(arguments.work.size(), 4U);
  EXPECT_EQ(arguments.work[0].text, "first;");
  EXPECT_EQ(arguments.work[1].text, "second.sql");
  EXPECT_EQ(arguments.work[1].kind, Kind::kFile);
  EXPECT_EQ(arguments.work[2].text, "third;");
  EXPECT_EQ(arguments.work[2].kind, Kind::kCommand);
  EXPECT_EQ(arguments.work[3].text, "fourth.sql");
}

TEST(ShellArguments, CommandMayBeginWithADash) {
  const ShellArguments arguments = Parse({"uni", "-c", "-- only a comment"});
  ASSERT_EQ(arguments.text, "");
  ASSERT_EQ(arguments.work.size(), 1U);
  EXPECT_EQ(arguments.work[0].text, "-- only a comment");
}

TEST(ShellArguments, FlagsAndSizes) {
  const ShellArguments arguments =
      Parse({"uni", "-e", "-q", "--shell-commands", "--buffer", "2MB", "--threads", "3"});
  ASSERT_EQ(arguments.text, "");
  EXPECT_TRUE(arguments.stop_on_error);
  EXPECT_TRUE(arguments.quiet);
  EXPECT_TRUE(arguments.shell_commands);
  EXPECT_EQ(arguments.buffer_bytes, size_t{2} << 20);
  EXPECT_EQ(arguments.threads, 3U);
}

TEST(ShellArguments, WrongCountShowsTheUsage) {
  for (const auto& arguments : {Parse({}), Parse({"a", "b"})}) {
    EXPECT_TRUE(arguments.is_error);
    EXPECT_EQ(arguments.text, "Usage: redbase dbname\n");
  }
}

TEST(ShellArguments, RefusalsNameTheArgument) {
  for (const auto& bad : std::vector<std::vector<const char*>>{{"uni", "--nothing"},
                                                               {"uni", "--buffer", "x"},
                                                               {"uni", "--threads", "-1"},
                                                               {"uni", "--buffer", "100"},
                                                               {"uni", "-c"}}) {
    const ShellArguments arguments = Parse(bad);
    EXPECT_TRUE(arguments.is_error) << bad.back();
    EXPECT_THAT(arguments.text, HasSubstr(bad[1])) << bad.back();
    EXPECT_THAT(arguments.text, EndsWith("Usage: redbase dbname\n"));
  }
}

TEST(ShellArguments, HelpAndVersionAreNoErrors) {
  EXPECT_THAT(Parse({"--help"}).text, HasSubstr("--stop-on-error"));
  EXPECT_FALSE(Parse({"--help"}).is_error);
  EXPECT_THAT(Parse({"--version"}).text, HasSubstr("redbase 0."));
  EXPECT_FALSE(Parse({"--version"}).is_error);
}

}  // namespace
}  // namespace redbase::main
