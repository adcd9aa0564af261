#include "common/sim_env.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/random.h"
#include "tests/support/expect_status.h"

namespace redbase::common {
namespace {

class SimEnvTest : public ::testing::Test {
 protected:
  std::unique_ptr<File> Make(const std::string& path, std::string_view bytes = "") {
    auto file = env_.Open(path, OpenMode::kCreate);
    EXPECT_OK(file);
    EXPECT_OK((*file)->Write(0, AsBytes(bytes)));
    return std::move(file).value();
  }
  std::unique_ptr<File> Opened(const std::string& path, OpenMode mode = OpenMode::kReadWrite) {
    auto file = env_.Open(path, mode);
    EXPECT_OK(file);
    return std::move(file).value();
  }
  static std::string ReadAt(File& file, uint64_t offset, size_t size) {
    std::string out(size, '?');
    EXPECT_OK(file.Read(offset, std::as_writable_bytes(std::span(out))));
    return out;
  }
  std::string Bytes(const std::string& path) {
    auto bytes = env_.ReadAll(path);
    EXPECT_OK(bytes);
    return bytes.ok() ? *bytes : "";
  }
  // The file and its name have reached the disk.
  void MakeDurable(const std::string& path, std::string_view bytes) {
    EXPECT_OK(Make(path, bytes)->Sync());
    EXPECT_OK(env_.SyncDirectory("/"));
  }

