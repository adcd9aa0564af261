// Damaged, missing and swapped files: an error that names the file, never a crash
// or a wrong row.
#include <algorithm>

#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

class CorruptionTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  static constexpr const char* kPath = System::kPath;

  CorruptionTest() : system_(GetParam()) {
    const std::string split = GetParam() > 0 ? " distribute a (10, 20)" : "";
    system_.Run("create table T (a int, b varchar(6000), c real)" + split + ";");
    std::string text;
    for (int i = 0; i < 300; ++i) {
      text += std::to_string(i % 30) + "," + std::string(i % 100 == 3 ? 5500 : 20, 'b') +
              std::to_string(i) + ",0.5\n";
    }
    EXPECT_OK(system_.Load("T", text));
    system_.Run("create index T(a);");
    system_.Run("create table master (x int, y c10);");
    system_.Run("insert into master values (1, 'one'), (2, 'two');");
    system_.Run("create index master(x);");
    want_ = *Read();
    system_.Close();
    ListFiles(kPath);
  }
  ~CorruptionTest() override {
    system_.Close();
    EXPECT_OK(system_.TryOpen());
    EXPECT_EQ(*Read(), want_);
  }

  // What every file has a part in.
  Result<Lines> Read() {
    Lines all;
    for (const char* query :
         {"print T;", "print master;", "help;", "help T;", "select a, b from T where a = 3;",
          "select c from T where a = 15;", "select c from T where a >= 28;",
          "select y from master where x = 2;", "print dbinfo;"}) {
      ASSIGN_OR_RETURN(const Lines rows, system_.Do(query));
      const Lines sorted = Sorted(rows);
      all.insert(all.end(), sorted.begin(), sorted.end());
    }
    return all;
  }

  void ListFiles(const std::string& folder) {
    ASSERT_OK_AND_ASSIGN(const auto entries, system_.env.List(folder));
    for (const common::DirEntry& entry : entries) {
      const std::string path = folder + "/" + entry.name;
      if (entry.is_directory) {
        ListFiles(path);
      } else if (entry.name != "redbase.lock" && entry.name != "wal.pages") {
        // wal.pages is empty in a database that was closed.
        ASSERT_OK_AND_ASSIGN(std::string bytes, system_.env.ReadAll(path));
        files_.emplace_back(path, std::move(bytes));
      }
    }
  }

  // Opens the database and reads everything.
  Result<Lines> Use() {
    RETURN_IF_ERROR(system_.TryOpen());
    return Read();
  }

  // What an error of a file must contain.  What a control file or the log says may be
  // found wrong in another file of its database.
  static std::string NameOf(const std::string& path) {
    const size_t name = std::min(path.find("/redbase.control"), path.find("/wal."));
    return name == std::string::npos ? path : path.substr(0, name);
  }

  // An error that contains `name`, or the right rows.
  void ExpectNoHarm(const std::string& name) {
    const Result<Lines> rows = Use();
    if (rows.ok()) {
      EXPECT_EQ(*rows, want_) << name;
    } else {
      EXPECT_THAT(rows.status().message(), HasSubstr(name));
      EXPECT_THAT(rows.status().code(),
                  AnyOf(Code::kCorruption, Code::kIoError, Code::kNotFound, Code::kInvalidArgument))
          << rows.status().message();
      ++refused_;
    }
    EXPECT_TRUE(!system_.is_open() || system_.PinnedPages() == 0);
    [[maybe_unused]] const Status closed = system_.TryClose();
  }

  // Each file is replaced, tried, and put back.
  void ForEachFile(const std::function<std::string(std::string)>& damage) {
    for (const auto& [path, bytes] : files_) {
      SCOPED_TRACE(path);
      WriteFile(system_.env, path, damage(bytes));
      ExpectNoHarm(NameOf(path));
      WriteFile(system_.env, path, bytes);
      if (HasFailure()) {
        return;
      }
    }
  }

  const uint64_t seed_ = NewSeed();
  Random random_{seed_};
  System system_;
  Lines want_;
  std::vector<std::pair<std::string, std::string>> files_;
  size_t refused_ = 0;
};

