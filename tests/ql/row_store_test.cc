#include "ql/internal/row_store.h"

#include <numeric>

#include "tests/ql/execution_fixture.h"

namespace redbase::ql {
namespace {

class RowStoreTest : public ::testing::Test {
 protected:
  // Rows "n", in a batch of morsel `sequence`.
  Batch Numbers(int first, int count, uint64_t sequence) const {
    Batch batch(schema_);
    for (int i = 0; i < count; ++i) {
      const auto row = static_cast<size_t>(i);
      const Value name = Value::String("the number " + std::to_string(first + i));
      batch.SetValue(0, row, (first + i) % 7 == 0 ? Value::Null() : Value::Int(first + i));
      batch.SetValue(1, row, name);
    }
    batch.set_rows(static_cast<size_t>(count));
    batch.set_sequence(sequence);
    return batch;
  }
  static std::vector<std::string> Lines(const RowStore& store) {
    std::vector<std::string> lines;
    for (const Batch& chunk : store.chunks()) {
      for (size_t row = 0; row < chunk.rows(); ++row) {
        lines.push_back(chunk.GetValue(1, row).ToString());
      }
    }
    return lines;
  }
  static std::vector<std::string> Wanted(int count) {
    std::vector<std::string> lines;
    for (int i = 0; i < count; ++i) {
      lines.push_back("the number " + std::to_string(i));
    }
    return lines;
  }

  const Schema schema_ = Columns("a int, b varchar");
  common::MemoryAccount memory_{"test"};
};

TEST_F(RowStoreTest, PartsAreCombinedInTheOrderOfTheSource) {
  std::vector<RowStore> parts;
  parts.emplace_back(schema_, &memory_);
  parts.emplace_back(schema_, &memory_);
  parts.emplace_back(schema_, &memory_);  // one that got nothing
  for (int morsel = 0; morsel < 9; ++morsel) {
    const Batch batch = Numbers(morsel * 1000, 1000, static_cast<uint64_t>(morsel));
    EXPECT_OK(parts[morsel % 3 == 0 ? 1 : 0].Append(batch));
  }
  RowStore store = RowStore::Combine(std::move(parts));
  EXPECT_EQ(store.row_count(), 9000U);
  EXPECT_OK(store.PutInOrder());
  EXPECT_EQ(Lines(store), Wanted(9000));
  EXPECT_EQ(store.chunks().size(), 5U);
}

TEST_F(RowStoreTest, GathersAnyRows) {
  RowStore store(schema_, &memory_);
  for (int morsel = 0; morsel < 5; ++morsel) {
    EXPECT_OK(store.Append(Numbers(morsel * 1000, 1000, static_cast<uint64_t>(morsel))));
  }
  const std::vector<RowNumber> rows = {4999, 0, 2048, 2047, 0};
  for (size_t column = 0; column < 2; ++column) {
    Batch out(schema_);
    store.Gather(column, rows, &out.column(column));
    for (size_t i = 0; i < rows.size(); ++i) {
      const Batch& chunk = store.chunks()[rows[i] / kBatchCapacity];
      EXPECT_EQ(out.GetValue(column, i), chunk.GetValue(column, rows[i] % kBatchCapacity));
    }
  }
}

TEST_F(RowStoreTest, OnlySelectedRowsAreKept) {
  RowStore store(schema_, &memory_);
  Batch batch = Numbers(0, 10, 0);
  batch.SetSelection({2, 5});
  batch.rids().assign(10, Rid{PageNum{3}, SlotNum{1}});
  EXPECT_OK(store.Append(batch));
  EXPECT_EQ(store.row_count(), 2U);
  EXPECT_EQ(store.chunks()[0].rids().size(), 2U);
}

TEST_F(RowStoreTest, MemoryIsChargedAndGivenBack) {
  {
    RowStore store(schema_, &memory_);
    EXPECT_OK(store.Append(Numbers(0, 2000, 0)));
    EXPECT_GE(memory_.used(), 2000 * 20U);
  }
  EXPECT_EQ(memory_.used(), 0U);
  common::MemoryAccount small("small", 1000);
  RowStore store(schema_, &small);
  EXPECT_CODE(Code::kNoMemory, store.Append(Numbers(0, 1, 0)));
}

}  // namespace
}  // namespace redbase::ql
