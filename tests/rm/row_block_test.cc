#include "rm/internal/row_block.h"

#include "tests/rm/record_fixture.h"

namespace redbase::rm {
namespace {

class RowBlockTest : public ::testing::Test {
 protected:
  const std::vector<LogicalType> types_ = {kInt, kText};
  const RecordLayout layout_{types_, 4096};
  const Batch rows_ = BatchOf(types_, {{Value::Int(1), Value::String("one")},
                                       {Value::Null(), Value::String("a longer string")},
                                       {Value::Int(3), Value::Null()}});
  RowBlockBuilder builder_;
  RowBlock block_;
};

TEST_F(RowBlockTest, ComesBackCellByCell) {
  const std::vector<uint16_t> slots = {9, 4, 6};
  builder_.BeginSlots(2, slots);
  builder_.AddVector(0, layout_[0], rows_, 0, 0, {});
  builder_.AddVector(1, layout_[1], rows_, 1, 0, {});
  ASSERT_TRUE(block_.Parse(builder_.bytes()));
  EXPECT_EQ(block_.count(), 3U);
  EXPECT_FALSE(block_.is_run());
  EXPECT_EQ(block_.Slot(1), 4);
  EXPECT_EQ(block_.HeapBytes(), 15U);
  const std::vector<Cell> second = block_.Row(1);
  EXPECT_TRUE(second[0].null);
  EXPECT_EQ(second[1].bytes, "a longer string");
  EXPECT_EQ(LoadAs<int32_t>(AsBytes(block_.Row(2)[0].bytes).data()), 3);
  EXPECT_TRUE(block_.Row(2)[1].null);
}

TEST_F(RowBlockTest, AscendingSlotsWithoutGapsAreARun) {
  const std::vector<uint16_t> slots = {4, 5, 6};
  builder_.BeginSlots(1, slots);
  builder_.AddVector(0, layout_[0], rows_, 0, 0, {});
  ASSERT_TRUE(block_.Parse(builder_.bytes()));
  EXPECT_TRUE(block_.is_run());
  EXPECT_EQ(block_.Slot(2), 6);
}

TEST_F(RowBlockTest, AnyCutIsNoticed) {
  builder_.BeginRun(2, 0, 3);
  builder_.AddVector(0, layout_[0], rows_, 0, 0, {});
  builder_.AddVector(1, layout_[1], rows_, 1, 0, {});
  for (size_t n = 0; n < builder_.bytes().size(); ++n) {
    EXPECT_FALSE(block_.Parse(builder_.bytes().first(n))) << n;
  }
}

}  // namespace
}  // namespace redbase::rm
