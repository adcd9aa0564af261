#include "ql/index_build.h"

#include "tests/ql/execution_fixture.h"

namespace redbase::ql {
namespace {

using ::testing::HasSubstr;

// The fixture compares every index with its table at the end of each test.
class IndexBuildTest : public ExecutionTest {
 protected:
  IndexBuildTest() { CreateTable("R", "a int, b varchar, c real"); }

  void FillRandom(size_t count, uint64_t domain) {
    ASSERT_OK(Fill("R", RandomRows(random_, Table("R")->schema, count, domain)));
  }

  const uint64_t seed_ = NewSeed();
  Random random_{seed_};
};

TEST_F(IndexBuildTest, HoldsEveryRecord) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  FillRandom(50000, 1000000);
  for (const bool parallel : {true, false}) {
    SetParallel(parallel);
    ASSERT_OK(CreateIndex("R", {parallel ? 0U : 1U}));
  }
  ASSERT_OK(CreateIndex("R", {2, 1, 0}));
}

TEST_F(IndexBuildTest, ManyEqualKeys) {
  FillRandom(5000, 5);
  ASSERT_OK(CreateIndex("R", {0}));
}

TEST_F(IndexBuildTest, EmptyTable) { EXPECT_OK(CreateIndex("R", {0})); }

TEST_F(IndexBuildTest, DuplicateOfAUniqueKeyIsNamed) {
  ASSERT_OK(Fill("R", {{Value::Int(1), Value::String("x"), Value::Null()},
                       {Value::Int(1), Value::String("y"), Value::Null()},
                       {Value::Null(), Value::String("y"), Value::Null()}}));
  const Status status = CreateIndex("R", {0}, true);
  EXPECT_CODE(Code::kConstraint, status);
  EXPECT_THAT(status.message(), HasSubstr("1"));
  EXPECT_TRUE(Table("R")->indexes.empty());
  EXPECT_OK(CreateIndex("R", {0, 1}, true));
}

TEST_F(IndexBuildTest, BudgetThatIsTooSmallIsAnError) {
  FillRandom(20000, 1000000);
  SetMemory(100000);
  EXPECT_CODE(Code::kNoMemory, CreateIndex("R", {0}));
  SetMemory(size_t{64} << 20);
  EXPECT_TRUE(Table("R")->indexes.empty());
}

}  // namespace
}  // namespace redbase::ql
