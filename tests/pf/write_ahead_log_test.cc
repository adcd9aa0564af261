#include "pf/write_ahead_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "pf/internal/log_frame.h"
#include "pf/internal/log_segments.h"
#include "tests/pf/page_fixture.h"

namespace redbase::pf {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint64_t kDatabase = 0x1122334455667788;
constexpr uint64_t kFirst = 1000;

class WriteAheadLogTest : public ::testing::Test {
 protected:
  WriteAheadLogTest() : seed_(std::random_device()()) {
    EXPECT_OK(env_.CreateDirectory("/db"));
    EXPECT_OK(WriteAheadLog::Create(env_, "/db", kDatabase, kFirst));
    EXPECT_OK(env_.SyncDirectory("/db"));
    EXPECT_OK(env_.SyncDirectory("/"));
    Open();
  }

  Status TryOpen() {
    log_.reset();
    auto opened = WriteAheadLog::Open(env_, "/db", kDatabase);
    RETURN_IF_ERROR(opened.status());
    log_ = *std::move(opened);
    return {};
  }
  void Open() { ASSERT_OK(TryOpen()); }
  void CrashAndOpen(uint64_t seed) {
    log_.reset();
    env_.Crash(seed);
    SCOPED_TRACE("crash seed " + std::to_string(seed));
    Open();
  }
  uint64_t Append(std::string_view text) { return log_->Append(AsBytes(text)); }
  uint64_t AppendDurable(std::string_view text) {
    const uint64_t sequence = Append(text);
    EXPECT_OK(log_->MakeDurable(sequence));
    return sequence;
  }
  std::vector<std::string> Groups() {
    std::vector<std::string> groups;
    EXPECT_OK(log_->ForEachGroup(log_->redo_from(),
                                 [&](uint64_t, std::span<const std::byte> group) -> Status {
                                   groups.emplace_back(AsChars(group));
                                   return {};
                                 }));
    return groups;
  }
  void Checkpoint() {
    const uint64_t begun = log_->BeginCheckpoint();
    ASSERT_OK(log_->CompleteCheckpoint(begun, Append("checkpoint"), begun));
  }
  uint64_t FileBytes(const std::string& name) { return env_.Stat("/db/" + name)->size; }
  bool Exists(const std::string& name) { return env_.Exists("/db/" + name); }

