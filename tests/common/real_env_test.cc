#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/env.h"
#include "common/random.h"
#include "tests/support/expect_status.h"

namespace redbase::common {
namespace {

class RealEnvTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/real_env_test_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    auto entries = env_.List(folder_);
    ASSERT_OK(entries);
    for (const DirEntry& entry : *entries) {
      EXPECT_OK(entry.is_directory ? env_.RemoveDirectory(In(entry.name))
                                   : env_.RemoveFile(In(entry.name)));
    }
    EXPECT_OK(env_.RemoveDirectory(folder_));
  }
  std::string In(const std::string& name) const { return folder_ + "/" + name; }
  std::unique_ptr<File> Make(const std::string& name, std::string_view bytes) {
    auto file = env_.Open(In(name), OpenMode::kCreate);
    EXPECT_OK(file);
    EXPECT_OK((*file)->Write(0, AsBytes(bytes)));
    return std::move(file).value();
  }
  static std::string ReadAt(File& file, uint64_t offset, size_t size) {
    std::string out(size, '?');
    EXPECT_OK(file.Read(offset, std::as_writable_bytes(std::span(out))));
    return out;
  }

  Env& env_ = RealEnv();
  std::string folder_;
};

TEST_F(RealEnvTest, ReadsWhatWasWritten) {
  const auto file = Make("a", "hello world");
  EXPECT_OK(file->Write(6, AsBytes("there")));
  EXPECT_OK(file->Sync());
  EXPECT_EQ(ReadAt(*file, 0, 11), "hello there");
  EXPECT_EQ(file->Size().value(), 11U);
  EXPECT_EQ(env_.ReadAll(In("a")).value(), "hello there");
}

TEST_F(RealEnvTest, WritingBehindTheEndGrowsTheFileWithZeros) {
  const auto file = Make("a", "x");
  EXPECT_OK(file->Write(3, AsBytes("y")));
  EXPECT_EQ(ReadAt(*file, 0, 4), std::string("x\0\0y", 4));
}

TEST_F(RealEnvTest, ShortReadsNameFileAndBytes) {
  const auto file = Make("a", "hello");
  std::array<std::byte, 8> out{};
  EXPECT_EQ(file->Read(2, out).message(), In("a") + ": short read, 3 of 8 bytes");
  EXPECT_CODE(Code::kIoError, file->Read(100, out));
  EXPECT_EQ(file->ReadSome(2, out).value(), 3U);
  EXPECT_EQ(file->ReadSome(100, out).value(), 0U);
}

TEST_F(RealEnvTest, ScatteredReadsFillManyBuffers) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    bytes += static_cast<char>('a' + i % 26);
  }
  const auto file = Make("a", bytes);
  std::string out(200, '?');
  std::vector<std::span<std::byte>> buffers;
  for (size_t i = 0; i < out.size(); i += 2) {
    buffers.push_back(std::as_writable_bytes(std::span(out)).subspan(i, 2));
    buffers.emplace_back();
  }
  EXPECT_OK(file->ReadScattered(50, buffers));
  EXPECT_EQ(out, bytes.substr(50, 200));
  EXPECT_EQ(file->ReadScattered(150, buffers).message(),
            In("a") + ": short read, 150 of 200 bytes");
}

TEST_F(RealEnvTest, TruncateCutsAndGrows) {
  const auto file = Make("a", "hello");
  EXPECT_OK(file->Truncate(2));
  EXPECT_OK(file->Truncate(4));
  EXPECT_EQ(ReadAt(*file, 0, 4), std::string("he\0\0", 4));
}

TEST_F(RealEnvTest, OpenModesSayWhatTheyNeed) {
  EXPECT_CODE(Code::kNotFound, env_.Open(In("a"), OpenMode::kRead));
  EXPECT_CODE(Code::kNotFound, env_.Open(In("a"), OpenMode::kReadWrite));
  EXPECT_OK(env_.Open(In("a"), OpenMode::kAppend));
  EXPECT_CODE(Code::kAlreadyExists, env_.Open(In("a"), OpenMode::kCreate));
  EXPECT_CODE(Code::kIoError, env_.Open(folder_, OpenMode::kRead));
  EXPECT_EQ(env_.Open(In("b/c"), OpenMode::kRead).status().message(),
            In("b/c") + ": No such file or directory");
}

TEST_F(RealEnvTest, FilesAreNeverMadeThroughALink) {
  ASSERT_EQ(symlink(In("target").c_str(), In("link").c_str()), 0);
  EXPECT_CODE(Code::kAlreadyExists, env_.Open(In("link"), OpenMode::kCreate));
  EXPECT_CODE(Code::kIoError, env_.Open(In("link"), OpenMode::kAppend));
  EXPECT_CODE(Code::kIoError, env_.Lock(In("link")));
  EXPECT_FALSE(env_.Exists(In("target")));
}

