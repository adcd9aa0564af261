// The simulated disk must behave as the real one, down to the messages: what
// tests prove on it then holds in production.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/env.h"
#include "common/random.h"
#include "common/sim_env.h"

namespace redbase::common {
namespace {

std::string Text(const Status& status) {
  return std::string(CodeName(status.code())) + " " + status.message();
}

std::string Text(const Result<std::string>& result) {
  return result.ok() ? "'" + *result + "'" : Text(result.status());
}

std::string Text(const Result<std::vector<DirEntry>>& result) {
  std::string out;
  if (!result.ok()) {
    return Text(result.status());
  }
  for (const DirEntry& entry : *result) {
    out += entry.name + (entry.is_directory ? "/ " : " ");
  }
  return out;
}

class EnvAgreementTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "env_agreement_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    // The same path leads to both folders, so that messages are comparable.
    std::string path;
    for (const auto& part : std::filesystem::path(folder_).relative_path()) {
      path += "/" + part.string();
      ASSERT_TRUE(sim_.CreateDirectory(path).ok());
    }
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string AnyPath() {
    const std::vector<std::string> names = {"a", "b", "d", "d/a", "d/e", "d/e/a", "missing/a"};
    return folder_ + "/" + names[random_.Below(names.size())];
  }
  // One operation on `env`; all that can be seen of it.
  static std::string Do(Env& env, uint64_t operation, const std::string& path,
                        const std::string& other, uint64_t number);
  static std::string UseFile(Env& env, const std::string& path, OpenMode mode, uint64_t number);

  SimEnv sim_;
  std::string folder_;
  uint64_t seed_ = RealEnv().RandomSeed();
  Random random_{seed_};
};

std::string EnvAgreementTest::UseFile(Env& env, const std::string& path, OpenMode mode,
                                      uint64_t number) {
  auto file = env.Open(path, mode);
  if (!file.ok()) {
    return Text(file.status());
  }
  std::string out(number % 40, '?');
  const auto bytes = std::as_writable_bytes(std::span(out));
  const std::string text(number % 7, static_cast<char>('a' + number % 26));
  std::string seen;
  if (number % 5 == 0) {
    seen += Text((*file)->Truncate(number % 30));
  } else {
    seen += Text((*file)->Write(number % 50, AsBytes(text)));
  }
  seen += Text((*file)->Read(number % 11, bytes)) + out;
  const std::vector<std::span<std::byte>> parts = {bytes.first(bytes.size() / 2),
                                                   bytes.subspan(bytes.size() / 2)};
  seen += Text((*file)->ReadScattered(number % 13, parts)) + out;
  seen += std::to_string((*file)->ReadSome(number % 17, bytes).value()) + out;
  return seen + " of " + std::to_string((*file)->Size().value());
}

std::string EnvAgreementTest::Do(Env& env, uint64_t operation, const std::string& path,
                                 const std::string& other, uint64_t number) {
  switch (operation) {
    case 0:
      return Text(env.CreateDirectory(path));
    case 1:
      return Text(env.RemoveFile(path));
    case 2:
      return Text(env.RemoveDirectory(path));
    case 3:
      return Text(env.Rename(path, other));
    case 4:
      return Text(env.List(path));
    case 5:
      return Text(env.ReadAll(path)) + (env.Exists(path) ? " exists" : "");
    case 6:
      return Text(env.Stat(path).status());
    case 7:
      return Text(env.SyncDirectory(path)) + Text(env.CheckWritable(path));
    default:
      return UseFile(env, path, static_cast<OpenMode>(number % 4), number / 4);
  }
}

TEST_F(EnvAgreementTest, RandomOperationsHaveTheSameOutcome) {
  for (int i = 0; i < 3000; ++i) {
    const uint64_t operation = random_.Below(14);
    const std::string path = AnyPath();
    const std::string other = AnyPath();
    const uint64_t number = random_.Next() >> 1;
    ASSERT_EQ(Do(sim_, operation, path, other, number),
              Do(RealEnv(), operation, path, other, number))
        << "seed " << seed_ << ", operation " << operation << " on " << path << " and " << other;
  }
}

}  // namespace
}  // namespace redbase::common
