#include "tx/log_records.h"

#include <gtest/gtest.h>

#include <string>

#include "common/bytes.h"
#include "tests/support/expect_status.h"

namespace redbase::tx {
namespace {

struct Record {
  pf::LogRecordHeader header{};
  std::string payload;

  std::span<const std::byte> bytes() const { return AsBytes(payload); }
};

Record OnlyRecord(const std::string& group) {
  Record only;
  EXPECT_OK(pf::ForEachLogRecord(
      AsBytes(group),
      [&](const pf::LogRecordHeader& header, std::span<const std::byte> payload) -> Status {
        only = {header, std::string(AsChars(payload))};
        return {};
      }));
  EXPECT_TRUE(IsTransactionRecord(only.header.op));
  return only;
}

TEST(LogRecords, UndoIsReadAsItWasWritten) {
  const std::string before = "before-image";
  const Record record = OnlyRecord(
      EncodeUndo({TransactionId{7}, 1234, pf::FileId{101}, UndoKind{0x0102}, AsBytes(before)}));
  EXPECT_EQ(record.header.op, kUndoRecord);
  ASSERT_OK_AND_ASSIGN(const UndoEntry undo, DecodeUndo(record.header.file_id, record.bytes()));
  EXPECT_EQ(undo.transaction, TransactionId{7});
  EXPECT_EQ(undo.previous, 1234);
  EXPECT_EQ(undo.file, pf::FileId{101});
  EXPECT_EQ(undo.kind, UndoKind{0x0102});
  EXPECT_EQ(AsChars(undo.payload), before);
}

TEST(LogRecords, CheckpointIsReadAsItWasWritten) {
  CheckpointEntry entry;
  entry.next_transaction = 9;
  entry.active = {{TransactionId{3}, 100, 200, kNoGlobalId}, {TransactionId{4}, 1, 2, GlobalId{5}}};
  entry.decided = {GlobalId{11}};
  const Record record = OnlyRecord(EncodeCheckpoint(entry));
  ASSERT_OK_AND_ASSIGN(const CheckpointEntry read, DecodeCheckpoint(record.bytes()));
  EXPECT_EQ(read.next_transaction, 9);
  ASSERT_EQ(read.active.size(), 2);
  EXPECT_EQ(read.active[1].last_undo, 2);
  EXPECT_EQ(read.active[1].global, GlobalId{5});
  EXPECT_EQ(read.decided, entry.decided);
}

TEST(LogRecords, FileNamesStayInTheirFolder) {
  const auto decode = [](const std::string& name) {
    const Record record = OnlyRecord(EncodeFileCreated({pf::FileId{17}, 4096, name}));
    return DecodeFileCreated(record.header.file_id, record.bytes());
  };
  ASSERT_OK_AND_ASSIGN(const CreatedFile created, decode("17.1"));
  EXPECT_EQ(created.file, pf::FileId{17});
  EXPECT_EQ(created.page_size, 4096);
  EXPECT_EQ(created.name, "17.1");
  EXPECT_CODE(Code::kCorruption, decode("../17.1"));
  EXPECT_CODE(Code::kCorruption, decode(""));
}

TEST(LogRecords, ThoseCutOffAreRefused) {
  const Record pair = OnlyRecord(EncodePair(kCommitRecord, TransactionId{3}, 4));
  for (size_t length = 0; length < pair.payload.size(); ++length) {
    EXPECT_CODE(Code::kCorruption, DecodePair(pair.bytes().first(length)));
  }
  CheckpointEntry entry;
  entry.active.resize(2);
  const Record checkpoint = OnlyRecord(EncodeCheckpoint(entry));
  for (size_t length = 0; length < checkpoint.payload.size(); ++length) {
    EXPECT_CODE(Code::kCorruption, DecodeCheckpoint(checkpoint.bytes().first(length)));
  }
}

}  // namespace
}  // namespace redbase::tx