  SimEnv env_;
};

TEST_F(SimEnvTest, FilesBehaveAsRealOnes) {
  const auto file = Make("/a", "hello");
  EXPECT_OK(file->Write(7, AsBytes("x")));
  EXPECT_EQ(ReadAt(*file, 0, 8), std::string("hello\0\0x", 8));
  EXPECT_OK(file->Truncate(2));
  EXPECT_EQ(Bytes("a"), "he");
  EXPECT_EQ(file->Size().value(), 2U);
  std::array<std::byte, 4> out{};
  EXPECT_EQ(file->Read(1, out).message(), "/a: short read, 1 of 4 bytes");
  EXPECT_EQ(file->ReadSome(9, out).value(), 0U);
}

TEST_F(SimEnvTest, ScatteredReadsFillTheirBuffers) {
  const auto file = Make("/a", "hello world");
  std::string out(8, '?');
  const auto bytes = std::as_writable_bytes(std::span(out));
  const std::vector<std::span<std::byte>> parts = {bytes.first(3), {}, bytes.subspan(3)};
  EXPECT_OK(file->ReadScattered(2, parts));
  EXPECT_EQ(out, "llo worl");
  EXPECT_EQ(file->ReadScattered(6, parts).message(), "/a: short read, 5 of 8 bytes");
}

TEST_F(SimEnvTest, OpenModesSayWhatTheyNeed) {
  EXPECT_CODE(Code::kNotFound, env_.Open("/a", OpenMode::kReadWrite));
  EXPECT_CODE(Code::kNotFound, env_.Open("/d/a", OpenMode::kCreate));
  Opened("/a", OpenMode::kAppend);
  EXPECT_CODE(Code::kAlreadyExists, env_.Open("/a", OpenMode::kCreate));
  EXPECT_CODE(Code::kNotFound, env_.Open("/a/b", OpenMode::kAppend));
  EXPECT_CODE(Code::kIoError, env_.Open("/", OpenMode::kRead));
  EXPECT_CODE(Code::kIoError, Opened("/a", OpenMode::kRead)->Write(0, AsBytes("x")));
}

TEST_F(SimEnvTest, DirectoriesAreMadeListedRenamedAndRemoved) {
  EXPECT_OK(env_.CreateDirectory("/d"));
  EXPECT_CODE(Code::kAlreadyExists, env_.CreateDirectory("d/"));
  Make("/d/x");
  EXPECT_OK(env_.CreateDirectory("/d/sub"));
  EXPECT_CODE(Code::kIoError, env_.RemoveDirectory("/d"));
  EXPECT_CODE(Code::kIoError, env_.Rename("/d", "/d/sub/d"));
  EXPECT_OK(env_.Rename("/d", "/e"));
  auto entries = env_.List("/e/sub/..");
  ASSERT_OK(entries);
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_TRUE((*entries)[0].is_directory);
  EXPECT_EQ((*entries)[1].name, "x");
  EXPECT_FALSE(env_.Exists("/d"));
}

TEST_F(SimEnvTest, AnOpenFileOutlivesItsName) {
  const auto file = Make("/a", "hello");
  EXPECT_OK(env_.RemoveFile("/a"));
  EXPECT_FALSE(env_.Exists("/a"));
  EXPECT_EQ(ReadAt(*file, 0, 5), "hello");
}

TEST_F(SimEnvTest, ATemporaryFileHasNoName) {
  const auto file = env_.OpenTemporary("/");
  ASSERT_OK(file);
  const size_t names = env_.List("/")->size();
  ASSERT_OK((*file)->Write(0, AsBytes("text")));
  EXPECT_EQ(env_.List("/")->size(), names);
  EXPECT_EQ(env_.OpenTemporary("/none").status().code(), Code::kNotFound);
  env_.Crash(1);
  EXPECT_FALSE((*file)->Size().ok());
}

TEST_F(SimEnvTest, ALockIsHeldOnce) {
  {
    const auto lock = env_.Lock("/lock");
    ASSERT_OK(lock);
    EXPECT_EQ(env_.Lock("/lock").status().message(), "/lock: locked by process 1");
  }
  EXPECT_OK(env_.Lock("/lock"));
}

TEST_F(SimEnvTest, TheNthOperationOfAKindFailsOnce) {
  const auto file = Make("/a");
  env_.SetFaults({.fail_at = 1, .operations = FaultPlan::kWrite});
  EXPECT_OK(file->Write(0, AsBytes("one")));
  EXPECT_OK(file->Sync());
  const Status failed = file->Write(0, AsBytes("two"));
  EXPECT_CODE(Code::kIoError, failed);
  EXPECT_EQ(failed.message(), "/a: Input/output error");
  EXPECT_OK(file->Write(0, AsBytes("three")));
  EXPECT_EQ(env_.matched(), 3U);
  EXPECT_EQ(env_.faults(), 1U);
}

// Replaces a file the safe way: the old or the new bytes are there at any time.
Status Replace(Env& env, std::string_view bytes) {
  {
    ASSIGN_OR_RETURN(const auto file, env.Open("/new", OpenMode::kAppend));
    RETURN_IF_ERROR(file->Truncate(0));
    RETURN_IF_ERROR(file->Write(0, AsBytes(bytes)));
    RETURN_IF_ERROR(file->Sync());
  }
  RETURN_IF_ERROR(env.Rename("/new", "/a"));
  return env.SyncDirectory("/");
}

TEST_F(SimEnvTest, ALoopOverAllFaultsMeetsEachOperationOnce) {
  MakeDurable("/a", "old");
  uint64_t runs = 0;
  for (bool failed = true; failed; ++runs) {
    env_.SetFaults({.fail_at = runs});
    failed = !Replace(env_, "new").ok();
    EXPECT_EQ(env_.faults(), failed ? 1U : 0U);
    env_.SetFaults({});
    EXPECT_TRUE(Bytes("/a") == "old" || Bytes("/a") == "new");
  }
  // Open, Truncate, Write, Sync, Rename, SyncDirectory, and the run without.
  EXPECT_EQ(runs, 7U);
}

TEST_F(SimEnvTest, ASafeReplacementSurvivesEveryCrashAfterEveryFault) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SimEnv env;
    ASSERT_OK(Replace(env, "old"));
    env.SetFaults({.fail_at = seed % 7});
    const bool done = Replace(env, "new").ok();
    env.SetFaults({});
    env.Crash(seed);
    const std::string bytes = env.ReadAll("/a").value();
    EXPECT_TRUE(bytes == "new" || (!done && bytes == "old")) << bytes << " with seed " << seed;
  }
}

