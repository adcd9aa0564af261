#include "rm/record_page.h"

#include <array>

#include "rm/internal/page_editor.h"
#include "rm/internal/page_ops.h"
#include "rm/internal/row_block.h"
#include "tests/rm/record_fixture.h"

namespace redbase::rm {
namespace {

class RecordPageTest : public ::testing::Test {
 protected:
  static constexpr size_t kPageSize = 4096;

  RecordPageTest() : bytes_(kPageSize, '\0') {
    RegisterRecordPageOps();
    StoreAs(page().data() + offsetof(pf::PageHeader, kind), kRecordPageKind);
    Apply(kFormatOp, AsBytes(FormatPayload(layout_, 100)));
  }

  pf::MutablePage page() { return {reinterpret_cast<std::byte*>(bytes_.data()), bytes_.size()}; }
  RecordPage view() { return RecordPage(page()); }
  void Apply(pf::PageOpCode op, std::span<const std::byte> payload) {
    ASSERT_OK(pf::FindPageOp(op)->apply(page(), payload));
  }
  std::string BlockOf(uint16_t slot, const Row& row) {
    RowBlockBuilder builder;
    builder.BeginRun(2, slot, 1);
    const Batch rows = BatchOf(types_, {row});
    builder.AddVector(0, layout_[0], rows, 0, 0, {});
    builder.AddVector(1, layout_[1], rows, 1, 0, {});
    return std::string(AsChars(builder.bytes()));
  }
  void Insert(uint16_t slot, int32_t number, const std::string& text) {
    Apply(kInsertOp, AsBytes(BlockOf(slot, {Value::Int(number), Value::String(text)})));
  }
  void Erase(uint16_t slot) { Apply(kEraseOp, AsBytes(ErasePayload({&slot, 1}))); }
  std::string Text(uint16_t slot) {
    ColumnSlice slice;
    EXPECT_TRUE(view().Column(1, &slice));
    return std::string(view().Bytes(slice.Entry(slot), slice.values + slot * sizeof(VarEntry)));
  }
  std::string Hex(size_t from, size_t count) {
    std::string hex;
    for (size_t i = from; i < from + count; ++i) {
      static constexpr char kDigits[] = "0123456789abcdef";
      const auto byte = static_cast<uint8_t>(bytes_[i]);
      hex += kDigits[byte / 16];
      hex += kDigits[byte % 16];
      hex += (i - from) % 4 == 3 ? " " : "";
    }
    return hex;
  }

