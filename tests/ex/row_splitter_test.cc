#include "ex/internal/row_splitter.h"

#include <gmock/gmock.h>

#include <map>
#include <string>

#include "common/random.h"
#include "tests/support/expect_status.h"

namespace redbase::ex {
namespace {

const Schema kSchema({{"k", {TypeId::kInt, 0}, ""}, {"s", {TypeId::kVarchar, 0}, ""}});

sm::PartitionVector VectorOf(std::vector<int32_t> bounds) {
  std::vector<Value> values;
  for (const int32_t bound : bounds) {
    values.push_back(Value::Int(bound));
  }
  return {0, {TypeId::kInt, 0}, std::move(values)};
}

// The keys of each partition, in the order they were given out.
using Found = std::map<uint32_t, std::vector<int32_t>>;

void Note(const std::vector<Piece>& pieces, Found* found) {
  for (const Piece& piece : pieces) {
    for (size_t i = 0; i < piece.rows.rows(); ++i) {
      const int32_t key = piece.rows.GetValue(0, i).int_value();
      EXPECT_EQ(piece.rows.GetValue(1, i).string_value(), "a string of " + std::to_string(key));
      (*found)[piece.partition].push_back(key);
    }
  }
}

Batch BatchOf(const std::vector<int32_t>& keys) {
  Batch batch(kSchema, std::max<size_t>(keys.size(), 1));
  for (size_t i = 0; i < keys.size(); ++i) {
    batch.SetValue(0, i, Value::Int(keys[i]));
    batch.SetValue(1, i, Value::String("a string of " + std::to_string(keys[i])));
  }
  batch.set_rows(keys.size());
  return batch;
}

TEST(RowSplitter, GathersRowsByPartition) {
  RowSplitter splitter(kSchema, VectorOf({0, 10}));
  std::vector<Piece> pieces;
  Batch batch = BatchOf({15, -3, 4, 11, -9, 0});
  splitter.Add(&batch, &pieces);
  splitter.Flush(&pieces);
  Found found;
  Note(pieces, &found);
  EXPECT_EQ(found, (Found{{1, {-3, -9}}, {2, {4, 0}}, {3, {15, 11}}}));
  EXPECT_TRUE(splitter.empty());
}

TEST(RowSplitter, LeavesOutRowsThatAreNotSelected) {
  RowSplitter splitter(kSchema, VectorOf({0}));
  std::vector<Piece> pieces;
  Batch batch = BatchOf({1, -1, 2, -2});
  batch.SetSelection({1, 2});
  splitter.Add(&batch, &pieces);
  splitter.Flush(&pieces);
  Found found;
  Note(pieces, &found);
  EXPECT_EQ(found, (Found{{1, {-1}}, {2, {2}}}));
}

TEST(RowSplitter, ABatchOfOnePartitionGoesAsItIs) {
  RowSplitter splitter(kSchema, VectorOf({0}));
  std::vector<Piece> pieces;
  Batch batch = BatchOf({1, 2, 3});
  const std::byte* const memory = batch.column(0).raw();
  splitter.Add(&batch, &pieces);
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].partition, 2U);
  EXPECT_EQ(pieces[0].rows.column(0).raw(), memory);
  EXPECT_TRUE(splitter.empty());
}

TEST(RowSplitter, RandomBatchesKeepTheirOrder) {
  const uint64_t seed = 20;
  Random random(seed);
  for (const int32_t partitions : {2, 7, 500}) {
    std::vector<int32_t> bounds;
    for (int32_t i = 1; i < partitions; ++i) {
      bounds.push_back(i * 10);
    }
    const sm::PartitionVector vector = VectorOf(bounds);
    RowSplitter splitter(kSchema, vector);
    Found wanted;
    Found found;
    for (int round = 0; round < 20; ++round) {
      std::vector<int32_t> keys(random.Below(kBatchCapacity) + 1);
      for (int32_t& key : keys) {
        key = static_cast<int32_t>(random.Below(static_cast<uint64_t>(partitions) * 10));
        wanted[vector.PartitionOf(Value::Int(key))].push_back(key);
      }
      Batch batch = BatchOf(keys);
      std::vector<Piece> pieces;
      splitter.Add(&batch, &pieces);
      Note(pieces, &found);
      for (Piece& piece : pieces) {
        splitter.Recycle(std::move(piece.rows));
      }
    }
    std::vector<Piece> pieces;
    splitter.Flush(&pieces);
    Note(pieces, &found);
    EXPECT_EQ(found, wanted);
  }
}

}  // namespace
}  // namespace redbase::ex
