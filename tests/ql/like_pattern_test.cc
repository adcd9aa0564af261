#include "ql/internal/like_pattern.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/env.h"
#include "common/random.h"
#include "tests/support/expect_status.h"

namespace redbase::ql {
namespace {

bool Like(std::string_view text, std::string_view pattern, std::string_view escape = "\\",
          bool fold_case = false) {
  const Result<LikePattern> compiled = LikePattern::Compile(pattern, escape, fold_case);
  EXPECT_OK(compiled);
  return compiled.ok() && compiled->Matches(text);
}

TEST(LikePattern, StandsForTexts) {
  EXPECT_TRUE(Like("abc", "abc"));
  EXPECT_FALSE(Like("abc", "ab"));
  EXPECT_FALSE(Like("ab", "abc"));
  EXPECT_TRUE(Like("abc", "a%"));
  EXPECT_TRUE(Like("abc", "%c"));
  EXPECT_TRUE(Like("abc", "%b%"));
  EXPECT_TRUE(Like("abc", "%%a%%c%%"));
  EXPECT_FALSE(Like("abc", "%d%"));
  EXPECT_TRUE(Like("abc", "a_c"));
  EXPECT_FALSE(Like("abc", "a_"));
  EXPECT_TRUE(Like("abcabd", "%ab_"));
  EXPECT_TRUE(Like("", "%"));
  EXPECT_TRUE(Like("", ""));
  EXPECT_FALSE(Like("", "_"));
  EXPECT_FALSE(Like("abc", ""));
}

TEST(LikePattern, OneStandsForACharacter) {
  EXPECT_TRUE(Like("h\xC3\xA9", "h_"));
  EXPECT_FALSE(Like("h\xC3\xA9", "h__"));
  EXPECT_TRUE(Like("\xF0\x9F\x98\x80x", "_x"));
  EXPECT_TRUE(Like("a\xC3\xA9z", "%_z"));
}

TEST(LikePattern, EscapedCharactersAreThemselves) {
  EXPECT_TRUE(Like("50%", "50\\%"));
  EXPECT_FALSE(Like("501", "50\\%"));
  EXPECT_TRUE(Like("a_b", "a!_b", "!"));
  EXPECT_FALSE(Like("acb", "a!_b", "!"));
  EXPECT_TRUE(Like("a!", "a!!", "!"));
  EXPECT_TRUE(Like("a\\b", "a\\b", ""));
  EXPECT_TRUE(Like("x\xC3\xA9%", "x\xC3\xA9\xC3\xA9\xC3\xA9%", "\xC3\xA9"));
  const Status status = LikePattern::Compile("abc\\", "\\", false).status();
  EXPECT_CODE(Code::kInvalidArgument, status);
  EXPECT_EQ(status.message(), "LIKE pattern must not end with escape character");
}

TEST(LikePattern, CaseIsFoldedOnRequest) {
  EXPECT_FALSE(Like("ABC", "abc"));
  EXPECT_TRUE(Like("ABC", "abc", "\\", true));
  EXPECT_TRUE(Like("abC", "A%c", "\\", true));
  EXPECT_TRUE(Like("xAbCx", "%BC_", "\\", true));
}

TEST(LikePattern, KnowsItsPrefix) {
  const auto compile = [](std::string_view pattern) {
    return *LikePattern::Compile(pattern, "\\", false);
  };
  EXPECT_EQ(compile("abc%").prefix(), "abc");
  EXPECT_TRUE(compile("abc%").is_prefix());
  EXPECT_EQ(compile("a\\%b_c").prefix(), "a%b");
  EXPECT_FALSE(compile("ab_%").is_prefix());
  EXPECT_TRUE(compile("a\\_c").is_text());
  EXPECT_EQ(compile("%abc").prefix(), "");
  EXPECT_EQ(LikePattern::Compile("abc%", "\\", true)->prefix(), "");
}

// By trying everything.
bool MatchesSlowly(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) {
    return text.empty();
  }
  if (pattern.front() == '%') {
    return MatchesSlowly(text, pattern.substr(1)) ||
           (!text.empty() && MatchesSlowly(text.substr(1), pattern));
  }
  return !text.empty() && (pattern.front() == '_' || pattern.front() == text.front()) &&
         MatchesSlowly(text.substr(1), pattern.substr(1));
}

TEST(LikePattern, RandomPatternsMatchWhatTheyShould) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  Random random(seed);
  const auto text_of = [&random](std::string_view letters, size_t longest) {
    std::string text(random.Below(longest + 1), ' ');
    for (char& c : text) {
      c = letters[random.Below(letters.size())];
    }
    return text;
  };
  for (int i = 0; i < 50000; ++i) {
    const std::string pattern = text_of("aab%%_", 8);
    const std::string text = text_of("ab", 10);
    ASSERT_EQ(Like(text, pattern), MatchesSlowly(text, pattern))
        << "'" << text << "' like '" << pattern << "', seed " << seed;
    const LikePattern compiled = *LikePattern::Compile(pattern, "\\", false);
    if (compiled.Matches(text)) {
      ASSERT_TRUE(text.starts_with(compiled.prefix()));
    }
    if (compiled.is_prefix()) {
      ASSERT_EQ(compiled.Matches(text), text.starts_with(compiled.prefix()));
    }
  }
}

}  // namespace
}  // namespace redbase::ql