TEST_F(SimEnvTest, FaultsForEverGoOn) {
  const auto file = Make("/a");
  env_.SetFaults({.fail_at = 1, .for_ever = true});
  EXPECT_OK(file->Sync());
  EXPECT_CODE(Code::kIoError, file->Sync());
  EXPECT_CODE(Code::kIoError, file->Size());
  EXPECT_CODE(Code::kIoError, env_.Stat("/a"));
  EXPECT_CODE(Code::kIoError, env_.ReadAll("/a"));
  EXPECT_CODE(Code::kIoError, env_.List("/"));
  EXPECT_CODE(Code::kIoError, env_.CreateDirectory("/d"));
}

TEST_F(SimEnvTest, ThePathFilterChoosesFiles) {
  const auto log = Make("/a.log");
  const auto data = Make("/a.data");
  env_.SetFaults({.fail_at = 0, .path_suffix = ".log", .for_ever = true});
  EXPECT_CODE(Code::kIoError, log->Write(0, AsBytes("x")));
  EXPECT_OK(data->Write(0, AsBytes("x")));
}

TEST_F(SimEnvTest, ShortReadsComeWhenPlanned) {
  const auto file = Make("/a", "12345678");
  env_.SetFaults({.fail_at = 1, .fault = Fault::kShortRead});
  EXPECT_EQ(ReadAt(*file, 0, 8), "12345678");
  EXPECT_OK(file->Sync());
  std::array<std::byte, 8> out{};
  EXPECT_EQ(file->Read(0, out).message(), "/a: short read, 4 of 8 bytes");
  EXPECT_OK(file->Read(0, out));
}

TEST_F(SimEnvTest, AFailedWriteStopsHalfWay) {
  const auto file = Make("/a", "........");
  env_.SetFaults({.fail_at = 0});
  EXPECT_CODE(Code::kIoError, file->Write(0, AsBytes("12345678")));
  EXPECT_EQ(Bytes("/a"), "1234....");
}

TEST_F(SimEnvTest, AFullDiskTakesWhatFits) {
  const auto file = Make("/a", "12345678");
  Make("/b", "12");
  env_.SetDiskSize(13);
  EXPECT_EQ(file->Write(6, AsBytes("abcdefgh")).message(), "/a: No space left on device");
  EXPECT_EQ(Bytes("/a"), "123456abcde");
  EXPECT_OK(file->Write(0, AsBytes("xx")));
  EXPECT_CODE(Code::kIoError, file->Truncate(20));
  EXPECT_OK(env_.RemoveFile("/b"));
  EXPECT_OK(file->Truncate(13));
}

TEST_F(SimEnvTest, AReadOnlyDirectoryRefusesChanges) {
  EXPECT_OK(env_.CreateDirectory("/d"));
  Make("/d/a", "x");
  env_.SetReadOnly("/d");
  EXPECT_EQ(env_.Open("/d/b", OpenMode::kCreate).status().message(), "/d/b: Permission denied");
  EXPECT_CODE(Code::kIoError, env_.Open("/d/a", OpenMode::kReadWrite));
  EXPECT_CODE(Code::kNotFound, env_.Open("/d/b", OpenMode::kReadWrite));
  EXPECT_CODE(Code::kIoError, env_.RemoveFile("/d/a"));
  EXPECT_CODE(Code::kIoError, env_.CreateDirectory("/d/e"));
  EXPECT_CODE(Code::kIoError, env_.Lock("/d/lock"));
  EXPECT_CODE(Code::kIoError, env_.Rename("/d/a", "/a"));
  EXPECT_EQ(env_.CheckWritable("/d").message(), "/d: Permission denied");
  EXPECT_OK(env_.CheckWritable("/"));
  EXPECT_EQ(Bytes("/d/a"), "x");
}

