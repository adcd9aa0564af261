#include "main/shell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>

#include "common/sim_env.h"
#include "db/database.h"
#include "parser/parser.h"
#include "tests/support/expect_status.h"

namespace redbase::main {
namespace {

using ::testing::HasSubstr;

// A shell over a database on a simulated disk; standard output and messages go to
// one text, messages marked.
class ShellTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(db::Database::Create(env_, "/db", 0, 0));
    auto opened = db::Database::Open(env_, "/db", {.buffer_bytes = size_t{8} << 20, .threads = 1});
    ASSERT_OK(opened);
    database_ = std::move(opened).value();
    session_ = database_->Connect();
  }
  void TearDown() override {
    session_.reset();
    if (database_) {
      EXPECT_OK(database_->Close());
    }
  }

  Shell::Ending Run(const std::string& text, const ShellOptions& options = {},
                    const std::string& name = "") {
    out_.str("");
    err_.str("");
    Shell shell(*session_, out_, err_, options);
    parser::Parser parser(text);
    const Shell::Ending ending = shell.Run(parser, name);
    failed_ = shell.failed();
    return ending;
  }

  static ShellOptions Piped() {
    ShellOptions options;
    options.prompt = options.echo = options.farewell = true;
    return options;
  }

  common::SimEnv env_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<db::Session> session_;
  std::ostringstream out_;
  std::ostringstream err_;
  bool failed_ = false;
};

TEST_F(ShellTest, PipedSessionPromptsEchoesAndSaysBye) {
  EXPECT_EQ(Run("CREATE TABLE T(a i);\n;print T;exit;print T;", Piped()), Shell::Ending::kExit);
  EXPECT_EQ(out_.str(),
            "\nREDBASE >> create table T (a = i);\n"
            "\nREDBASE >> "
            "\nREDBASE >> print T;\n"
            "a           \n------------\n\n0 tuple(s).\n"
            "\nREDBASE >> Bye.\n");
  EXPECT_EQ(err_.str(), "");
  EXPECT_FALSE(failed_);
}

TEST_F(ShellTest, EndOfInputEndsTheSessionAsExitDoes) {
  EXPECT_EQ(Run("", Piped()), Shell::Ending::kInput);
  EXPECT_EQ(out_.str(), "\nREDBASE >> Bye.\n");
}

TEST_F(ShellTest, PlainRunPrintsResultsOnly) {
  Run("create table T (a i); insert into T values (5); select a from T;");
  EXPECT_EQ(out_.str(),
            "Inserted tuple:\na           \n------------\n5           \n\n1 tuple(s).\n"
            "a           \n------------\n5           \n\n1 tuple(s).\n");
}

TEST_F(ShellTest, ErrorCostsOneMessageAndTheNextStatementRuns) {
  EXPECT_EQ(Run("bad; queryplans on;"), Shell::Ending::kInput);
  EXPECT_EQ(err_.str(), "syntax error at line 1, column 1: near \"bad\": expected a command\n");
  EXPECT_EQ(out_.str(), "Query plan display turned on.\n");
  EXPECT_TRUE(failed_);
}

TEST_F(ShellTest, StopsAtTheFirstErrorWhenAsked) {
  ShellOptions options;
  options.stop_on_error = true;
  EXPECT_EQ(Run("print nothing; queryplans on;", options), Shell::Ending::kStopped);
  EXPECT_EQ(out_.str(), "");
  EXPECT_TRUE(failed_);
}

TEST_F(ShellTest, MessagesNameTheFileAndAPlace) {
  Run("\nbad;\ndrop table T;", {}, "x.sql");
  EXPECT_THAT(err_.str(), HasSubstr("x.sql: syntax error at line 2, column 1"));
  EXPECT_THAT(err_.str(), HasSubstr("x.sql: SM warning: relation does not exist: \"T\" at line 3"));
  Run("\n\nset nothing = \"1\";", {}, "x.sql");
  EXPECT_THAT(err_.str(), HasSubstr("(statement at line 3)\n"));
}

TEST_F(ShellTest, CharactersOutsideTheLanguageAreNamedAndDropped) {
  Run("queryplans ? on;");
  EXPECT_THAT(err_.str(), HasSubstr("illegal character [?]"));
  EXPECT_EQ(out_.str(), "Query plan display turned on.\n");
  EXPECT_FALSE(failed_);
}

TEST_F(ShellTest, ShellLinesAreOffUnlessAllowed) {
  Run("!exit 3\n");
  EXPECT_THAT(err_.str(), HasSubstr("! commands are off"));
  ShellOptions options;
  options.shell_commands = true;
  options.directory = "/";
  Run("!exit 3\n!true\n!test \"$PWD\" = /\n", options);
  EXPECT_EQ(out_.str(), "Shell command exited with non-zero status: 768\n");
  EXPECT_EQ(err_.str(), "");
}

TEST_F(ShellTest, PlansFollowTheirTable) {
  Run("create table T (a i, b c4); queryplans on;");
  Run("select b from T where a < 5;");
  EXPECT_THAT(out_.str(), HasSubstr("\n0 tuple(s).\n\nPhysical Query Plan:\nProjectOp (T.b)\n[\n"
                                    "\tFileScanOp (T, a < 5)\n]\n"));
  Run("delete from T where b <> \"x\";");
  EXPECT_THAT(out_.str(), HasSubstr("\n0 tuple(s).\n\nPhysical Query Plan :\nDeleteOp (T)\n[\n"
                                    "\tFileScanOp (T, b != x)\n]\n"));
  Run("print T; help T; insert into T values (1, \"x\");");
  EXPECT_THAT(out_.str(), ::testing::Not(HasSubstr("Plan")));
}

TEST_F(ShellTest, CommandsArePrintedWhenAsked) {
  Run("create table T (a i); set printCommands = \"TRUE\";");
  Run("print T;");
  EXPECT_THAT(out_.str(), ::testing::StartsWith("Print\n   relName = T\na "));
}

TEST_F(ShellTest, StatementGivenUpHasNoMessage) {
  ShellOptions options;
  options.given_up = [] { return true; };
  EXPECT_EQ(Run("select a from", options), Shell::Ending::kInput);
  EXPECT_EQ(err_.str(), "");
  EXPECT_FALSE(failed_);
}

TEST_F(ShellTest, StopFlagEndsTheRunAtTheNextStatement) {
  std::atomic<bool> stop = true;
  ShellOptions options;
  options.stop = &stop;
  EXPECT_EQ(Run("queryplans on;", options), Shell::Ending::kStopped);
  EXPECT_EQ(out_.str(), "");
}

TEST_F(ShellTest, OutputThatCannotBeWrittenEndsTheRun) {
  Run("create table T (a i);");
  out_.setstate(std::ios::badbit);
  ShellOptions options;
  Shell shell(*session_, out_, err_, options);
  parser::Parser parser("print T; print T;");
  EXPECT_EQ(shell.Run(parser), Shell::Ending::kStopped);
  EXPECT_EQ(err_.str(), "cannot write the output\n");
}

}  // namespace
}  // namespace redbase::main
