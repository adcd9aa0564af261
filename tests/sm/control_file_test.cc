#include "sm/control_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "common/sim_env.h"
#include "tests/support/expect_status.h"

namespace redbase::sm {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr DatabaseOptions kOptions = {0x0102030405060708, 65536, 8192, 4, 0};

class ControlFileTest : public ::testing::Test {
 protected:
  ControlFileTest() {
    EXPECT_OK(env_.CreateDirectory("/db"));
    EXPECT_OK(WriteControlFile(env_, "/db", kOptions));
  }

  std::string Bytes() { return env_.ReadAll(path_).value(); }
  void Replace(const std::string& bytes) {
    EXPECT_OK(env_.RemoveFile(path_));
    ASSERT_OK_AND_ASSIGN(auto file, env_.Open(path_, common::OpenMode::kCreate));
    EXPECT_OK(file->Write(0, AsBytes(bytes)));
  }
  // The bytes with a right checksum, whatever they say.
  static std::string Signed(std::string bytes) {
    const uint32_t crc = common::Crc32c(AsBytes(bytes.substr(0, 60)));
    std::memcpy(bytes.data() + 60, &crc, sizeof(crc));
    return bytes;
  }
  void ExpectDamaged(const std::string& what) {
    const auto read = ReadControlFile(env_, "/db");
    EXPECT_CODE(Code::kCorruption, read);
    EXPECT_THAT(read.status().message(), AllOf(HasSubstr(path_), HasSubstr(what)));
  }

  common::SimEnv env_;
  const std::string path_ = "/db/redbase.control";
};

TEST_F(ControlFileTest, WhatIsWrittenIsRead) {
  ASSERT_OK_AND_ASSIGN(const DatabaseOptions read, ReadControlFile(env_, "/db"));
  EXPECT_EQ(read, kOptions);
}

// The bytes are a promise to databases already on disk.  When this test fails,
// the format changed: raise its version, and say so in docs/SM.md.
TEST_F(ControlFileTest, BytesOnDisk) {
  const std::array<uint8_t, 32> want = {'R', 'B', 'D', 'B', 2, 0,    0, 0, 8, 7, 6, 5, 4, 3, 2, 1,
                                        0,   0,   1,   0,   0, 0x20, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0};
  const std::string bytes = Bytes();
  ASSERT_EQ(bytes.size(), 64U);
  EXPECT_EQ(std::memcmp(bytes.data(), want.data(), want.size()), 0);
  EXPECT_EQ(bytes.substr(32, 28), std::string(28, '\0'));
  EXPECT_EQ(bytes, Signed(bytes));
}

TEST_F(ControlFileTest, NoDatabaseThere) {
  EXPECT_CODE(Code::kNotFound, ReadControlFile(env_, "/other"));
  EXPECT_CODE(Code::kNotFound, ReadControlFile(env_, "/db/redbase.control"));
}

TEST_F(ControlFileTest, EveryFlippedByteIsNoticed) {
  for (uint64_t offset = 0; offset < 64; ++offset) {
    ASSERT_OK(env_.CorruptByte(path_, offset, 0x10));
    EXPECT_CODE(Code::kCorruption, ReadControlFile(env_, "/db")) << offset;
    ASSERT_OK(env_.CorruptByte(path_, offset, 0x10));
  }
}

TEST_F(ControlFileTest, WrongLengthIsNoticed) {
  const std::string bytes = Bytes();
  for (const std::string& other : {bytes.substr(0, 63), bytes + "x"}) {
    Replace(other);
    ExpectDamaged("not 64 bytes long");
  }
  Replace("");
  ExpectDamaged("not the control file of a database");
}

TEST_F(ControlFileTest, NewerFormatIsNamedWhateverItsLength) {
  std::string bytes = Bytes() + "more";
  bytes[4] = 9;
  Replace(bytes);
  ExpectDamaged("format 9 is newer");
}

TEST_F(ControlFileTest, PageSizesAreChecked) {
  std::string bytes = Bytes();
  bytes[16] = 1;
  Replace(Signed(bytes));
  ExpectDamaged("page sizes 65537");
}

TEST_F(ControlFileTest, WriteThatFailsLeavesNoFile) {
  for (uint64_t n = 0;; ++n) {
    common::SimEnv env;
    ASSERT_OK(env.CreateDirectory("/db"));
    env.SetFaults({.fail_at = n});
    const Status status = WriteControlFile(env, "/db", kOptions);
    if (env.faults() == 0) {
      EXPECT_OK(status);
      break;
    }
    EXPECT_CODE(Code::kIoError, status);
    EXPECT_FALSE(env.Exists("/db/redbase.control.new"));
  }
}

TEST_F(ControlFileTest, CreationThatWasCutOffIsNoObstacle) {
  ASSERT_OK(env_.Rename(path_, "/db/redbase.control.new"));
  ASSERT_OK(WriteControlFile(env_, "/db", kOptions));
  EXPECT_FALSE(env_.Exists("/db/redbase.control.new"));
  EXPECT_OK(ReadControlFile(env_, "/db"));
}

}  // namespace
}  // namespace redbase::sm