TEST_F(SimEnvTest, OperationsAreCountedByKind) {
  const auto file = Make("/a", "x");
  EXPECT_OK(file->Write(0, AsBytes("y")));
  EXPECT_OK(file->Sync());
  EXPECT_EQ(env_.CountOf(FaultPlan::kWrite), 2U);
  EXPECT_EQ(env_.CountOf(FaultPlan::kSync), 1U);
  EXPECT_EQ(env_.CountOf(FaultPlan::kWrite | FaultPlan::kOpen), 3U);
}

TEST_F(SimEnvTest, CorruptByteTurnsBitsUncounted) {
  const auto file = Make("/a", "abc");
  const uint64_t before = env_.CountOf(~0U);
  EXPECT_OK(env_.CorruptByte("/a", 1, 0x01));
  EXPECT_CODE(Code::kIoError, env_.CorruptByte("/a", 3, 0x01));
  EXPECT_CODE(Code::kNotFound, env_.CorruptByte("/b", 0, 0x01));
  EXPECT_EQ(env_.CountOf(~0U), before);
  EXPECT_EQ(Bytes("/a"), "acc");
}

TEST_F(SimEnvTest, TheClockMovesOnlyWhenTold) {
  const int64_t start = env_.MonotonicMicros();
  const int64_t wall = env_.WallMicros();
  EXPECT_EQ(env_.MonotonicMicros(), start);
  env_.SleepMicros(5);
  env_.Step(10);
  EXPECT_EQ(env_.MonotonicMicros(), start + 15);
  EXPECT_EQ(env_.WallMicros(), wall + 15);
}

TEST_F(SimEnvTest, SeedsComeFromTheSeed) {
  SimEnv same;
  SimEnv other(2);
  const uint64_t seed = env_.RandomSeed();
  EXPECT_EQ(same.RandomSeed(), seed);
  EXPECT_NE(other.RandomSeed(), seed);
}

TEST_F(SimEnvTest, WhatWasSyncedSurvivesEveryCrash) {
  MakeDurable("/a", "first");
  for (uint64_t seed = 0; seed < 50; ++seed) {
    EXPECT_OK(Opened("/a")->Write(5, AsBytes(std::string(2000, 'x'))));
    env_.Crash(seed);
    EXPECT_EQ(Bytes("/a").substr(0, 5), "first") << "seed " << seed;
    EXPECT_OK(Opened("/a")->Truncate(5));
    EXPECT_OK(Opened("/a")->Sync());
  }
}

// Of two unsynced writes, crashes leave none, one, the other, and both.
TEST_F(SimEnvTest, UnsyncedWritesAreLostKeptAndReordered) {
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SimEnv env;
    {
      auto file = env.Open("/a", OpenMode::kCreate);
      ASSERT_OK(file);
      EXPECT_OK((*file)->Write(0, AsBytes("..")));
      EXPECT_OK((*file)->Sync());
      EXPECT_OK(env.SyncDirectory("/"));
      EXPECT_OK((*file)->Write(0, AsBytes("1")));
      EXPECT_OK((*file)->Write(1, AsBytes("2")));
    }
    env.Crash(seed);
    seen.insert(env.ReadAll("/a").value());
  }
  EXPECT_EQ(seen, (std::set<std::string>{"..", "1.", ".2", "12"}));
}

TEST_F(SimEnvTest, AWriteIsTornAtSectors) {
  const std::string old(2048, '.');
  bool torn = false;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SimEnv env;
    auto file = env.Open("/a", OpenMode::kCreate);
    ASSERT_OK(file);
    EXPECT_OK((*file)->Write(0, AsBytes(old)));
    EXPECT_OK((*file)->Sync());
    EXPECT_OK(env.SyncDirectory("/"));
    EXPECT_OK((*file)->Write(0, AsBytes(std::string(2048, 'x'))));
    env.Crash(seed);
    const std::string bytes = env.ReadAll("/a").value();
    for (size_t sector = 0; sector < 4; ++sector) {
      const std::string part = bytes.substr(sector * 512, 512);
      EXPECT_EQ(part, std::string(512, part[0]));
    }
    const auto kept = std::count(bytes.begin(), bytes.end(), 'x');
    torn |= kept > 0 && kept < 2048;
  }
  EXPECT_TRUE(torn);
}

