// A pool of 40 pages under a database many times as large: everything works.
#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

constexpr int kRows = 30000;

DatabaseOptions FortyPages() {
  DatabaseOptions options;
  options.buffer_bytes = size_t{40} * 4096;
  options.threads = 2;
  return options;
}

class SmallPool : public ::testing::TestWithParam<uint32_t> {
 protected:
  SmallPool() : system_(GetParam(), FortyPages()) {
    const std::string split = GetParam() > 0 ? " distribute k (7000, 14000, 21000)" : "";
    system_.Run("create table big (k int, g int, v int, pad c120)" + split + ";");
    system_.Run("create table small (g int, name c10);");
    std::string text;
    for (int i = 0; i < kRows; ++i) {
      text += std::to_string(i) + "," + std::to_string(i % 100) + ",0," + Pad(i) + "\n";
    }
    EXPECT_OK(system_.Load("big", text));
    system_.Run("insert into small values (7, 'seven'), (8, 'eight'), (500, 'none');");
  }

  static std::string Pad(int i) { return std::to_string(i) + std::string(110, 'p'); }

  size_t Count(const std::string& query) { return system_.Rows(query).size(); }

  System system_;
};

TEST_P(SmallPool, HoldsATwentiethOfTheDatabaseAtMost) {
  uint64_t bytes = 0;
  std::vector<std::string> folders = {System::kPath};
  for (uint32_t i = 1; i <= GetParam(); ++i) {
    folders.push_back(std::string(System::kPath) + "/data." + std::to_string(i));
  }
  system_.Close();
  for (const std::string& folder : folders) {
    ASSERT_OK_AND_ASSIGN(const auto entries, system_.env.List(folder));
    for (const common::DirEntry& entry : entries) {
      bytes += entry.is_regular ? system_.env.Stat(folder + "/" + entry.name)->size : 0;
    }
  }
  EXPECT_GE(bytes, 20 * FortyPages().buffer_bytes);
  system_.Open();
}

TEST_P(SmallPool, RowsComeBackAsTheyWereLoaded) {
  const Lines rows = Sorted(system_.Rows("select k, pad from big where g = 42;"));
  ASSERT_EQ(rows.size(), size_t{kRows} / 100);
  for (const std::string& row : rows) {
    EXPECT_EQ(row.substr(row.find(" | ") + 3), Pad(std::stoi(row)));
  }
}

TEST_P(SmallPool, IndexesAreBuiltAndUsed) {
  system_.Run("create index big(k);");
  system_.Run("create index big(pad);");
  for (int k = 0; k < kRows; k += 997) {
    const Lines want = {std::to_string(k)};
    EXPECT_EQ(system_.Rows("select k from big where k = " + std::to_string(k) + ";"), want);
    EXPECT_EQ(system_.Rows("select k from big where pad = '" + Pad(k) + "';"), want);
  }
  EXPECT_EQ(Count("select k from big where k >= 29000 and k < 29500;"), 500U);
}

TEST_P(SmallPool, JoinsFindEveryPair) {
  EXPECT_EQ(Count("select k, name from big, small where big.g = small.g;"), 2U * kRows / 100);
  system_.Run("create table other (k int, w int);");
  std::string text;
  for (int i = 0; i < kRows; i += 3) {
    text += std::to_string(i) + "," + std::to_string(-i) + "\n";
  }
  ASSERT_OK(system_.Load("other", text));
  EXPECT_EQ(Count("select w from big, other where big.k = other.k;"), size_t{kRows} / 3);
  system_.Run("create index big(k);");
  EXPECT_EQ(Count("select pad from other, big where big.k = other.k and w > -3000;"), 1000U);
}

TEST_P(SmallPool, EveryRowIsChangedOnce) {
  system_.Run("create index big(v);");
  EXPECT_EQ(Count("update big set v = 1;"), size_t{kRows});
  EXPECT_EQ(Count("select k from big where v = 1;"), size_t{kRows});
  EXPECT_EQ(Count("select k from big where v <> 1;"), 0U);
  EXPECT_EQ(Count("update big set k = g;"), size_t{kRows});  // all to the first node
  EXPECT_EQ(Count("select v from big where k = 5;"), size_t{kRows} / 100);
  system_.Reopen();
  EXPECT_EQ(Count("delete from big where g < 50;"), size_t{kRows} / 2);
  EXPECT_EQ(Count("print big;"), size_t{kRows} / 2);
  EXPECT_EQ(Count("select k from big where v = 1;"), size_t{kRows} / 2);
}

TEST_P(SmallPool, AFailedChangeIsTakenBack) {
  system_.Run("create unique index big(k);");
  const std::string clash = "5,5,5,five\n";
  EXPECT_CODE(Code::kConstraint, system_.Load("big", clash));
  std::string text;
  for (int i = kRows; i < kRows + 8000; ++i) {
    text += std::to_string(i) + ",1,1,new\n";
  }
  EXPECT_FALSE(system_.Load("big", text + "rubbish\n").ok());
  EXPECT_EQ(Count("print big;"), size_t{kRows});
  EXPECT_EQ(Count("select k from big where k >= 30000;"), 0U);
}

