#include "ex/internal/input_channel.h"

#include <gmock/gmock.h>

#include "tests/support/expect_status.h"

namespace redbase::ex {
namespace {

class InputChannelTest : public ::testing::Test {
 protected:
  static constexpr size_t kLimit = 10000;

  Batch Rows(int32_t first, size_t count = 100) {
    Batch batch(schema_, count);
    for (size_t i = 0; i < count; ++i) {
      batch.SetValue(0, i, Value::Int(first + static_cast<int32_t>(i)));
    }
    batch.set_rows(count);
    return batch;
  }
  void Push(int32_t first, size_t count = 100) {
    Batch batch = Rows(first, count);
    EXPECT_OK(channel_.Push(&batch));
  }
  // The first value of what comes next.
  int32_t Pop() {
    Batch batch;
    EXPECT_EQ(channel_.Pop(&batch), ql::Poll::kRows);
    return batch.GetValue(0, 0).int_value();
  }

  const Schema schema_{{{"k", {TypeId::kInt, 0}, ""}}};
  common::MemoryAccount memory_{"test", 100000};
  InputChannel channel_{&memory_, kLimit};
  int woken_ = 0;
  const ql::WakeFunction wake_ = [this] { ++woken_; };
};

TEST_F(InputChannelTest, GivesRowsInOrderThenEnds) {
  Push(1);
  Push(2);
  channel_.Close();
  EXPECT_EQ(Pop(), 1);
  EXPECT_EQ(Pop(), 2);
  Batch batch;
  EXPECT_EQ(channel_.Pop(&batch), ql::Poll::kEnd);
  EXPECT_EQ(memory_.used(), 0U);
}

TEST_F(InputChannelTest, WakesAReaderThatWaits) {
  channel_.SetReader(wake_);
  Batch batch;
  EXPECT_EQ(channel_.Pop(&batch), ql::Poll::kBlocked);
  Push(1);
  EXPECT_EQ(woken_, 1);
  Push(2);  // it does not wait any more
  EXPECT_EQ(woken_, 1);
  Pop();
  Pop();
  EXPECT_EQ(channel_.Pop(&batch), ql::Poll::kBlocked);
  channel_.Close();
  EXPECT_EQ(woken_, 2);
}

TEST_F(InputChannelTest, WakesASenderOnceThereIsRoom) {
  EXPECT_TRUE(channel_.HasRoomOrCalls(wake_));
  for (int32_t i = 0; channel_.HasRoom(); ++i) {
    Push(i, 1000);
  }
  EXPECT_FALSE(channel_.HasRoomOrCalls(wake_));
  while (!channel_.HasRoom()) {
    EXPECT_EQ(woken_, 0);
    Pop();
  }
  while (woken_ == 0) {
    Pop();
  }
  EXPECT_EQ(woken_, 1);
}

TEST_F(InputChannelTest, BreakingFreesSendersAndMemory) {
  Push(1, 20000);
  EXPECT_GT(memory_.used(), kLimit);
  EXPECT_FALSE(channel_.HasRoomOrCalls(wake_));
  channel_.Break();
  EXPECT_EQ(woken_, 1);
  EXPECT_EQ(memory_.used(), 0U);
  Push(2);
  EXPECT_EQ(memory_.used(), 0U);
}

TEST_F(InputChannelTest, RowsBeyondTheBudgetAreRefused) {
  Batch batch = Rows(1, 30000);
  EXPECT_CODE(Code::kNoMemory, channel_.Push(&batch));
  Push(2);
  EXPECT_EQ(Pop(), 2);
}

}  // namespace
}  // namespace redbase::ex