TEST_F(SimEnvTest, NamesNeedASyncOfTheirDirectory) {
  std::set<bool> seen;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SimEnv env;
    auto file = env.Open("/a", OpenMode::kCreate);
    ASSERT_OK(file);
    EXPECT_OK((*file)->Sync());
    env.Crash(seed);
    seen.insert(env.Exists("/a"));
  }
  EXPECT_EQ(seen.size(), 2U);
  MakeDurable("/b", "x");
  env_.Crash(0);
  EXPECT_TRUE(env_.Exists("/b"));
}

TEST_F(SimEnvTest, ARenameIsThereWholeOrNotAtAll) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SimEnv env;
    for (const char* path : {"/old", "/new"}) {
      auto file = env.Open(path, OpenMode::kCreate);
      ASSERT_OK(file);
      EXPECT_OK((*file)->Write(0, AsBytes(path)));
      EXPECT_OK((*file)->Sync());
    }
    EXPECT_OK(env.SyncDirectory("/"));
    EXPECT_OK(env.Rename("/new", "/old"));
    env.Crash(seed);
    const std::string bytes = env.ReadAll("/old").value();
    EXPECT_EQ(bytes, env.Exists("/new") ? "/old" : "/new");
  }
}

TEST_F(SimEnvTest, TheSameSeedGivesTheSameCrash) {
  std::set<std::string> seen;
  for (int i = 0; i < 3; ++i) {
    SimEnv env;
    std::string state;
    for (const char* path : {"/a", "/b", "/c"}) {
      auto file = env.Open(path, OpenMode::kCreate);
      ASSERT_OK(file);
      EXPECT_OK((*file)->Write(0, AsBytes(std::string(3000, path[1]))));
    }
    env.Crash(17);
    for (const char* path : {"/a", "/b", "/c"}) {
      state += env.Exists(path) ? env.ReadAll(path).value() + "|" : "-|";
    }
    seen.insert(state);
  }
  EXPECT_EQ(seen.size(), 1U);
}

TEST_F(SimEnvTest, AFailedSyncLosesTheWritesEvenIfALaterOneSucceeds) {
  MakeDurable("/a", "old");
  const auto file = Opened("/a");
  EXPECT_OK(file->Write(0, AsBytes("new")));
  env_.SetFaults({.fail_at = 0, .operations = FaultPlan::kSync});
  EXPECT_CODE(Code::kIoError, file->Sync());
  EXPECT_OK(file->Sync());
  EXPECT_EQ(Bytes("/a"), "new");
  for (uint64_t seed = 0; seed < 10; ++seed) {
    env_.Crash(seed);
    EXPECT_EQ(Bytes("/a"), "old");
  }
}

TEST_F(SimEnvTest, FilesAndLocksOfBeforeTheCrashAreUseless) {
  MakeDurable("/a", "x");
  const auto file = Opened("/a");
  const auto lock = env_.Lock("/a");
  env_.Crash(1);
  EXPECT_EQ(file->Write(0, AsBytes("y")).message(), "/a: opened before the power was cut");
  EXPECT_CODE(Code::kIoError, file->Size());
  EXPECT_OK(env_.Lock("/a"));
}

TEST_F(SimEnvTest, BytesOfManyChunksReadAsWritten) {
  Random random(7);
  const auto file = Make("/a");
  std::string want;
  for (int i = 0; i < 300; ++i) {
    if (random.OneIn(5)) {
      want.resize(random.Below(30000));
      ASSERT_OK(file->Truncate(want.size()));
    } else {
      const std::string bytes(random.Below(9000) + 1, static_cast<char>('a' + i % 26));
      const size_t offset = random.Below(20000);
      want.resize(std::max(want.size(), offset + bytes.size()));
      want.replace(offset, bytes.size(), bytes);
      ASSERT_OK(file->Write(offset, AsBytes(bytes)));
    }
    ASSERT_EQ(Bytes("/a"), want);
  }
}