TEST_P(CorruptionTest, FlippedBytes) {
  for (int round = 0; round < 25; ++round) {
    ForEachFile([&](std::string bytes) {
      // Mostly where there is something.
      const size_t within = random_.OneIn(2) ? std::min<size_t>(bytes.size(), 200) : bytes.size();
      char& byte = bytes[random_.Below(within)];
      byte = static_cast<char>(byte ^ (1 << random_.Below(8)));
      return bytes;
    });
  }
  EXPECT_GT(refused_, files_.size());
}

TEST_P(CorruptionTest, TruncatedFiles) {
  for (int round = 0; round < 8; ++round) {
    ForEachFile([&](std::string bytes) {
      return bytes.substr(0, round == 0 ? 0 : random_.Below(bytes.size()));
    });
  }
  ForEachFile([](std::string bytes) { return bytes.substr(0, bytes.size() - 1); });
  ForEachFile([](std::string bytes) { return bytes.substr(0, bytes.size() / 4096 / 2 * 4096); });
  EXPECT_GT(refused_, files_.size());
}

TEST_P(CorruptionTest, ZeroesAndRubbish) {
  ForEachFile([](const std::string& bytes) { return std::string(bytes.size(), '\0'); });
  EXPECT_EQ(refused_, files_.size());
  ForEachFile([&](std::string bytes) {
    for (char& byte : bytes) {
      byte = static_cast<char>(random_.Next());
    }
    return bytes;
  });
  EXPECT_EQ(refused_, 2 * files_.size());
}

TEST_P(CorruptionTest, ExchangedPages) {
  ForEachFile([&](std::string bytes) {
    if (bytes.size() >= 3 * 4096) {
      std::swap_ranges(bytes.begin() + 4096, bytes.begin() + 8192, bytes.begin() + 8192);
    }
    return bytes;
  });
  EXPECT_GT(refused_, 0U);
}

TEST_P(CorruptionTest, ContentsOfAnotherFile) {
  for (size_t shift = 1; shift < files_.size(); shift += 3) {
    size_t next = shift;
    ForEachFile([&](const std::string&) { return files_[next++ % files_.size()].second; });
  }
  EXPECT_GT(refused_, 0U);
}

TEST_P(CorruptionTest, MissingFiles) {
  for (const auto& [path, bytes] : files_) {
    SCOPED_TRACE(path);
    ASSERT_OK(system_.env.RemoveFile(path));
    const size_t before = refused_;
    ExpectNoHarm(NameOf(path));
    EXPECT_EQ(refused_, before + 1);
    WriteFile(system_.env, path, bytes);
  }
}

TEST_P(CorruptionTest, MissingAndExchangedNodes) {
  if (GetParam() == 0) {
    return;
  }
  const std::string one = std::string(kPath) + "/data.1";
  const std::string two = std::string(kPath) + "/data.2";
  const std::string aside = "/aside";
  ASSERT_OK(system_.env.Rename(one, aside));
  ExpectNoHarm("data.1");
  ASSERT_OK(system_.env.Rename(two, one));
  ASSERT_OK(system_.env.Rename(aside, two));
  ExpectNoHarm("data.1");
  ASSERT_OK(Database::Create(system_.env, "/other", GetParam(), 4096));
  ASSERT_OK(system_.env.Rename(two, aside));
  ASSERT_OK(system_.env.Rename(one, two));
  ASSERT_OK(system_.env.Rename("/other/data.1", one));
  ExpectNoHarm("data.1");
  EXPECT_EQ(refused_, 3U);
  ASSERT_OK(system_.env.Rename(one, "/other/data.1"));
  ASSERT_OK(system_.env.Rename(aside, one));
}

INSTANTIATE_TEST_SUITE_P(Nodes, CorruptionTest, ::testing::Values(0U, 3U),
                         [](const auto& test) { return "On" + std::to_string(test.param); });

}  // namespace
}  // namespace redbase::db
