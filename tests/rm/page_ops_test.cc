#include "rm/internal/page_ops.h"

#include <map>

#include "common/random.h"
#include "pf/mini_transaction.h"
#include "rm/internal/row_block.h"
#include "rm/record_page.h"
#include "tests/rm/record_fixture.h"

namespace redbase::rm {
namespace {

class PageOpsTest : public RecordFixture {
 protected:
  // The bytes of all pages of a file.
  static std::string BytesOf(pf::PageFile& file) {
    std::string bytes;
    for (uint32_t i = 0; i < file.page_count(); ++i) {
      auto page = file.Read(PageNum{i});
      EXPECT_OK(page);
      // The checksum is made when a page is written.
      bytes += AsChars(page->bytes().subspan(sizeof(uint32_t)));
    }
    return bytes;
  }
  void Program() {
    Random random(3);
    std::vector<Rid> rids = Insert(std::vector<Row>(200, {Value::Int(1), Value::String("start")}));
    for (int i = 0; i < 30; ++i) {
      const std::vector<Rid> some(rids.begin() + i, rids.begin() + i + 20);
      const std::string text(random.OneIn(5) ? 5000 : random.Below(300), 'x');
      ASSERT_OK(Update(some, {1}, std::vector<Row>(20, {Value::String(text)})));
      tx::Transaction transaction(targets_);
      ASSERT_OK(file_->Erase(transaction, {rids.data() + 100, 50}));
      ASSERT_OK(transaction.Rollback());
    }
    ASSERT_OK(Erase({rids.begin(), rids.begin() + 60}));
    ASSERT_OK(file_->Flush());
  }
};

TEST_F(PageOpsTest, TheLogReplayedOnAnEmptyFileGivesTheSameBytes) {
  Create({kInt, kText});
  const uint64_t first_pages = file_->file().page_count();
  ASSERT_EQ(first_pages, 2U);
  Program();
  const std::string want = BytesOf(file_->file());
  pf::NullLog no_log;
  pf::BufferPool pool(env_, no_log, {size_t{64} << 20, false});
  auto copy = pf::PageFile::Create(pool, "/copy", {pf::FileId{7}, 1}, kPageSize);
  ASSERT_OK(copy);
  uint64_t records = 0;
  ASSERT_OK(log_.Replay([&](uint64_t sequence, const pf::LogRecordHeader& header,
                            std::span<const std::byte> payload) {
    ++records;
    return pf::Redo(**copy, sequence, header, payload).status();
  }));
  EXPECT_GT(records, 100U);
  EXPECT_TRUE(BytesOf(**copy) == want);
  ASSERT_OK((*copy)->Close());
}

TEST_F(PageOpsTest, APayloadCutOffIsRefusedAndChangesNothing) {
  RegisterRecordPageOps();
  std::string page(kPageSize, '\0');
  const pf::MutablePage bytes{reinterpret_cast<std::byte*>(page.data()), page.size()};
  StoreAs(bytes.data() + offsetof(pf::PageHeader, kind), kRecordPageKind);
  const RecordLayout layout({kInt, kText}, kPageSize);
  const std::string format = FormatPayload(layout, 20);
  RowBlockBuilder builder;
  builder.BeginRun(2, 0, 3);
  const Batch rows = BatchOf({kInt, kText}, {{Value::Int(1), Value::String("one")},
                                             {Value::Null(), Value::String("a longer one")},
                                             {Value::Int(3), Value::Null()}});
  builder.AddVector(0, layout[0], rows, 0, 0, {});
  builder.AddVector(1, layout[1], rows, 1, 0, {});
  const auto apply = [&](pf::PageOpCode op, std::span<const std::byte> payload) {
    return pf::FindPageOp(op)->apply(bytes, payload);
  };
  for (size_t n = 0; n < format.size(); ++n) {
    EXPECT_CODE(Code::kCorruption, apply(kFormatOp, AsBytes(format).first(n)));
  }
  ASSERT_OK(apply(kFormatOp, AsBytes(format)));
  const std::string before = page;
  for (size_t n = 0; n < builder.bytes().size(); ++n) {
    EXPECT_CODE(Code::kCorruption, apply(kInsertOp, builder.bytes().first(n)));
    EXPECT_TRUE(page == before);
  }
  ASSERT_OK(apply(kInsertOp, builder.bytes()));
  EXPECT_OK(RecordPage(bytes).Validate(2));
  EXPECT_CODE(Code::kCorruption, apply(kInsertOp, builder.bytes()));
}

// What a log says of a page that holds something else.
TEST_F(PageOpsTest, RubbishIsRefused) {
  RegisterRecordPageOps();
  Random random(5);
  for (int round = 0; round < 3000; ++round) {
    std::string page(kPageSize, '\0');
    std::string payload(random.Below(60), '\0');
    for (char& c : payload) {
      c = static_cast<char>(random.OneIn(2) ? random.Below(4) : random.Below(256));
    }
    const pf::MutablePage bytes{reinterpret_cast<std::byte*>(page.data()), page.size()};
    StoreAs(bytes.data() + offsetof(pf::PageHeader, kind), kRecordPageKind);
    ASSERT_OK(pf::FindPageOp(kFormatOp)->apply(
        bytes, AsBytes(FormatPayload(RecordLayout({kInt, kText}, kPageSize), 20))));
    const pf::PageOpCode op{static_cast<uint16_t>(0x0100 + random.Below(7))};
    const Status status = pf::FindPageOp(op)->apply(bytes, AsBytes(payload));
    EXPECT_TRUE(status.ok() || status.code() == Code::kCorruption);
  }
}

}  // namespace
}  // namespace redbase::rm
