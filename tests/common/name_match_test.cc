#include "common/name_match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace redbase::common {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Names = std::vector<std::string_view>;

TEST(NameMatch, ExactMatchWins) {
  EXPECT_THAT(MatchName("T", Names({"t", "T", "tt"})), ElementsAre(1));
}

TEST(NameMatch, CaseDoesNotMatterWhenNothingMatchesExactly) {
  EXPECT_THAT(MatchName("STUDENT", Names({"class", "Student"})), ElementsAre(1));
  EXPECT_THAT(MatchName("ab", Names({"Ab", "aB", "abc"})), ElementsAre(0, 1));
  EXPECT_THAT(MatchName("x", Names({"y"})), IsEmpty());
}

TEST(NameMatch, FoldingChangesAsciiLettersOnly) {
  EXPECT_EQ(FoldCase("AbZ_9\xC3\x84"), "abz_9\xC3\x84");
}

TEST(NameMatch, SlipsOfTheHandAreNear) {
  const Names names = {"class", "enroll", "student"};
  EXPECT_EQ(NearestName("student2", names), "student");
  EXPECT_EQ(NearestName("studnet", names), "student");
  EXPECT_EQ(NearestName("Studen", names), "student");
  EXPECT_EQ(NearestName("enrolled", names), "enroll");
}

TEST(NameMatch, OtherNamesAreNot) {
  EXPECT_EQ(NearestName("department", Names({"class", "student"})), std::nullopt);
  EXPECT_EQ(NearestName("x", Names({"a", "b"})), std::nullopt);
  EXPECT_EQ(NearestName("x", {}), std::nullopt);
}

TEST(NameMatch, NearestOfSeveralWins) {
  EXPECT_EQ(NearestName("stud", Names({"studio", "study", "stub"})), "study");
}

TEST(NameMatch, HintIsPartOfASentence) {
  EXPECT_EQ(DidYouMean("clas", Names({"class"})), " (did you mean \"class\"?)");
  EXPECT_EQ(DidYouMean("zzz", Names({"class"})), "");
}

TEST(NameMatch, ControlCharactersDoNotReachMessages) {
  EXPECT_EQ(QuotedName("a\nb\x1B"), "\"a\\x0ab\\x1b\"");
  EXPECT_EQ(QuotedName(std::string(300, 'x')).size(), 165U);
}

}  // namespace
}  // namespace redbase::common