TEST_F(SimEnvTest, AForkSharesNothing) {
  MakeDurable("/a", "old");
  const auto file = Opened("/a");
  const auto lock = env_.Lock("/lock");
  EXPECT_OK(file->Write(0, AsBytes("new")));
  const auto fork = env_.Fork();
  EXPECT_EQ(fork->MonotonicMicros(), env_.MonotonicMicros());
  EXPECT_OK(fork->Lock("/lock"));
  EXPECT_OK(file->Write(0, AsBytes("now")));
  EXPECT_OK(env_.CreateDirectory("/d"));
  EXPECT_EQ(fork->ReadAll("/a").value(), "new");
  EXPECT_FALSE(fork->Exists("/d"));
  EXPECT_OK(fork->RemoveFile("/a"));
  EXPECT_EQ(Bytes("/a"), "now");
}

// What a fork crashes to is what its origin would crash to.
TEST_F(SimEnvTest, AForkKnowsWhatIsNotSynced) {
  std::set<std::string> seen;
  MakeDurable("/a", "old");
  MakeDurable("/gone", "gone");
  const auto file = Opened("/a");
  EXPECT_OK(file->Write(0, AsBytes("new")));
  EXPECT_OK(env_.RemoveFile("/gone"));
  EXPECT_OK(env_.Rename("/a", "/b"));
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const auto fork = env_.Fork();
    const auto twin = env_.Fork()->Fork();
    fork->Crash(seed);
    twin->Crash(seed);
    std::string state = fork->Exists("/gone") ? "gone " : "";
    for (const char* path : {"/a", "/b"}) {
      EXPECT_EQ(fork->Exists(path), twin->Exists(path));
      state += fork->Exists(path) ? path + fork->ReadAll(path).value() : "";
    }
    seen.insert(state);
  }
  EXPECT_EQ(seen, (std::set<std::string>{"/aold", "/anew", "/bold", "/bnew", "gone /aold",
                                         "gone /anew", "gone /bold", "gone /bnew"}));
}

TEST_F(SimEnvTest, TheObserverSeesEachChangeBeforeItIsMade) {
  std::string seen;
  env_.SetObserver([&](FaultPlan::Operation operation) {
    seen += std::to_string(operation) + (env_.Fork()->Exists("/a") ? "a " : " ");
  });
  EXPECT_OK(Replace(env_, "new"));
  EXPECT_OK(env_.RemoveFile("/a"));
  EXPECT_EQ(Opened("/b", OpenMode::kAppend)->Size().value(), 0U);
  EXPECT_OK(env_.ReadAll("/b"));
  // Open, Truncate, Write, Sync, Rename, SyncDirectory, RemoveFile, Open.
  EXPECT_EQ(seen, "1 4 4 8 16 8a 16a 1 ");
  env_.SetObserver(nullptr);
  EXPECT_OK(env_.CreateDirectory("/d"));
  EXPECT_EQ(seen.size(), 20U);
}

// A safe replacement keeps the old or the new bytes at every operation.
TEST_F(SimEnvTest, EveryCrashDuringASafeReplacementIsSafe) {
  EXPECT_OK(Replace(env_, "old"));
  uint64_t seed = 0;
  std::set<std::string> seen;
  env_.SetObserver([&](FaultPlan::Operation) {
    for (int i = 0; i < 20; ++i) {
      const auto fork = env_.Fork();
      fork->Crash(++seed);
      seen.insert(fork->ReadAll("/a").value());
    }
  });
  EXPECT_OK(Replace(env_, "new"));
  EXPECT_EQ(seen, (std::set<std::string>{"old", "new"}));
}

// The names in a directory and, in brackets, below it.
std::string NamesIn(SimEnv& env, const std::string& path) {
  std::string names;
  const auto entries = env.List(path);
  for (const DirEntry& entry : entries.value()) {
    names += entry.name;
    if (entry.is_directory) {
      names += "(" + NamesIn(env, path + "/" + entry.name) + ")";
    }
    names += " ";
  }
  return names;
}

