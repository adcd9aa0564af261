// 10,000 single bits, turned round anywhere in the files of a database: data, indexes,
// catalog, log, control files.  Each is an error that names the file, or does no harm:
// never a crash, never a wrong row.
//
// One bit of a database that was killed cannot be told from the kill itself: one in the last
// commit of a log, which nothing later says was complete.  So each log ends with a commit of
// a row that may be missing.
#include <algorithm>
#include <tuple>

#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

// With as many data nodes, closed or killed.
class RandomBitFlipsTest : public ::testing::TestWithParam<std::tuple<uint32_t, bool>> {
 protected:
  static constexpr const char* kPath = System::kPath;
  static constexpr const char* kMayBeMissing = "last";

  RandomBitFlipsTest() : system_(nodes()) {
    Fill();
    if (was_killed()) {
      system_.Run("checkpoint;");
    } else {
      system_.Reopen();
    }
    ChangeSome();
    EndEachLog();
    want_ = *Read(system_.session());
    if (!was_killed()) {
      system_.Close();
    }
    whole_ = system_.env.Fork();
    ListFiles(kPath);
  }
  ~RandomBitFlipsTest() override {
    system_.Close();
    system_.Open();
  }

  static uint32_t nodes() { return std::get<0>(GetParam()); }
  static bool was_killed() { return std::get<1>(GetParam()); }

  void Fill() {
    const std::string split = nodes() > 0 ? " distribute a (10, 20)" : "";
    system_.Run("create table T (a int, b varchar(6000), c real)" + split + ";");
    system_.Run("create table W (a int, w c5)" + split + ";");
    system_.Run("create table P (a int, w c5);");
    system_.Run("create index P(a);");
    std::string text;
    for (int i = 0; i < 300; ++i) {
      text += std::to_string(i % 30) + "," + std::string(i % 100 == 3 ? 5500 : 40, 'b') +
              std::to_string(i) + ",0.5\n";
    }
    EXPECT_OK(system_.Load("T", text));
    system_.Run("create index T(a);");
  }

  void ChangeSome() {
    system_.Run("update T set c = 0.25 where a = 7;");
    system_.Run("delete from T where a = 8;");
    system_.Run("create table U (x int);");
    system_.Run("insert into U values (1), (2), (3);");
    system_.Run("create unique index U(x);");
    system_.Run(
        "update T set b = 'long enough to be moved to another page, perhaps' where a = 12;");
  }

  void EndEachLog() {
    for (const char* word : {"first", kMayBeMissing}) {
      for (const char* start : {"insert into W values (5", "insert into W values (15",
                                "insert into W values (25", "insert into P values (5"}) {
        system_.Run(std::string(start) + ", '" + word + "');");
      }
    }
  }

  // What every file has a part in.
  static Result<Lines> Read(Session& session) {
    Lines all;
    for (const char* query : {"print T;", "print W;", "print P;", "print U;", "help;", "help T;",
                              "select c from T where a = 15;", "select a, c from T where a >= 28;",
                              "select w from P where a = 5;", "select x from U where x = 2;"}) {
      ASSIGN_OR_RETURN(const Lines rows, Do(session, query));
      all.push_back(std::string("* ") + query);
      const Lines sorted = Sorted(rows);
      all.insert(all.end(), sorted.begin(), sorted.end());
    }
    return all;
  }

  // Opens the database and reads everything.
  static Result<Lines> Use(common::SimEnv& env) {
    DatabaseOptions options = SmallOptions();
    options.threads = 1;
    ASSIGN_OR_RETURN(const auto database, Database::Open(env, kPath, options));
    Result<Lines> lines = Read(*database->Connect());
    // Closing what is damaged may fail; then opening or reading has said so.
    const Status closed = database->Close();
    EXPECT_TRUE(closed.ok() || !lines.ok()) << closed.message();
    return lines;
  }

  struct File {
    std::string path;
    std::vector<uint64_t> written;  // blocks of 64 bytes that are not all zero
    uint64_t length = 0;
  };
  static constexpr uint64_t kBlock = 64;