  const std::vector<LogicalType> types_ = {kInt, kText};
  const RecordLayout layout_{types_, kPageSize};
  std::string bytes_;
};

// The bytes are a promise to files already on disk.  When this test fails,
// the format changed: raise its version, and say so in docs/RM.md.
TEST_F(RecordPageTest, BytesOnDisk) {
  Insert(0, 7, "abc");
  Insert(1, -1, "longer than a prefix");
  Apply(kInsertOp, AsBytes(BlockOf(2, {Value::Null(), Value::Null()})));
  // Header: "RBRP", version 1, 2 columns, capacity 100, 3 used, taken, live.
  EXPECT_EQ(Hex(24, 40),
            "52425250 01000000 02006400 03000300 03000000 ec0f0000 00000000 00000000 "
            "00000000 00000000 ");
  // Column 0: nulls at 160, values at 176, int of 4 bytes, from -1 to 7.
  EXPECT_EQ(Hex(64, 32),
            "a0000000 b0000000 04000002 02000000 ffffffff ffffffff 07000000 00000000 ");
  // Column 1: nulls at 576, values at 592, entries of 8 bytes.
  EXPECT_EQ(Hex(96, 16), "40020000 50020000 08000003 07000000 ");
  EXPECT_EQ(Hex(128, 32),
            "07000000 00000000 00000000 00000000 07000000 00000000 00000000 00000000 ");
  EXPECT_EQ(Hex(160, 8), "04000000 00000000 ");
  EXPECT_EQ(Hex(176, 12), "07000000 ffffffff 00000000 ");
  EXPECT_EQ(Hex(592, 24), "00000300 61626300 ec0f1400 6c6f6e67 00000000 00000000 ");
  EXPECT_EQ(bytes_.substr(0xfec), "longer than a prefix");
}

TEST_F(RecordPageTest, KeepsWhatWasInserted) {
  Insert(0, 1, "");
  Insert(5, 2, "four");
  Insert(6, 3, "five!");
  EXPECT_OK(view().Validate(2));
  EXPECT_EQ(Text(0) + "," + Text(5) + "," + Text(6), ",four,five!");
  EXPECT_TRUE(view().IsLive(5));
  EXPECT_FALSE(view().IsTaken(4));
  EXPECT_EQ(view().header().used, 7);
}

TEST_F(RecordPageTest, ErasedSlotIsTakenAgain) {
  Insert(0, 1, "first record");
  Insert(1, 2, "second record");
  Erase(0);
  EXPECT_FALSE(view().IsTaken(0));
  Insert(0, 3, "third record");
  EXPECT_EQ(Text(0) + ", " + Text(1), "third record, second record");
  EXPECT_OK(view().Validate(2));
}

TEST_F(RecordPageTest, AnEmptiedPageStartsAfresh) {
  Insert(3, 1, "a record in the heap");
  Erase(3);
  EXPECT_EQ(view().header().used, 0);
  EXPECT_EQ(view().header().heap_start, kPageSize);
  EXPECT_EQ(view().header().heap_dead, 0U);
  EXPECT_GT(view().Descriptor(0).min, view().Descriptor(0).max);
}

TEST_F(RecordPageTest, HeapOfErasedRecordsIsUsedAgain) {
  const std::string text(200, 't');
  for (uint16_t slot = 0; slot < 12; ++slot) {
    Insert(slot, slot, text);
  }
  for (uint16_t round = 0; round < 100; ++round) {
    const auto slot = static_cast<uint16_t>(round % 12);
    Erase(slot);
    Insert(slot, round, std::string(200, static_cast<char>('a' + round % 26)));
    ASSERT_OK(view().Validate(2));
  }
  EXPECT_EQ(Text(0), std::string(200, static_cast<char>('a' + 96 % 26)));
}

TEST_F(RecordPageTest, AStubNamesWhereItsRecordLies) {
  Insert(0, 1, "a record that moves away");
  Apply(kForwardOp, AsBytes(ForwardPayload(0, {PageNum{99}, SlotNum{12}})));
  Rid target;
  ASSERT_TRUE(view().StubTarget(0, &target));
  EXPECT_EQ(target, (Rid{PageNum{99}, SlotNum{12}}));
  EXPECT_FALSE(view().IsLive(0));
  EXPECT_TRUE(view().IsTaken(0));
  EXPECT_OK(view().Validate(2));
}

TEST_F(RecordPageTest, AMovedRecordNamesItsHome) {
  for (uint16_t slot = 0; slot < 3; ++slot) {
    RowBlockBuilder builder;
    builder.BeginMovedIn(2, slot, {PageNum{50U + slot}, SlotNum{slot}});
    builder.AddCell(0, layout_[0], {});
    builder.AddCell(1, layout_[1], {false, false, "moved in"});
    Apply(kInsertOp, builder.bytes());
  }
  Erase(1);
  EXPECT_EQ(view().HomeOf(2), (Rid{PageNum{52}, SlotNum{2}}));
  EXPECT_TRUE(view().IsMovedIn(0));
  EXPECT_FALSE(view().IsMovedIn(1));
  EXPECT_OK(view().Validate(2));
}

TEST_F(RecordPageTest, MinimumAndMaximumEncloseTheValues) {
  Insert(0, 5, "m");
  Insert(1, -7, "a");
  EXPECT_EQ(view().Descriptor(0).min, -7);
  EXPECT_EQ(view().Descriptor(0).max, 5);
}

TEST_F(RecordPageTest, DamageIsFound) {
  Insert(0, 1, "a record in the heap");
  const std::string whole = bytes_;
  uint64_t found = 0;
  for (const size_t offset : {24, 32, 34, 38, 40, 44, 45, 64, 68, 72, 128, 144, 592, 594}) {
    bytes_ = whole;
    bytes_[offset] = static_cast<char>(bytes_[offset] ^ 0x55);
    EXPECT_CODE(Code::kCorruption, view().Validate(2)) << "offset " << offset;
    ++found;
  }
  EXPECT_EQ(found, 14U);
  EXPECT_CODE(Code::kCorruption, RecordPage(page()).Validate(3));
}

}  // namespace
}  // namespace redbase::rm