TEST_P(SmallPool, SeveralSessionsScanAtOnce) {
  std::vector<std::unique_ptr<common::Thread>> threads;
  std::vector<size_t> counts(3);
  for (size_t& count : counts) {
    threads.push_back(common::RealEnv().StartThread("scan", [this, &count] {
      const std::unique_ptr<Session> session = system_.database().Connect();
      const Result<Lines> rows = Do(*session, "select k from big where g >= 10;");
      EXPECT_OK(rows);
      count = rows.ok() ? rows->size() : 0;
    }));
  }
  threads.clear();
  EXPECT_THAT(counts, ::testing::Each(size_t{kRows} * 9 / 10));
}

INSTANTIATE_TEST_SUITE_P(Nodes, SmallPool, ::testing::Values(0U, 4U),
                         [](const auto& test) { return "On" + std::to_string(test.param); });

constexpr size_t kLeast = size_t{10} * 4096;

DatabaseOptions With(size_t buffer_bytes) {
  DatabaseOptions options;
  options.buffer_bytes = buffer_bytes;
  options.threads = 16;
  return options;
}

// The smallest pool that is not refused, under everything that pins many pages:
// splits and merges of trees, records that move, long values, all nodes at once.
class LeastPool : public ::testing::TestWithParam<uint32_t> {};

TEST_P(LeastPool, IsEnoughForEveryKindOfStatement) {
  System system(GetParam(), With(size_t{4} << 20));
  system.Run("resize buffer 10;");
  const std::string split = GetParam() > 0 ? " distribute k (500, 1000, 1500)" : "";
  system.Run("create table t (k int, s varchar(9000))" + split + ";");
  system.Run("create index t(k);");
  std::string text;
  for (int i = 0; i < 2000; ++i) {
    text += std::to_string(i * 7919 % 2000) + ",short\n";
  }
  ASSERT_OK(system.Load("t", text));
  EXPECT_EQ(system.Rows("update t set s = '" + std::string(600, 'm') + "';").size(), 2000U);
  system.Run("create index t(s);");
  EXPECT_EQ(system.Rows("update t set s = '" + std::string(400, 'n') + "';").size(), 2000U);
  EXPECT_EQ(system.Rows("update t set k = 5 where k >= 300;").size(), 1700U);
  system.Run("create table u (k int);");
  system.Run("insert into u values (1), (3), (2000);");
  EXPECT_EQ(system.Rows("select s from u, t where u.k = t.k;").size(), 2U);
  EXPECT_EQ(system.Rows("select k from t where k = 5;").size(), 1701U);
  system.Run("drop index t(s);");
  EXPECT_EQ(system.Rows("update t set s = '" + std::string(9000, 'l') + "' where k < 5;").size(),
            5U);
  EXPECT_EQ(system.Rows("delete from t where k = 5;").size(), 1701U);
  EXPECT_EQ(system.Rows("print t;").size(), 299U);
}

INSTANTIATE_TEST_SUITE_P(Nodes, LeastPool, ::testing::Values(0U, 4U),
                         [](const auto& test) { return "On" + std::to_string(test.param); });

TEST(SmallPoolOptions, OpenRefusesAPoolThatIsTooSmall) {
  common::SimEnv env;
  ASSERT_OK(Database::Create(env, "/db", 0, 4096));
  for (const size_t bytes : {size_t{0}, size_t{4096}, kLeast - 1}) {
    const Status refused = Database::Open(env, "/db", With(bytes)).status();
    EXPECT_CODE(Code::kInvalidArgument, refused);
    EXPECT_THAT(refused.message(), ::testing::HasSubstr("at least 10 pages of 4096 bytes"));
  }
  EXPECT_OK(Database::Open(env, "/db", With(kLeast)));
}

// Pages read since the last `reset io;`.
uint64_t PagesRead(System& system) {
  const std::string text = system.Rows("print io;").front();
  return std::stoull(text.substr(text.find("READPAGE::") + 10));
}

// Batches of 2048 rows whose keys lie anywhere would pass the whole tree each.
TEST(SmallPoolTree, IsPassedOnceByAChangeOfManyRows) {
  System system(0, FortyPages());
  system.Run("create table keys (a c100, b c100);");
  Random random(1);
  std::string text;
  for (int i = 0; i < 20000; ++i) {
    text += std::to_string(random.Next()) + std::string(60, 'a') + "," +
            std::to_string(random.Next()) + std::string(60, 'b') + "\n";
  }
  ASSERT_OK(system.Load("keys", text));
  system.Run("create index keys(a);");
  system.Close();
  uint64_t bytes = 0;
  ASSERT_OK_AND_ASSIGN(const auto files, system.env.List(System::kPath));
  for (const common::DirEntry& file : files) {
    bytes += system.env.Stat(std::string(System::kPath) + "/" + file.name)->size;
  }
  system.Open();
  for (const char* change : {"update keys set a = b;", "delete from keys;"}) {
    system.Run("reset io;");
    EXPECT_EQ(system.Rows(change).size(), 20000U);
    // The table is read by the scan and before and during the change.
    EXPECT_LT(PagesRead(system), 4 * bytes / 4096) << change;
  }
}

}  // namespace
}  // namespace redbase::db