  void ListFiles(const std::string& folder) {
    ASSERT_OK_AND_ASSIGN(const auto entries, whole_->List(folder));
    for (const common::DirEntry& entry : entries) {
      const std::string path = folder + "/" + entry.name;
      if (entry.is_directory) {
        ListFiles(path);
      } else if (entry.name != "redbase.lock") {
        ASSERT_OK_AND_ASSIGN(const std::string bytes, whole_->ReadAll(path));
        File file{path, {}, bytes.size()};
        for (uint64_t at = 0; at < bytes.size(); at += kBlock) {
          if (bytes.find_first_not_of('\0', at) < at + kBlock) {
            file.written.push_back(at);
          }
        }
        if (!file.written.empty()) {
          files_.push_back(std::move(file));
        }
      }
    }
  }

  // Mostly where there is something.
  uint64_t Place(const File& file) {
    if (random_.OneIn(8)) {
      return random_.Below(file.length);
    }
    const uint64_t at = file.written[random_.Below(file.written.size())] + random_.Below(kBlock);
    return std::min(at, file.length - 1);
  }

  static bool IsLog(const std::string& path) { return path.find("/wal.") != std::string::npos; }
  // What an error must contain.  What a control file or the log says may be found wrong in
  // another file of its database.
  static std::string NameOf(const std::string& path) {
    const size_t name = std::min(path.find("/redbase.control"), path.find("/wal."));
    return name == std::string::npos ? path : path.substr(0, name);
  }

  // Without the rows that may be missing, if these are all that is missing.
  static Lines Certain(Lines lines) {
    lines.erase(std::remove_if(lines.begin(), lines.end(),
                               [](const std::string& line) {
                                 return line.find(kMayBeMissing) != std::string::npos;
                               }),
                lines.end());
    return lines;
  }
  bool IsRight(const Lines& rows, const std::string& path) const {
    return rows == want_ || (was_killed() && IsLog(path) && Certain(rows) == Certain(want_));
  }

  void Try(const File& file) {
    const uint64_t place = Place(file);
    const auto mask = static_cast<uint8_t>(1U << random_.Below(8));
    SCOPED_TRACE(file.path + ": byte " + std::to_string(place) + ", bits " + std::to_string(mask));
    const std::unique_ptr<common::SimEnv> env = whole_->Fork();
    ASSERT_OK(env->CorruptByte(file.path, place, mask));
    const bool check = random_.OneIn(8);
    const std::unique_ptr<common::SimEnv> checked = check ? env->Fork() : nullptr;
    const Result<Lines> rows = Use(*env);
    if (rows.ok()) {
      EXPECT_TRUE(IsRight(*rows, file.path)) << ::testing::PrintToString(*rows).substr(0, 2000);
    } else {
      ++detected_;
      EXPECT_THAT(rows.status().message(), HasSubstr(NameOf(file.path)));
      EXPECT_THAT(rows.status().code(), AnyOf(Code::kCorruption, Code::kNotFound));
    }
    if (check) {
      ExpectChecked(*checked, file.path, /*damaged=*/!rows.ok());
    }
  }

  // What reading finds, checking finds.
  static void ExpectChecked(common::SimEnv& env, const std::string& path, bool damaged) {
    const Result<CheckSummary> summary = Database::Check(env, kPath, SmallOptions());
    ASSERT_OK(summary);
    EXPECT_TRUE(!damaged || !summary->problems.empty());
    for (const std::string& problem : summary->problems) {
      EXPECT_THAT(problem, HasSubstr(NameOf(path)));
    }
  }

  const uint64_t seed_ = NewSeed();
  Random random_{seed_};
  System system_;
  std::unique_ptr<common::SimEnv> whole_;
  Lines want_;
  std::vector<File> files_;
  size_t detected_ = 0;
};

TEST_P(RandomBitFlipsTest, AreDetectedOrHarmless) {
  const size_t flips = (nodes() == 0 ? 4000U : 1000U) / (kSanitized ? 20 : 1);
  for (size_t i = 0; i < flips && !HasFailure(); ++i) {
    Try(files_[random_.Below(files_.size())]);
  }
  // A database that was killed has copies of most pages and the log of the rest.
  EXPECT_GT(detected_, flips / (was_killed() ? 40 : 4));
  std::printf("%zu flips, %zu detected\n", flips, detected_);
}

INSTANTIATE_TEST_SUITE_P(Databases, RandomBitFlipsTest,
                         ::testing::Combine(::testing::Values(0U, 3U), ::testing::Bool()),
                         [](const auto& test) {
                           return "On" + std::to_string(std::get<0>(test.param)) +
                                  (std::get<1>(test.param) ? "Killed" : "Closed");
                         });

}  // namespace
}  // namespace redbase::db
