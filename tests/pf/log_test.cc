#include "pf/log.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>

#include "common/bytes.h"
#include "tests/support/expect_status.h"

namespace redbase::pf {
namespace {

std::string Group(std::string_view payload) {
  std::string group;
  AppendLogRecord(
      {FileId{7}, PageNum{17}, PageOpCode{0x0102}, 0, static_cast<uint32_t>(payload.size())},
      AsBytes(payload), &group);
  return group;
}

std::string Replayed(MemoryLog* log) {
  std::string all;
  EXPECT_OK(log->Replay(
      [&](uint64_t sequence, const LogRecordHeader& header, std::span<const std::byte> payload) {
        all += std::to_string(sequence) + " page " +
               std::to_string(static_cast<uint32_t>(header.page_num)) + " " +
               std::string(AsChars(payload)) + "\n";
        return Status();
      }));
  return all;
}

// The bytes are a promise to logs already on disk.
TEST(Log, BytesOnDisk) {
  const std::string group = Group("ab");
  const std::array<uint8_t, 18> want = {0x07, 0, 0, 0, 0x11, 0, 0, 0,   0x02,
                                        0x01, 0, 0, 2, 0,    0, 0, 'a', 'b'};
  ASSERT_EQ(group.size(), want.size());
  EXPECT_EQ(std::memcmp(group.data(), want.data(), want.size()), 0);
}

TEST(Log, AGroupCutOffAnywhereIsCorruption) {
  const std::string group = Group("payload");
  const auto ignore = [](const LogRecordHeader&, std::span<const std::byte>) { return Status(); };
  EXPECT_OK(ForEachLogRecord(AsBytes(group), ignore));
  for (size_t length = 1; length < group.size(); ++length) {
    EXPECT_CODE(Code::kCorruption, ForEachLogRecord(AsBytes(group).first(length), ignore));
  }
}

TEST(Log, MemoryLogReplaysGroupsInOrder) {
  MemoryLog log;
  EXPECT_EQ(log.Append(AsBytes(Group("a") + Group("b"))), 1);
  EXPECT_EQ(log.Append(AsBytes(Group("c"))), 2);
  EXPECT_EQ(Replayed(&log), "1 page 17 a\n1 page 17 b\n2 page 17 c\n");
}

TEST(Log, AFailureEndsTheReplay) {
  MemoryLog log;
  log.Append(AsBytes(Group("a")));
  log.Append(AsBytes(Group("b")));
  int calls = 0;
  const auto fail = [&](uint64_t, const LogRecordHeader&, std::span<const std::byte>) {
    ++calls;
    return Status(Code::kIoError, "no disk");
  };
  EXPECT_CODE(Code::kIoError, log.Replay(fail));
  EXPECT_EQ(calls, 1);
}

TEST(Log, SequencesAreGreaterThanWhatWasAccepted) {
  NullLog none;
  MemoryLog memory;
  for (Log* log : {static_cast<Log*>(&none), static_cast<Log*>(&memory)}) {
    EXPECT_EQ(log->Append({}), 1);
    EXPECT_OK(log->Accept(10));
    EXPECT_OK(log->Accept(5));
    EXPECT_EQ(log->Append({}), 11);
    EXPECT_EQ(log->Append({}), 12);
  }
}

}  // namespace
}  // namespace redbase::pf