TEST_F(RealEnvTest, ATemporaryFileHasNoName) {
  const auto file = env_.OpenTemporary(folder_);
  ASSERT_OK(file);
  ASSERT_OK((*file)->Write(5, AsBytes("text")));
  EXPECT_EQ(ReadAt(**file, 5, 4), "text");
  EXPECT_EQ(env_.List(folder_)->size(), 0U);
  EXPECT_EQ(env_.OpenTemporary(In("none")).status().code(), Code::kNotFound);
}

TEST_F(RealEnvTest, ListSortsAndTellsLinksFromWhatTheyPointTo) {
  Make("b", "x");
  EXPECT_OK(env_.CreateDirectory(In("c")));
  ASSERT_EQ(symlink(In("c").c_str(), In("a").c_str()), 0);
  auto entries = env_.List(folder_);
  ASSERT_OK(entries);
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ((*entries)[0].name, "a");
  EXPECT_FALSE((*entries)[0].is_directory || (*entries)[0].is_regular);
  EXPECT_TRUE((*entries)[1].is_regular);
  EXPECT_TRUE((*entries)[2].is_directory);
}

TEST_F(RealEnvTest, DirectoriesAreMadeRemovedAndRenamed) {
  EXPECT_OK(env_.CreateDirectory(In("d")));
  EXPECT_CODE(Code::kAlreadyExists, env_.CreateDirectory(In("d")));
  EXPECT_OK(env_.Open(In("d/x"), OpenMode::kCreate));
  EXPECT_CODE(Code::kIoError, env_.RemoveDirectory(In("d")));
  EXPECT_OK(env_.Rename(In("d"), In("e")));
  EXPECT_FALSE(env_.Exists(In("d")));
  EXPECT_OK(env_.SyncDirectory(In("e")));
  EXPECT_OK(env_.RemoveFile(In("e/x")));
  EXPECT_CODE(Code::kNotFound, env_.RemoveFile(In("e/x")));
  EXPECT_TRUE(env_.Stat(In("e")).value().is_directory);
}

TEST_F(RealEnvTest, ALockKeepsOthersOutAndNamesItsProcess) {
  {
    auto lock = env_.Lock(In("lock"));
    ASSERT_OK(lock);
    const auto second = env_.Lock(In("lock"));
    EXPECT_CODE(Code::kUnavailable, second);
    EXPECT_EQ(second.status().message(),
              In("lock") + ": locked by process " + std::to_string(getpid()));
  }
  EXPECT_OK(env_.Lock(In("lock")));
}

TEST_F(RealEnvTest, AReadOnlyFileCannotBeWritten) {
  Make("a", "x");
  auto file = env_.Open(In("a"), OpenMode::kRead);
  ASSERT_OK(file);
  EXPECT_CODE(Code::kIoError, (*file)->Write(0, AsBytes("y")));
  EXPECT_EQ(env_.ReadAll(In("a")).value(), "x");
}

TEST_F(RealEnvTest, ReadAllTakesAFolderForAnError) {
  EXPECT_EQ(env_.ReadAll(folder_).status().message(), folder_ + ": Is a directory");
}

