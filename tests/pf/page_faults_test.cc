#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>

#include "tests/pf/page_fixture.h"
#include "tests/pf/page_program.h"

namespace redbase::pf {
namespace {

using common::Fault;
using common::FaultPlan;

class PageFaultsTest : public PageTest {
 protected:
  // Runs a program with one operation on files failing, and says whether one
  // did.  Every outcome is success or a clear error; nothing is lost.
  bool RunWithFault(FaultPlan plan) {
    SCOPED_TRACE("operation " + std::to_string(*plan.fail_at) + " fails, seed " +
                 std::to_string(seed_));
    Start(1, 4096, {size_t{12} * 4096, false});
    PageProgram program(seed_);
    env_.SetFaults(plan);
    for (int i = 0; i < 60; ++i) {
      Tolerate(program.Change(*file_));
      Tolerate(program.ReadOne(*file_));
      Tolerate(i % 20 == 0 ? file_->Flush() : Status());
      EXPECT_EQ(pool_->PinnedPages(), 0);
    }
    const bool failed = env_.faults() > 0;
    env_.SetFaults({});
    EXPECT_OK(program.ReadAll(*file_));
    EXPECT_OK(file_->Validate());
    CloseAndCheck(&program);
    EXPECT_OK(env_.RemoveFile(kPath));
    return failed;
  }
  void Tolerate(const Status& status) {
    if (!status.ok()) {
      EXPECT_TRUE(status.code() == Code::kIoError || status.code() == Code::kCorruption)
          << status.message();
      EXPECT_NE(status.message().find(kPath), std::string::npos) << status.message();
    }
  }
  void CloseAndCheck(PageProgram* program) {
    const Status closed = file_->Close();
    if (!closed.ok()) {
      Tolerate(closed);  // a sync has failed
      file_.reset();
      return;
    }
    auto opened = PageFile::Open(*pool_, kPath, kIdentity);
    ASSERT_OK(opened);
    file_ = std::move(opened).value();
    EXPECT_OK(program->ReadAll(*file_));
    file_.reset();
  }
  void FailEach(uint32_t operations, Fault fault) {
    bool failed = true;
    for (uint64_t n = 0; failed && !HasFailure(); n += n < 50 ? 1 : 17) {
      failed = RunWithFault({.fail_at = n, .operations = operations, .fault = fault});
    }
  }

  const uint64_t seed_ = std::random_device()();
};

TEST_F(PageFaultsTest, EveryReadMayFail) { FailEach(FaultPlan::kRead, Fault::kIoError); }

TEST_F(PageFaultsTest, EveryReadMayBeShort) { FailEach(FaultPlan::kRead, Fault::kShortRead); }

TEST_F(PageFaultsTest, EveryWriteMayFail) { FailEach(FaultPlan::kWrite, Fault::kIoError); }

TEST_F(PageFaultsTest, EverySyncMayFail) { FailEach(FaultPlan::kSync, Fault::kIoError); }

TEST_F(PageFaultsTest, OpenReportsEveryFault) {
  Start(3);
  ASSERT_OK(file_->Close());
  file_.reset();
  for (uint64_t n = 0;; ++n) {
    env_.SetFaults({.fail_at = n});
    auto opened = PageFile::Open(*pool_, kPath, kIdentity);
    if (env_.faults() == 0) {
      EXPECT_OK(opened);
      break;
    }
    EXPECT_CODE(Code::kIoError, opened);
  }
}

TEST_F(PageFaultsTest, AFailedReadLeavesNoFrame) {
  Start(20);
  ASSERT_OK(file_->Flush());
  for (Access access : {Access::kRandom, Access::kScan}) {
    ASSERT_OK(pool_->Clear());
    env_.SetFaults({.fail_at = 0, .operations = FaultPlan::kRead, .for_ever = true});
    EXPECT_EQ(Text(3, access), "reading page 3: /db/7.1: Input/output error");
    EXPECT_TRUE(pool_->Frames().empty());
    env_.SetFaults({});
    EXPECT_EQ(Text(3, access), "3");
  }
}

TEST_F(PageFaultsTest, AFullDiskIsReportedAndNothingIsLost) {
  Start(20);
  ASSERT_OK(file_->Flush());
  env_.SetDiskSize(Disk().size() + 10000);
  Status full;
  uint32_t pages = 20;
  while (full.ok()) {
    full = Add(std::to_string(pages)).status();
    pages += full.ok() ? 1 : 0;
  }
  EXPECT_CODE(Code::kIoError, full);
  EXPECT_NE(full.message().find("/db/7.1: No space left on device"), std::string::npos)
      << full.message();
  EXPECT_CODE(Code::kIoError, file_->Flush());
  env_.SetDiskSize(uint64_t{1} << 40);
  Reopen();
  ExpectTexts(1, pages);
}

TEST_F(PageFaultsTest, AnEvictionThatCannotWriteLeavesThePageInMemory) {
  Start(40);
  env_.SetFaults({.fail_at = 0, .operations = FaultPlan::kWrite, .for_ever = true});
  EXPECT_CODE(Code::kIoError, Add("no room"));
  EXPECT_CODE(Code::kIoError, Add("no room"));
  ExpectTexts(1, 40);
  env_.SetFaults({});
  EXPECT_EQ(*Add("40"), PageNum{40});
  Reopen();
  ExpectTexts(1, 41);
}

}  // namespace
}  // namespace redbase::pf
