#include "pf/file_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/pf/page_fixture.h"

namespace redbase::pf {
namespace {

using ::testing::HasSubstr;

// Does something while somebody waits.
class WaitingEnv : public common::SimEnv {
 public:
  void SleepMicros(int64_t micros) override {
    ++waits;
    if (on_wait) {
      on_wait();
    }
    SimEnv::SleepMicros(micros);
  }
  int waits = 0;
  std::function<void()> on_wait;
};

class FileCopyTest : public PageTest {
 protected:
  static constexpr const char* kFrom = "/from";
  static constexpr const char* kTo = "/to";

  void StartOnDisk(uint32_t pages) {
    Start(pages);
    ASSERT_OK(file_->Close());
    file_.reset();
    Put(Disk());
  }
  void Put(std::string_view bytes) {
    ASSERT_OK_AND_ASSIGN(const auto file, copied_.Open(kFrom, common::OpenMode::kAppend));
    ASSERT_OK(file->Truncate(0));
    ASSERT_OK(file->Write(0, AsBytes(bytes)));
  }
  Status Copy(const common::CancelToken* cancel = nullptr) {
    if (copied_.Exists(kTo)) {
      EXPECT_OK(copied_.RemoveFile(kTo));
    }
    return CopyPageFile(copied_, kFrom, kTo, kIdentity.file_id, cancel);
  }

  WaitingEnv copied_;
};

TEST_F(FileCopyTest, IsTheSameBytes) {
  StartOnDisk(600);  // more than one piece
  ASSERT_OK(Copy());
  EXPECT_EQ(*copied_.ReadAll(kTo), *copied_.ReadAll(kFrom));
  EXPECT_EQ(copied_.waits, 0);
}

TEST_F(FileCopyTest, APageThatIsBeingWrittenIsReadAgain) {
  StartOnDisk(5);
  const std::string whole = *copied_.ReadAll(kFrom);
  for (const uint64_t offset : {uint64_t{100}, uint64_t{3 * 4096 + 2000}}) {
    ASSERT_OK(copied_.CorruptByte(kFrom, offset, 1));
    copied_.on_wait = [&] {
      if (copied_.waits == 3) {
        ASSERT_OK(copied_.CorruptByte(kFrom, offset, 1));
      }
    };
    copied_.waits = 0;
    ASSERT_OK(Copy());
    EXPECT_EQ(copied_.waits, 3);
    EXPECT_EQ(*copied_.ReadAll(kTo), whole);
  }
}

TEST_F(FileCopyTest, DamageIsNotCopied) {
  StartOnDisk(5);
  ASSERT_OK(copied_.CorruptByte(kFrom, 3 * 4096 + 2000, 1));
  const Status copied = Copy();
  EXPECT_EQ(copied.code(), Code::kCorruption);
  EXPECT_THAT(copied.message(), HasSubstr("/from: page 3: checksum mismatch"));
  ASSERT_OK(copied_.CorruptByte(kFrom, 3 * 4096 + 2000, 1));
  ASSERT_OK(copied_.CorruptByte(kFrom, 33, 1));  // of what says that it is a page file
  EXPECT_EQ(Copy().code(), Code::kCorruption);
}

TEST_F(FileCopyTest, PagesThatWereNotWrittenYetStayZero) {
  StartOnDisk(5);
  std::string bytes = *copied_.ReadAll(kFrom);
  bytes.replace(2 * 4096, 4096, std::string(4096, '\0'));
  bytes.resize(bytes.size() - 1000);  // the last one is being written
  Put(bytes);
  ASSERT_OK(Copy());
  EXPECT_EQ(*copied_.ReadAll(kTo), bytes.substr(0, 4 * 4096));
}

TEST_F(FileCopyTest, OfAFileWithoutAFirstPageNothingCounts) {
  StartOnDisk(3);
  for (const std::string& bytes : {std::string(), std::string(4096, '\0')}) {
    Put(bytes);
    ASSERT_OK(Copy());
    EXPECT_EQ(*copied_.ReadAll(kTo), "");
  }
}

TEST_F(FileCopyTest, EndsWhenCancelledOrNotThere) {
  StartOnDisk(3);
  common::CancelToken cancel;
  cancel.Cancel();
  EXPECT_EQ(Copy(&cancel).code(), Code::kCancelled);
  ASSERT_OK(copied_.RemoveFile(kFrom));
  EXPECT_EQ(Copy().code(), Code::kNotFound);
}

}  // namespace
}  // namespace redbase::pf
