// What is refused, in which words, and where the session goes on.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/parser/parse.h"

namespace redbase::parser {
namespace {

using Lines = std::vector<std::string>;

TEST(ParserError, NamesLineColumnAndToken) {
  EXPECT_EQ(ErrorOf("select *\nfrom T,\n  U were a = 1;"),
            "syntax error at line 3, column 10: near \"a\"");
  EXPECT_EQ(ErrorOf("select * frm T;"),
            "syntax error at line 1, column 10: near \"frm\" (did you mean \"from\"?)");
  EXPECT_EQ(CodeOf("select * frm T;"), Code::kSyntax);
}

TEST(ParserError, OfAnUnknownCommand) {
  EXPECT_EQ(ErrorOf("frobnicate T;"),
            "syntax error at line 1, column 1: near \"frobnicate\": expected a command");
  EXPECT_EQ(ErrorOf("42;"), "syntax error at line 1, column 1: near \"42\": expected a command");
}

TEST(ParserError, SaysWhatWouldBeRight) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"create T (a i);", "near \"T\": expected table, index or unique"},
      {"create table T (a);", "near \")\": expected \"=\" or a name"},
      {"create table T (a i,);", "near \")\": expected a name"},
      {"create table T ();", "near \")\": expected a name"},
      {"create table T (a varchar(x));", "near \"x\": expected an integer"},
      {"create table T (a i) distribute a ();", "near \")\": expected a value"},
      {"drop T;", "near \"T\": expected table or index"},
      {"load T(x);", "near \"x\": expected a string"},
      {"begin T;", "near \"T\""},
      {"start;", "near \";\": expected transaction"},
      {"begin isolation snapshot;", "near \"snapshot\": expected level"},
      {"begin isolation level repeatable;", "near \";\": expected read"},
      {"begin read committed;", "near \"committed\": expected only or write"},
      {"begin read only,;", "near \";\": expected isolation or read"},
      {"commit to s;", "near \"to\": expected \";\", transaction or work"},
      {"savepoint;", "near \";\": expected a name"},
      {"rollback to;", "near \";\": expected a name"},
      {"select from T;", "near \"from\": expected \"*\" or an expression"},
      {"select a, from T;", "near \"from\": expected \"*\" or an expression"},
      {"select * from T where a = ;", "near \";\": expected an expression"},
      {"select * from T where a = 1 or;", "near \";\": expected an expression"},
      {"select * from T where (a = 1;", "near \";\": expected \")\" or \",\""},
      {"select * from T where a between 1 or 2;", "near \"or\""},
      {"select * from T where a in ();", "near \")\": expected select, values or an expression"},
      {"select * from T where a not 5;", "near \"not\""},
      {"select * from T where a is 5;", "near \"5\""},
      {"insert into T values ();", "near \")\": expected an expression"},
      {"insert into T values (1 2);", "near \"2\": expected \")\" or \",\""},
      {"delete T;", "near \"T\": expected from"},
      {"create table T (a i) distribute a ($1);", "near \"$1\": expected a value"},
      {"queryplans;", "near \";\": expected on or off"},
      {"resize buffer all;", "near \"all\": expected an integer"},
      {"print T U;", "near \"U\": expected \";\""},
      {"print T; print U;", "near \"print\": expected end of input"},
  };
  for (const auto& [text, want] : cases) {
    const std::string error = ErrorOf(text);
    EXPECT_TRUE(error.starts_with("syntax error at line 1, column ")) << text << ": " << error;
    EXPECT_TRUE(error.ends_with(": " + want)) << text << ": " << error;
  }
}

TEST(ParserError, ReservedWordsAreNoNames) {
  for (const std::string word :
       {"create", "drop",       "table",  "index",      "load",   "help",   "print",
        "exit",   "select",     "from",   "where",      "insert", "delete", "update",
        "and",    "into",       "values", "distribute", "reset",  "io",     "resize",
        "buffer", "queryplans", "on",     "off",        "set",    "SELECT", "Buffer"}) {
    EXPECT_EQ(CodeOf("create table " + word + " (a i);"), Code::kSyntax) << word;
    EXPECT_EQ(CodeOf("create table T (" + word + " i);"), Code::kSyntax) << word;
  }
}

TEST(ParserError, OfAHalfStatement) {
  EXPECT_EQ(ErrorOf("select * from"),
            "syntax error at line 1, column 14: unexpected end of input: expected \"(\" or a name");
  EXPECT_EQ(Session("print T;\nselect *\n"),
            (Lines{"print T;", "E syntax error at line 3, column 1: unexpected end of input"}));
  EXPECT_EQ(ErrorOf("/* never ends"),
            "syntax error at line 1, column 1: unexpected end of input: comment is not closed");
  EXPECT_EQ(ErrorOf("load T('x"),
            "syntax error at line 1, column 8: unexpected end of input: string is not closed");
}

TEST(ParserError, OfEveryCutOfAStatement) {
  const std::string text = "update T set a = 'x', b = T.c where d >= 1.5 and e is not null;";
  for (size_t length = 1; length < text.size(); ++length) {
    EXPECT_EQ(CodeOf(text.substr(0, length)), Code::kSyntax) << length;
  }
}

