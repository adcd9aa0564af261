#include "parser/statement_splitter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "common/env.h"
#include "common/random.h"
#include "tests/parser/parse.h"

namespace redbase::parser {
namespace {

using Texts = std::vector<std::string>;

void Drain(StatementSplitter* splitter, Texts* texts) {
  while (std::optional<StatementText> next = splitter->Next()) {
    texts->push_back(next->complete ? next->text : next->text + "<incomplete>");
  }
}

// Splits `input`, handed over in pieces of `piece` bytes.
Texts Split(std::string_view input, size_t piece = std::string_view::npos) {
  StatementSplitter splitter;
  Texts texts;
  while (!input.empty()) {
    splitter.Append(input.substr(0, piece));
    input.remove_prefix(std::min(piece, input.size()));
    Drain(&splitter, &texts);
  }
  splitter.Finish();
  Drain(&splitter, &texts);
  return texts;
}

TEST(StatementSplitter, CutsBehindSemicolons) {
  EXPECT_EQ(Split("print T; help;;\n exit;\n"), (Texts{"print T;", "help;", ";", "exit;"}));
}

TEST(StatementSplitter, SemicolonsInStringsAndCommentsDoNotCount) {
  EXPECT_EQ(Split("a ';' \";\" b; c -- ;\n d /* ; */;"),
            (Texts{"a ';' \";\" b;", "c -- ;\n d /* ; */;"}));
  EXPECT_EQ(Split("'a'';' ; \"b\"\";\" ;"), (Texts{"'a'';' ;", "\"b\"\";\" ;"}));
  EXPECT_EQ(Split("'/*' ; '--' ; a/b-c;"), (Texts{"'/*' ;", "'--' ;", "a/b-c;"}));
}

TEST(StatementSplitter, CommentsBetweenStatementsBelongToNone) {
  EXPECT_EQ(Split("-- ;\n/* ; ' */ a; /**/ /***/ /*/ ; */ b; --"), (Texts{"a;", "b;"}));
}

TEST(StatementSplitter, AShellLineEndsWithItsLine) {
  EXPECT_EQ(Split("!ls; 'x\nprint T; !pwd\r\n!\n  !date"),
            (Texts{"!ls; 'x", "print T;", "!pwd", "!", "!date"}));
  EXPECT_EQ(Split("a !b;\n"), (Texts{"a !b;"}));
}

TEST(StatementSplitter, AnUnclosedStringWithASemicolonEndsTheStatementWithTheLine) {
  EXPECT_EQ(Split("a 'b;\nc;"), (Texts{"a 'b;\n", "c;"}));
  EXPECT_EQ(Split("a 'b\nc; d;"), (Texts{"a 'b\nc;", "d;"}));
  EXPECT_EQ(Split("a ';' 'b\nc;"), (Texts{"a ';' 'b\nc;"}));
  EXPECT_EQ(Split("a ';''b\nc;"), (Texts{"a ';''b\n", "c;"}));
}

TEST(StatementSplitter, GivesTheRestAsIncomplete) {
  EXPECT_EQ(Split("a; b "), (Texts{"a;", "b <incomplete>"}));
  EXPECT_EQ(Split("a; /* b"), (Texts{"a;", "/* b<incomplete>"}));
  EXPECT_EQ(Split("a; 'b;"), (Texts{"a;", "'b;<incomplete>"}));
  EXPECT_EQ(Split("a /* b */ -"), (Texts{"a /* b */ -<incomplete>"}));
}

TEST(StatementSplitter, HoldsBackWhatIsNotThereYet) {
  StatementSplitter splitter;
  splitter.Append("select * from T");
  EXPECT_FALSE(splitter.Next().has_value());
  EXPECT_TRUE(splitter.pending());
  splitter.Append(" ; \n");
  EXPECT_EQ(splitter.Next()->text, "select * from T ;");
  EXPECT_FALSE(splitter.Next().has_value());
  EXPECT_FALSE(splitter.pending());
  splitter.Append("/* begun");
  EXPECT_FALSE(splitter.Next().has_value());
  EXPECT_TRUE(splitter.pending());
}

TEST(StatementSplitter, ByteOrderMarksBetweenStatementsBelongToNone) {
  for (const size_t piece : {1u, 2u, 3u, 100u}) {
    EXPECT_EQ(Split("\xEF\xBB\xBF!ls\n\xEF\xBB\xBF b;", piece), (Texts{"!ls", "b;"}));
    EXPECT_EQ(Split("\xEF\xBB", piece), (Texts{"\xEF\xBB<incomplete>"}));
  }
}

TEST(StatementSplitter, KnowsWhereEachStatementBegan) {
  StatementSplitter splitter({5, 3});
  splitter.Append("a; /* é\n */ b\n;  c;\n\n!d\n");
  EXPECT_EQ(splitter.Next()->position, (Position{5, 3}));
  EXPECT_EQ(splitter.Next()->position, (Position{6, 5}));
  EXPECT_EQ(splitter.Next()->position, (Position{7, 4}));
  EXPECT_EQ(splitter.Next()->position, (Position{9, 1}));
}

std::string RandomStatement(Random* random) {
  static const std::vector<std::string> kParts = {
      "select", "*",          " from ", "T", "'a;b'", "\"it\"\"s;\"", "''", "-- ; ' \"\n", "/*;*/",
      "/***/",  "5",          "-",      "/", "*/",    "\n",           " ",  "(",           "'x''y'",
      "1.5",    "/* ' \n */", "<>",     "é", "!",     "\"--\""};
  std::string text = "x";
  for (uint64_t parts = random->Below(12); parts > 0; --parts) {
    text += " " + kParts[random->Below(kParts.size())];
  }
  return text + " ;";
}

TEST(StatementSplitter, SplitsWhatWasConcatenatedHoweverItIsCut) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int round = 0; round < 300; ++round) {
    Texts statements;
    std::string input;
    for (int i = 0; i < 10; ++i) {
      statements.push_back(RandomStatement(&random));
      input += statements.back() + (random.OneIn(3) ? "\n/* ; */ -- '\n" : "");
    }
    EXPECT_EQ(Split(input), statements);
    EXPECT_EQ(Split(input, 1 + random.Below(7)), statements);
  }
}