// The states of the names after crashes of a fork.
std::set<std::string> NamesAfterCrashes(const SimEnv& env) {
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const auto fork = env.Fork();
    fork->Crash(seed);
    seen.insert(NamesIn(*fork, "/"));
  }
  return seen;
}

TEST_F(SimEnvTest, NamesAreLostIndependently) {
  MakeDurable("/a", "x");
  EXPECT_OK(env_.RemoveFile("/a"));
  Make("/b");
  EXPECT_EQ(NamesAfterCrashes(env_), (std::set<std::string>{"", "a ", "b ", "a b "}));
}

TEST_F(SimEnvTest, AFileThatIsRenamedTwiceHasOneName) {
  MakeDurable("/a", "x");
  EXPECT_OK(env_.Rename("/a", "/b"));
  EXPECT_OK(env_.Rename("/b", "/c"));
  EXPECT_EQ(NamesAfterCrashes(env_), (std::set<std::string>{"a ", "b ", "c "}));
}

TEST_F(SimEnvTest, AFileKeepsItsNameUntilItsNewOneIsThere) {
  MakeDurable("/a", "x");
  EXPECT_OK(env_.Rename("/a", "/b"));
  Make("/a");
  EXPECT_EQ(NamesAfterCrashes(env_), (std::set<std::string>{"a ", "b ", "a b "}));
}

TEST_F(SimEnvTest, AFileIsNotLostWithTheDirectoryItMovesTo) {
  MakeDurable("/a", "x");
  EXPECT_OK(env_.CreateDirectory("/d"));
  EXPECT_OK(env_.Rename("/a", "/d/a"));
  EXPECT_EQ(NamesAfterCrashes(env_), (std::set<std::string>{"a ", "a d() ", "d(a ) "}));
  EXPECT_OK(env_.SyncDirectory("/d"));
  EXPECT_EQ(NamesAfterCrashes(env_), (std::set<std::string>{"d(a ) "}));
}

TEST_F(SimEnvTest, ADirectoryIsNotLostBeforeItIsEmpty) {
  EXPECT_OK(env_.CreateDirectory("/d"));
  MakeDurable("/d/a", "x");
  EXPECT_OK(env_.SyncDirectory("/d"));
  EXPECT_OK(env_.Rename("/d/a", "/a"));
  EXPECT_OK(env_.RemoveDirectory("/d"));
  EXPECT_EQ(NamesAfterCrashes(env_), (std::set<std::string>{"a ", "a d() ", "d(a ) "}));
}

TEST_F(SimEnvTest, SyncedBytesDoNotMakeANameDurable) {
  EXPECT_OK(env_.CreateDirectory("/d"));
  EXPECT_OK(Make("/d/a", "x")->Sync());
  EXPECT_OK(env_.SyncDirectory("/d"));
  EXPECT_EQ(NamesAfterCrashes(env_), (std::set<std::string>{"", "d(a ) "}));
}

TEST_F(SimEnvTest, ALengthMayComeBeforeItsBytes) {
  MakeDurable("/a", "12");
  EXPECT_OK(Opened("/a")->Write(2, AsBytes("34")));
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const auto fork = env_.Fork();
    fork->Crash(seed);
    seen.insert(fork->ReadAll("/a").value());
  }
  EXPECT_EQ(seen, (std::set<std::string>{"12", "1234", std::string("12\0\0", 4)}));
}

TEST_F(SimEnvTest, AForkOfAHalfMegabyteIsCheap) {
  const auto file = Make("/a", std::string(500'000, 'x'));
  EXPECT_OK(file->Sync());
  EXPECT_OK(file->Write(0, AsBytes(std::string(500'000, 'y'))));
  const int64_t start = RealEnv().MonotonicMicros();
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(env_.Fork()->Exists("/a"));
  }
  const int64_t micros = (RealEnv().MonotonicMicros() - start) / 100;
  std::printf("%lld us per fork\n", static_cast<long long>(micros));
  EXPECT_LT(micros, 20'000);  // 10 us on an idle machine
}

}  // namespace
}  // namespace redbase::common