TEST(ParserError, OfNamesThatAreTooLong) {
  const std::string name(64, 'n');
  const std::string shown = std::string(40, 'n') + "...";
  EXPECT_EQ(ErrorOf("create table " + name + " (a i);"),
            "create: relation name or attribute name too long at line 1, column 14: \"" + shown +
                "\" has 64 characters, at most 63");
  EXPECT_EQ(ErrorOf("create table T (a i, " + name + " i);")
                .find("create: relation name or attribute name too long at line 1, column 22"),
            0u);
  EXPECT_EQ(ErrorOf("print " + name + ";"),
            "name too long at line 1, column 7: \"" + shown + "\" has 64 characters, at most 63");
  EXPECT_EQ(CodeOf("print " + std::string(100'000, 'x') + ";"), Code::kInvalidArgument);
}

TEST(ParserError, OfNumbersThatDoNotFit) {
  EXPECT_EQ(ErrorOf("print page T 9223372036854775808;"),
            "number out of range at line 1, column 14: 9223372036854775808 does not fit 64 bits");
  EXPECT_EQ(ErrorOf("insert into T values (-1e999);"),
            "number out of range at line 1, column 24: 1e999 does not fit a real number");
  EXPECT_EQ(ErrorOf("delete from T where a = $0;"),
            "number out of range at line 1, column 25: $0 is no parameter: they are $1 to $65535");
  EXPECT_EQ(CodeOf("delete from T where a = $65536;"), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf("print page T 99999999999999999999;"), Code::kInvalidArgument);
  EXPECT_EQ(CodeOf("insert into T values (" + std::string(100'000, '9') + ");"),
            Code::kInvalidArgument);
}

TEST(ParserError, IllegalCharactersAreNoticedAndDropped) {
  EXPECT_EQ(Session("print # T;\n@?help;"),
            (Lines{"[illegal character [#] at line 1, column 7]", "print T;",
                   "[illegal character [@] at line 2, column 1]",
                   "[illegal character [?] at line 2, column 2]", "help;"}));
  EXPECT_EQ(Session("help é;"), (Lines{"[illegal character [é] at line 1, column 6]", "help;"}));
  EXPECT_EQ(Session("help \x01\xFF;")[0], "[illegal character [\\x01] at line 1, column 6]");
  EXPECT_EQ(Session("print $;")[0], "[illegal character [$] at line 1, column 7]");
  EXPECT_EQ(Session("print $;")[1].find("E syntax error at line 1, column 8: near \";\""), 0u);
}

TEST(ParserError, NoticesAreCounted) {
  const Lines lines = Session("help " + std::string(1000, '#') + ";");
  ASSERT_EQ(lines.size(), 22u);
  EXPECT_EQ(lines[20], "[illegal characters: 980 more]");
  EXPECT_EQ(lines[21], "help;");
}

TEST(ParserError, SkipsTheRestOfTheStatementOnly) {
  EXPECT_EQ(
      Session("foo bar; print T; select * from ; print U;"),
      (Lines{"E syntax error at line 1, column 1: near \"foo\": expected a command", "print T;",
             "E syntax error at line 1, column 33: near \";\": expected \"(\" or a name",
             "print U;"}));
}

TEST(ParserError, CommentsAndStringsDoNotEndASkippedStatement) {
  EXPECT_EQ(Session("foo ';' \";\" /* ; */ -- ;\n; print T;").size(), 2u);
  EXPECT_EQ(Session("foo 'it''s;'; print T;").size(), 2u);
}

TEST(ParserError, AnUnclosedStringEndsWithItsLine) {
  EXPECT_EQ(Session("insert into T values (\"abc);\nprint T;"),
            (Lines{"E newline in string constant at line 1, column 23: \"abc);", "print T;"}));
  EXPECT_EQ(Session("insert into T values ('abc\n); print T;"),
            (Lines{"E newline in string constant at line 1, column 23: 'abc", "print T;"}));
  EXPECT_EQ(Session("insert into T values ('a;b''c);\nprint T;").size(), 2u);
  EXPECT_EQ(Session("load T(';drop table U;\nprint T;").size(), 2u);
  EXPECT_EQ(CodeOf("load T('x\n');"), Code::kSyntax);
}

TEST(ParserError, NestingTenThousandDeepIsASyntaxError) {
  const std::string deep(10'000, '(');
  EXPECT_EQ(ErrorOf(deep + ";"),
            "syntax error at line 1, column 10001: near \";\": expected select, values, \"(\" or "
            "with");
  EXPECT_EQ(CodeOf("select * from T where " + deep + "a = 1;"), Code::kSyntax);
  EXPECT_EQ(CodeOf("insert into T values " + deep + "1;"), Code::kSyntax);
  EXPECT_EQ(CodeOf("create table T " + deep + ";"), Code::kSyntax);
}

TEST(ParserError, ShowsTheBeginningOfALongToken) {
  const std::string error = ErrorOf("print '" + std::string(1'000'000, 'x') + "';");
  EXPECT_LT(error.size(), 200u);
  EXPECT_NE(error.find("near \"'xxx"), std::string::npos);
}

}  // namespace
}  // namespace redbase::parser