TEST_F(RealEnvTest, ClocksGoOnAndSeedsDiffer) {
  const int64_t before = env_.MonotonicMicros();
  env_.SleepMicros(1000);
  EXPECT_GE(env_.MonotonicMicros(), before + 1000);
  EXPECT_GT(env_.WallMicros(), 1'600'000'000'000'000);
  EXPECT_NE(env_.RandomSeed(), env_.RandomSeed());
  EXPECT_GE(env_.ProcessorCount(), 1U);
}

TEST_F(RealEnvTest, DestroyingAThreadWaitsForIt) {
  bool done = false;
  env_.StartThread("a thread with a name longer than the kernel's limit", [&done] { done = true; });
  EXPECT_TRUE(done);
}

// As few as this many open files for the process, while it lives.
class FewOpenFiles {
 public:
  explicit FewOpenFiles(rlim_t count) {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    Set(count);
  }
  ~FewOpenFiles() { Set(before_.rlim_cur); }
  FewOpenFiles(const FewOpenFiles&) = delete;
  FewOpenFiles& operator=(const FewOpenFiles&) = delete;

 private:
  void Set(rlim_t count) const {
    rlimit limit = before_;
    limit.rlim_cur = count;
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
  rlimit before_{};
};

class ManyFilesTest : public RealEnvTest {
 protected:
  static constexpr size_t kFiles = 200;
  static constexpr rlim_t kOpen = 40;

  void OpenAll() {
    for (size_t i = 0; i < kFiles; ++i) {
      auto file = env_.OpenOneOfMany(In(std::to_string(i)), OpenMode::kCreate);
      ASSERT_OK(file);
      ASSERT_OK((*file)->Write(0, AsBytes(TextOf(i, 0))));
      files_.push_back(*std::move(file));
    }
  }
  static std::string TextOf(size_t file, size_t version) {
    const std::string text = std::to_string(file) + "." + std::to_string(version);
    return text + std::string(20 - text.size(), ' ');
  }

  const FewOpenFiles few_{kOpen};
  std::vector<std::unique_ptr<File>> files_;
};

TEST_F(ManyFilesTest, MoreThanMayBeOpenAreUsed) {
  OpenAll();
  Random random(1);
  std::vector<size_t> versions(kFiles);
  for (int i = 0; i < 3000; ++i) {
    const size_t n = random.Below(kFiles);
    ASSERT_EQ(ReadAt(*files_[n], 0, 20), TextOf(n, versions[n]));
    if (random.OneIn(3)) {
      ASSERT_OK(files_[n]->Write(0, AsBytes(TextOf(n, ++versions[n]))));
    } else if (random.OneIn(10)) {
      ASSERT_OK(files_[n]->Sync());
    } else if (random.OneIn(50)) {
      files_[n].reset();
      auto again = env_.OpenOneOfMany(In(std::to_string(n)), OpenMode::kReadWrite);
      ASSERT_OK(again);
      files_[n] = *std::move(again);
    }
  }
  EXPECT_EQ(files_[7]->Size().value(), 20U);
  // There is room for others.
  EXPECT_EQ(env_.ReadAll(In("8")).value(), TextOf(8, versions[8]));
  EXPECT_EQ(env_.List(folder_)->size(), kFiles);
}

TEST_F(ManyFilesTest, ThreadsUseThemAtOnce) {
  OpenAll();
  std::vector<std::unique_ptr<Thread>> threads;
  for (size_t t = 0; t < 3; ++t) {
    threads.push_back(env_.StartThread("user", [this, t] {
      Random random(t);
      for (int i = 0; i < 1500; ++i) {
        const size_t n = random.Below(kFiles);
        EXPECT_EQ(ReadAt(*files_[n], 0, 20), TextOf(n, 0));
        // One's own part of the file.
        const std::string mine = std::to_string(t);
        EXPECT_OK(files_[n]->Write(20 + t, AsBytes(mine)));
        EXPECT_EQ(ReadAt(*files_[n], 20 + t, 1), mine);
        if (random.OneIn(20)) {
          EXPECT_OK(files_[n]->Sync());
        }
      }
    }));
  }
  for (const auto& thread : threads) {
    thread->Join();
  }
}

TEST_F(ManyFilesTest, AFileThatWasReplacedIsNotTaken) {
  OpenAll();  // the first is closed by now
  EXPECT_OK(env_.Rename(In("1"), In("0")));
  const Status status = files_[0]->Write(0, AsBytes("x"));
  EXPECT_CODE(Code::kIoError, status);
  EXPECT_EQ(status.message(), In("0") + ": another file has taken its place");
  const Status gone = files_[1]->Write(0, AsBytes("x"));
  EXPECT_CODE(Code::kIoError, gone);
  EXPECT_EQ(gone.message(), In("1") + ": No such file or directory");
  // All that was written is synced.
  EXPECT_OK(files_[0]->Sync());
  EXPECT_OK(files_[1]->Sync());
}

TEST_F(ManyFilesTest, TheWorkingDirectoryDoesNotMatter) {
  const std::string before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  auto file = env_.OpenOneOfMany("relative", OpenMode::kCreate);
  std::filesystem::current_path(before);
  ASSERT_OK(file);
  ASSERT_OK((*file)->Write(0, AsBytes("there")));
  OpenAll();
  EXPECT_EQ(ReadAt(**file, 0, 5), "there");
}

TEST_F(ManyFilesTest, OthersGiveWayAndThenItIsAnError) {
  OpenAll();
  std::vector<std::unique_ptr<File>> fixed;
  Status status;
  while (status.ok()) {
    auto file = env_.Open(In("3"), OpenMode::kRead);
    status = file.status();
    if (file.ok()) {
      fixed.push_back(*std::move(file));
    }
    ASSERT_LT(fixed.size(), kOpen);
  }
  EXPECT_GT(fixed.size(), kOpen / 2);
  EXPECT_EQ(status.message(), In("3") + ": Too many open files");
  // Some are left for them.
  EXPECT_OK(files_[0]->Write(0, AsBytes("x")));
  EXPECT_OK(files_[1]->Write(0, AsBytes("x")));
}

}  // namespace
}  // namespace redbase::common
