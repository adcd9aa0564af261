#include "ql/internal/ordered_buffer.h"

#include "tests/ql/execution_fixture.h"

namespace redbase::ql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Two workers, driven by hand.
class OrderedBufferTest : public ::testing::Test {
 protected:
  OrderedBufferTest() { Start(size_t{1} << 30); }

  void Start(size_t memory) {
    buffer_.reset();
    memory_ = std::make_unique<common::MemoryAccount>("test", memory);
    buffer_ = std::make_unique<OrderedBuffer>(memory_.get());
    std::vector<PipelineWorker> peers(2);
    for (size_t i = 0; i < 2; ++i) {
      states_[i] = std::make_unique<WorkerState>();
      peers[i] = {states_[i].get(), [this, i] { woken_.push_back(i); }};
    }
    buffer_->Begin(std::move(peers));
    buffer_->Start(0);
    buffer_->Start(1);
  }
  // The worker takes the morsel and brings a batch of it.
  Accepted Bring(size_t worker, uint64_t morsel) {
    states_[worker]->Advance(morsel);
    Batch batch(schema_);
    batch.set_rows(1);
    batch.set_sequence(morsel);
    const Result<Accepted> accepted = buffer_->Push(worker, &batch);
    EXPECT_OK(accepted);
    return *accepted;
  }
  // Sequences of the batches that may go out.
  std::vector<uint64_t> Out() {
    std::vector<uint64_t> sequences;
    Batch batch;
    while (buffer_->Pop(&batch)) {
      sequences.push_back(batch.sequence());
    }
    return sequences;
  }

  const Schema schema_ = Columns("a int");
  std::unique_ptr<common::MemoryAccount> memory_;
  std::unique_ptr<WorkerState> states_[2];
  std::unique_ptr<OrderedBuffer> buffer_;
  std::vector<size_t> woken_;
};

TEST_F(OrderedBufferTest, NothingGoesOutBeforeWhatMayStillCome) {
  Bring(1, 1);
  EXPECT_THAT(Out(), IsEmpty());  // worker 0 may be at morsel 0
  Bring(0, 0);
  EXPECT_THAT(Out(), ElementsAre(0));
  states_[0]->Advance(2);
  EXPECT_THAT(Out(), ElementsAre(1));
}

TEST_F(OrderedBufferTest, AllGoesOutWhenTheOthersHaveEnded) {
  Bring(1, 1);
  Bring(1, 3);
  buffer_->End(0);
  EXPECT_THAT(Out(), ElementsAre(1, 3));
}

TEST_F(OrderedBufferTest, BatchesOfOneMorselStayInOrder) {
  Bring(0, 0);
  Bring(0, 0);
  Bring(1, 1);
  Bring(0, 2);
  EXPECT_THAT(Out(), ElementsAre(0, 0, 1));
}

TEST_F(OrderedBufferTest, FullBufferStopsWhoIsAhead) {
  Start(8192);  // a batch is more than an eighth of it
  EXPECT_EQ(Bring(1, 1), Accepted::kWait);
  // The other one's batch can go out: that is enough for now.
  states_[0]->Advance(0);
  EXPECT_THAT(woken_, IsEmpty());
}

TEST_F(OrderedBufferTest, WhoWaitsIsWokenWhenThereIsRoom) {
  Start(65536);
  EXPECT_EQ(Bring(1, 1), Accepted::kGoOn);
  EXPECT_EQ(Bring(1, 3), Accepted::kWait);
  states_[0]->Advance(2);
  EXPECT_THAT(Out(), ElementsAre(1));
  EXPECT_THAT(woken_, ElementsAre(1));
}

TEST_F(OrderedBufferTest, WhoHoldsTheOthersUpIsWokenThoughThereIsNoRoom) {
  Start(65536);
  Bring(1, 5);
  EXPECT_EQ(Bring(0, 7), Accepted::kWait);
  EXPECT_EQ(Bring(0, 7), Accepted::kWait);
  EXPECT_EQ(Bring(1, 5), Accepted::kWait);
  EXPECT_THAT(Out(), ElementsAre(5, 5));
  EXPECT_THAT(woken_, ElementsAre(1));
}

TEST_F(OrderedBufferTest, RefusedMemoryIsAnError) {
  Start(1000);
  Batch batch(schema_);
  EXPECT_CODE(Code::kNoMemory, buffer_->Push(0, &batch));
}

}  // namespace
}  // namespace redbase::ql