// Text of any kind, with more than its share of what the splitter watches for.
std::string RandomSoup(Random* random) {
  static constexpr std::string_view kWatched = ";'\"/*-!\n \r\\\xEF\xBB\xBF";
  static const std::vector<std::string> kWords = {
      "select",       "from",       "T",     "where", "a",      "=",     "null",        "is",
      "not",          "(",          ")",     ",",     "1",      "2.5e3", "insert into", "values",
      "create table", "distribute", "print", "page",  "update", "set"};
  std::string soup;
  for (uint64_t parts = random->Below(60); parts > 0; --parts) {
    const uint64_t kind = random->Below(4);
    if (kind == 0) {
      soup += static_cast<char>(random->Below(256));
    } else if (kind == 1) {
      soup += kWatched[random->Below(kWatched.size())];
    } else {
      soup += kWords[random->Below(kWords.size())] + " ";
    }
  }
  return soup;
}

TEST(StatementSplitter, RandomSoupIsSplitAlikeHoweverItIsCut) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int round = 0; round < 3000; ++round) {
    const std::string soup = RandomSoup(&random);
    const Texts whole = Split(soup);
    EXPECT_EQ(Split(soup, 1), whole) << soup;
    EXPECT_EQ(Split(soup, 1 + random.Below(10)), whole) << soup;
  }
}

TEST(StatementSplitter, RandomSoupNeverCrashesTheParserNorCostsTheNextLine) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int round = 0; round < 3000; ++round) {
    // Ends whatever the soup may have begun: shell line, comment, string, statement.
    const std::string soup = RandomSoup(&random) + "\n*/\n;\nprint LastLine;";
    const Texts lines = Session(soup);
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(lines.back(), "print LastLine;") << soup;
  }
}

// A statement that is complete for the splitter is complete for the scanner.
TEST(StatementSplitter, AgreesWithTheScannerWhereAStatementEnds) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int round = 0; round < 3000; ++round) {
    StatementSplitter splitter;
    splitter.Append(RandomSoup(&random));
    while (const std::optional<StatementText> next = splitter.Next()) {
      const std::string error = ErrorOf(next->text);
      EXPECT_EQ(error.find("unexpected end of input"), std::string::npos) << next->text;
      EXPECT_EQ(error.find("expected end of input"), std::string::npos) << next->text;
    }
  }
}

// Processor time of splitting 8 MB that come in lines, as one statement or many.
double SecondsToSplit(const std::string& line, size_t statements) {
  const std::clock_t start = std::clock();
  StatementSplitter splitter;
  size_t found = 0;
  for (size_t size = 0; size < (8 << 20); size += line.size()) {
    splitter.Append(line);
    while (splitter.Next().has_value()) {
      ++found;
    }
  }
  EXPECT_EQ(found, statements);
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

TEST(StatementSplitter, TakesTimeInProportionToTheText) {
  EXPECT_LT(SecondsToSplit("insert 'x' y\n   ", 0), 4.0);
  EXPECT_LT(SecondsToSplit("insert 'x' z;\n  ", (8 << 20) / 16), 4.0);
  EXPECT_LT(SecondsToSplit("/* comment * *  ", 0), 4.0);
}

TEST(StatementSplitter, SplitsMegabytesInOnePiece) {
  std::string input;
  while (input.size() < (8 << 20)) {
    input += "print T;\n";
  }
  EXPECT_EQ(Split(input).size(), input.size() / 9);
}

}  // namespace
}  // namespace redbase::parser