  const uint64_t seed_;
  common::SimEnv env_;
  std::unique_ptr<WriteAheadLog> log_;
};

// The bytes are a promise to files already on disk.  When this test fails, the format
// changed: raise its version, and say so in docs/PF.md.
TEST_F(WriteAheadLogTest, BytesOnDisk) {
  AppendDurable("abc");
  const std::string file = *env_.ReadAll("/db/wal.1");
  const auto frame = AsBytes(file).subspan(LogSegments::kHeaderBytes);
  const auto header = LoadAs<LogFrameHeader>(frame.data());
  EXPECT_EQ(header.previous, 0);
  EXPECT_EQ(header.length, 3);
  EXPECT_EQ(header.sequence, 1032);
  EXPECT_EQ(header.durable, 1032);
  EXPECT_EQ(AsChars(frame.subspan(32, 8)), std::string_view("abc\0\0\0\0\0", 8));
  EXPECT_EQ(file.substr(0, 4), "RBWS");
  EXPECT_EQ(env_.ReadAll("/db/wal.control")->substr(0, 4), "RBWC");
  EXPECT_EQ(header.crc32c, 0xC3CF858C) << std::hex << header.crc32c;
}

TEST_F(WriteAheadLogTest, WhatIsDurableSurvivesACrash) {
  AppendDurable("one");
  AppendDurable("two");
  CrashAndOpen(seed_);
  EXPECT_THAT(Groups(), ElementsAre("one", "two"));
}

TEST_F(WriteAheadLogTest, WhatIsNotDurableIsThereUpToSomePoint) {
  for (uint64_t i = 0; i < 100; ++i) {
    AppendDurable("durable");
    uint64_t last = 0;
    for (int k = 0; k < 20; ++k) {
      last = Append("maybe " + std::to_string(k));
    }
    ASSERT_OK(log_->ReadGroup(last));  // writes what is buffered, and syncs nothing
    CrashAndOpen(seed_ + i);
    const std::vector<std::string> groups = Groups();
    ASSERT_GE(groups.size(), 1) << "seed " << seed_ + i;
    ASSERT_EQ(groups[0], "durable") << "seed " << seed_ + i;
    for (size_t k = 1; k < groups.size(); ++k) {
      ASSERT_EQ(groups[k], "maybe " + std::to_string(k - 1)) << "seed " << seed_ + i;
    }
    // The groups of the next round follow this one.
    const uint64_t record = Append("checkpoint");
    const uint64_t begun = log_->BeginCheckpoint();
    ASSERT_OK(log_->CompleteCheckpoint(begun, record, begun));
    ASSERT_THAT(Groups(), IsEmpty());
  }
}

TEST_F(WriteAheadLogTest, GoesOnOverManySegmentsAndReusesThem) {
  const std::string group(100000, 'x');
  for (int i = 0; i < 100; ++i) {
    AppendDurable(group);
  }
  EXPECT_TRUE(Exists("wal.4"));
  EXPECT_EQ(Groups().size(), 100);
  Checkpoint();
  for (int i = 0; i < 400; ++i) {
    AppendDurable(group);
    if (i % 40 == 39) {
      Checkpoint();
    }
  }
  Open();
  EXPECT_THAT(Groups(), ElementsAre("checkpoint"));
  uint64_t bytes = 0;
  ASSERT_OK_AND_ASSIGN(const std::vector<common::DirEntry> entries, env_.List("/db"));
  for (const common::DirEntry& entry : entries) {
    bytes += FileBytes(entry.name);
  }
  EXPECT_LE(bytes, LogSegments::kSpareBytes + 2 * LogSegments::kMostBytes);
}

TEST_F(WriteAheadLogTest, ReadsAGroupBySequence) {
  Append("one");
  const uint64_t two = Append("two");
  EXPECT_EQ(*log_->ReadGroup(two), "two");
  EXPECT_CODE(Code::kCorruption, log_->ReadGroup(two + 8));
}

TEST_F(WriteAheadLogTest, AFlippedBitBeforeWhatWasSyncedIsFound) {
  AppendDurable("one");
  AppendDurable("two");
  AppendDurable("three");
  log_.reset();
  ASSERT_OK(env_.CorruptByte("/db/wal.1", LogSegments::kHeaderBytes + 32 + 40, 1));
  const Status status = TryOpen();
  EXPECT_CODE(Code::kCorruption, status);
  EXPECT_THAT(status.message(), HasSubstr("/db/wal.1: the log is damaged at 1072"));
}

TEST_F(WriteAheadLogTest, AFlippedBitBeforeTheLastCheckpointIsFound) {
  AppendDurable("one");
  Checkpoint();
  log_.reset();
  // In the record of the checkpoint, the last there is.
  ASSERT_OK(env_.CorruptByte("/db/wal.1", LogSegments::kHeaderBytes + 40 + 33, 1));
  EXPECT_CODE(Code::kCorruption, TryOpen());
}

TEST_F(WriteAheadLogTest, DamagedHeadersAreFound) {
  AppendDurable("one");
  log_.reset();
  ASSERT_OK(env_.CorruptByte("/db/wal.1", 30, 1));
  EXPECT_CODE(Code::kCorruption, TryOpen());
  ASSERT_OK(env_.CorruptByte("/db/wal.1", 30, 1));
  ASSERT_OK(env_.CorruptByte("/db/wal.control", 30, 1));
  EXPECT_CODE(Code::kCorruption, TryOpen());
}

TEST_F(WriteAheadLogTest, ASegmentThatIsCutOffIsFound) {
  AppendDurable("one");
  const uint64_t bytes = FileBytes("wal.1");
  log_.reset();
  ASSERT_OK_AND_ASSIGN(const auto file, env_.Open("/db/wal.1", common::OpenMode::kReadWrite));
  ASSERT_OK(file->Truncate(bytes - 1));
  const Status status = TryOpen();
  EXPECT_CODE(Code::kCorruption, status);
  EXPECT_THAT(status.message(), HasSubstr("/db/wal.1: the log segment is cut off"));
}

// The power may go when the header is written and the file has not its length yet.
TEST_F(WriteAheadLogTest, ASegmentWhoseMakingWasCutOffIsMadeAgain) {
  AppendDurable("one");
  const std::string whole = env_.ReadAll("/db/wal.1").value();
  log_.reset();
  const size_t header = 512;
  ASSERT_OK_AND_ASSIGN(const auto file, env_.Open("/db/wal.1", common::OpenMode::kReadWrite));
  ASSERT_OK(file->Truncate(header));
  ASSERT_OK(file->Truncate(whole.size() - header));
  Open();
  AppendDurable("again");
  EXPECT_EQ(FileBytes("wal.1"), whole.size());
  common::CheckReport report;
  log_->Check(&report);
  EXPECT_OK(report.First());
}

TEST_F(WriteAheadLogTest, OneDamagedStateOfTheControlFileIsNoHarm) {
  AppendDurable("one");
  Checkpoint();
  AppendDurable("two");
  log_.reset();
  ASSERT_OK(env_.CorruptByte("/db/wal.control", 30, 1));  // the older one
  Open();
  EXPECT_THAT(Groups(), ElementsAre("checkpoint", "two"));
}

TEST_F(WriteAheadLogTest, MissingFilesAreFound) {
  const std::string group(100000, 'x');
  for (int i = 0; i < 20; ++i) {
    AppendDurable(group);
  }
  log_.reset();
  ASSERT_TRUE(Exists("wal.3"));
  ASSERT_OK(env_.RemoveFile("/db/wal.2"));
  const Status status = TryOpen();
  EXPECT_CODE(Code::kCorruption, status);
  EXPECT_THAT(status.message(), HasSubstr("is missing"));
  ASSERT_OK(env_.RemoveFile("/db/wal.control"));
  EXPECT_THAT(TryOpen().message(), HasSubstr("/db/wal.control: is missing"));
}

TEST_F(WriteAheadLogTest, TheLogOfAnotherDatabaseIsRefused) {
  AppendDurable("one");
  log_.reset();
  EXPECT_CODE(Code::kCorruption, WriteAheadLog::Open(env_, "/db", kDatabase + 1));
}

TEST_F(WriteAheadLogTest, APageNewerThanTheLogIsRefused) {
  const uint64_t sequence = Append("one");
  EXPECT_OK(log_->Accept(sequence));
  EXPECT_CODE(Code::kCorruption, log_->Accept(log_->end()));
}

TEST_F(WriteAheadLogTest, AWriteThatFailedIsTriedAgain) {
  AppendDurable("one");
  const uint64_t two = Append("two");
  env_.SetFaults({.fail_at = 0, .operations = common::FaultPlan::kWrite});
  EXPECT_CODE(Code::kIoError, log_->MakeDurable(two));
  env_.SetFaults({});
  EXPECT_OK(log_->MakeDurable(two));
  CrashAndOpen(seed_);
  EXPECT_THAT(Groups(), ElementsAre("one", "two"));
}

TEST_F(WriteAheadLogTest, AGroupThatCouldNotBeWrittenIsTakenBack) {
  AppendDurable("one");
  const uint64_t two = Append("two");
  env_.SetFaults({.fail_at = 0, .operations = common::FaultPlan::kWrite});
  EXPECT_CODE(Code::kIoError, log_->MakeDurable(two));
  env_.SetFaults({});
  EXPECT_TRUE(log_->Retract(two));
  EXPECT_FALSE(log_->Retract(two));
  EXPECT_EQ(AppendDurable("three"), two);
  EXPECT_FALSE(log_->Retract(two));
  CrashAndOpen(seed_);
  EXPECT_THAT(Groups(), ElementsAre("one", "three"));
}

TEST_F(WriteAheadLogTest, ASyncThatFailedIsNot) {
  const uint64_t one = AppendDurable("one");
  const uint64_t two = Append("two");
  env_.SetFaults({.fail_at = 0, .operations = common::FaultPlan::kSync});
  EXPECT_CODE(Code::kIoError, log_->MakeDurable(two));
  env_.SetFaults({});
  EXPECT_CODE(Code::kIoError, log_->MakeDurable(two));
  EXPECT_OK(log_->MakeDurable(one));
  EXPECT_THAT(log_->failure().message(), HasSubstr("cannot be written any more"));
}

TEST_F(WriteAheadLogTest, AnAlarmSaysThatTheLogIsLong) {
  int alarms = 0;
  log_->SetAlarm(1000, [&alarms] { ++alarms; });
  for (int i = 0; i < 10; ++i) {
    Append(std::string(300, 'x'));
  }
  EXPECT_EQ(alarms, 1);
  Checkpoint();
  for (int i = 0; i < 10; ++i) {
    Append(std::string(300, 'x'));
  }
  EXPECT_EQ(alarms, 2);
}

// Pages in place are torn; their copies are whole, and of the last state.
TEST_F(WriteAheadLogTest, KeepsCopiesOfPagesBeingWritten) {
  std::vector<std::byte> page(4096);
  int syncs = 0;
  const auto sync_written = [&syncs]() -> Status {
    ++syncs;
    return {};
  };
  const auto write = [&](uint32_t number, uint64_t made_since) {
    PageHeader header{};
    header.page_num = PageNum{number};
    header.file_id = FileId{7};
    WritePageHeader(page, header);
    StoreAs(page.data(), common::Crc32c(std::span(page).subspan(4)));
    ASSERT_OK(
        log_->BeginPageWrite({FileId{7}, PageNum{number}, 4096, page, made_since}, sync_written));
    log_->EndPageWrite();
  };
  const auto copied = [&] {
    std::vector<uint32_t> pages;
    EXPECT_OK(log_->ForEachPageCopy([&](FileId, PageNum number, PageView) -> Status {
      pages.push_back(static_cast<uint32_t>(number));
      return {};
    }));
    return pages;
  };
  write(1, 0);
  write(2, 0);
  write(3, log_->end());  // redo makes it anew
  CrashAndOpen(seed_);
  EXPECT_THAT(copied(), ElementsAre(1, 2));
  for (uint32_t i = 0; i < 3000; ++i) {
    write(100 + i, 0);
  }
  EXPECT_EQ(syncs, 1);
  log_->BeginCheckpoint();
  write(5, log_->end() - 1);
  CrashAndOpen(seed_);
  EXPECT_EQ(copied().back(), 5);
  ASSERT_OK(log_->ForgetPageCopies());
  EXPECT_THAT(copied(), IsEmpty());
}

// Redo of what happened to a page before it was given back needs what was there then: only
// a page by which the file has become longer needs no copy.
TEST_F(WriteAheadLogTest, APageThatIsUsedAgainIsCopied) {
  NullLog none;
  BufferPool pool(env_, none, SmallPool());
  ASSERT_OK_AND_ASSIGN(auto file,
                       PageFile::Create(pool, "/db/7.1", {FileId{7}, kDatabase, log_.get()}, 4096));
  const auto allocate = [&] {
    MiniTransaction change(pool);
    ASSERT_OK(change.Allocate(*file, kTestKind));
    change.Commit();
  };
  const auto copies = [&] {
    std::vector<uint32_t> pages;
    EXPECT_OK(file->Flush());
    EXPECT_OK(log_->ForEachPageCopy([&](FileId, PageNum number, PageView) -> Status {
      pages.push_back(static_cast<uint32_t>(number));
      return {};
    }));
    EXPECT_OK(log_->ForgetPageCopies());
    return pages;
  };
  allocate();
  EXPECT_THAT(copies(), ElementsAre(0, 1));  // together with the file header
  allocate();
  EXPECT_THAT(copies(), ElementsAre(0));
  {
    MiniTransaction change(pool);
    ASSERT_OK_AND_ASSIGN(const PageRef page, change.Write(*file, PageNum{2}));
    ASSERT_OK(change.Free(page));
    change.Commit();
  }
  ASSERT_OK(file->Close());
  ASSERT_OK(log_->ForgetPageCopies());
  ASSERT_OK_AND_ASSIGN(file, PageFile::Open(pool, "/db/7.1", {FileId{7}, kDatabase, log_.get()}));
  allocate();
  EXPECT_THAT(copies(), ::testing::UnorderedElementsAre(0, 2));
  ASSERT_OK(file->Close());
}

TEST_F(WriteAheadLogTest, SeveralThreadsAppendAndWaitTogether) {
  constexpr int kThreads = 4;
  constexpr int kGroups = 200;
  std::vector<std::unique_ptr<common::Thread>> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.push_back(env_.StartThread("appender", [this, t] {
      for (int i = 0; i < kGroups; ++i) {
        AppendDurable(std::to_string(t) + " " + std::to_string(i));
      }
    }));
  }
  threads.clear();
  CrashAndOpen(seed_);
  EXPECT_EQ(Groups().size(), kThreads * kGroups);
}

}  // namespace
}  // namespace redbase::pf
