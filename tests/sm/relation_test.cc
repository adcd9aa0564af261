#include "sm/relation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect_status.h"

namespace redbase::sm {
namespace {

using ::testing::HasSubstr;

Relation Student() {
  Relation relation;
  relation.name = "student";
  for (const char* name : {"id", "Name", "gpa", "GPA"}) {
    relation.schema.Add({name, {TypeId::kInt, 0}, "student"});
  }
  return relation;
}

IndexInfo Index(uint32_t id, std::vector<uint32_t> columns, bool unique) {
  return {ObjectId{id}, "i" + std::to_string(id), std::move(columns), unique};
}

TEST(Relation, ColumnIsFoundByNameInAnyCase) {
  ASSERT_OK_AND_ASSIGN(const uint32_t exact, Student().FindColumn("GPA"));
  EXPECT_EQ(exact, 3U);
  ASSERT_OK_AND_ASSIGN(const uint32_t folded, Student().FindColumn("name"));
  EXPECT_EQ(folded, 1U);
}

TEST(Relation, UnknownColumnIsNamedWithANearOne) {
  const auto found = Student().FindColumn("nmae");
  EXPECT_CODE(Code::kNotFound, found);
  EXPECT_EQ(found.status().message(),
            "SM warning: invalid attribute: \"nmae\" in \"student\" (did you mean \"Name\"?)");
}

TEST(Relation, ColumnThatMayBeTwoIsRefused) {
  const auto found = Student().FindColumn("Gpa");
  EXPECT_CODE(Code::kInvalidArgument, found);
  EXPECT_THAT(found.status().message(), HasSubstr("\"gpa\" or \"GPA\""));
}

TEST(Relation, IndexOnLooksAtTheFirstColumn) {
  Relation relation = Student();
  relation.indexes = {Index(1, {1, 0}, false)};
  EXPECT_EQ(relation.IndexOn(0), nullptr);
  EXPECT_EQ(relation.IndexOn(1), relation.indexes.data());
}

TEST(Relation, IndexThatMakesTheColumnUniqueIsPreferred) {
  Relation relation = Student();
  relation.indexes = {Index(1, {0, 1}, false), Index(2, {0, 2}, true), Index(3, {0}, true),
                      Index(4, {0}, false)};
  EXPECT_EQ(relation.IndexOn(0)->id, ObjectId{3});
  relation.indexes.erase(relation.indexes.begin() + 2);
  EXPECT_EQ(relation.IndexOn(0)->id, ObjectId{2});
}

}  // namespace
}  // namespace redbase::sm
