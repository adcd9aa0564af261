// Backups while others change the database: each is of one moment, and all that the
// database holds then.

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "common/random.h"
#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

using ::testing::IsEmpty;

DatabaseOptions BusyOptions() {
  DatabaseOptions options = SmallOptions();
  options.buffer_bytes = 64 * 4096;  // so that pages are written all the time
  options.threads = 1;
  options.checkpoint_bytes = 100000;
  return options;
}

int64_t ValueOf(const std::string& row) { return std::stoll(row.substr(row.rfind(' '))); }

class BackupBesideOthers : public ::testing::TestWithParam<uint32_t> {
 protected:
  static constexpr size_t kWriters = 3;
  // Rows of one writer; with nodes, each is on another one.
  static constexpr std::array<size_t, 3> kFirst{0, 100, 200};

  BackupBesideOthers() : system_(GetParam(), BusyOptions()) {
    const std::string split = GetParam() > 0 ? " distribute k (100, 200)" : "";
    system_.Run("create table T (k int, v int)" + split + ";");
    system_.Run("create unique index T(k);");
    system_.Run("create index T(v);");
    system_.Run("create table Filler (k int, s varchar(9000))" + split + ";");
    system_.Run("create index Filler(k);");
    for (size_t writer = 0; writer < kWriters; ++writer) {
      for (const size_t first : kFirst) {
        system_.Run("insert into T values (" + std::to_string(first + writer) + ", 0);");
      }
    }
    EXPECT_OK(system_.env.CreateDirectory("/copies"));
  }

  // What one writer was told is done, and what it has begun.
  struct Progress {
    std::atomic<int64_t> begun{0};
    std::atomic<int64_t> both{0};   // the first two rows, in one transaction
    std::atomic<int64_t> third{0};  // then the third one, in another
  };

  static void Do(Session& session, const std::string& text) {
    EXPECT_OK(db::Do(session, text)) << text;
  }
  static std::string Set(size_t key, int64_t value) {
    return "update T set v = " + std::to_string(value) + " where k = " + std::to_string(key) + ";";
  }

  void Write(size_t writer, uint64_t seed) {
    const std::unique_ptr<Session> session = system_.database().Connect();
    Random random(seed + writer);
    Progress& progress = progress_[writer];
    for (int64_t n = 1; !stop_; ++n) {
      progress.begun = n;
      Do(*session, "begin isolation level read committed;");
      Do(*session, Set(kFirst[0] + writer, n));
      Disturb(*session, writer, &random);
      Do(*session, Set(kFirst[1] + writer, n));
      Do(*session, "commit;");
      progress.both = n;
      Do(*session, Set(kFirst[2] + writer, n));
      progress.third = n;
      if (random.OneIn(8)) {  // much that is taken back
        Do(*session, "begin isolation level read committed;");
        Do(*session, "update Filler set s = 'short' where k = " + std::to_string(writer) + ";");
        Disturb(*session, writer, &random);
        Do(*session, Set(kFirst[0] + writer, -n));
        Do(*session, "rollback;");
      }
    }
  }

  // Rows that come and go, and tables.
  static void Disturb(Session& session, size_t writer, Random* random) {
    const std::string key = std::to_string(writer + 100 * random->Below(3));
    switch (random->Below(6)) {
      case 0:
        Do(session, "delete from Filler where k = " + key + ";");
        break;
      case 1: {
        const std::string table = "Own" + std::to_string(writer);
        const auto found =
            db::Do(session, "select relName from relcat where relName = '" + table + "';");
        ASSERT_OK(found);
        if (!found->empty()) {
          Do(session, "drop table " + table + ";");
        } else {
          Do(session, "create table " + table + " (x int);");
          Do(session, "create index " + table + "(x);");
          Do(session, "insert into " + table + " values (1), (2), (3);");
        }
        break;
      }
      default:
        Do(session, "insert into Filler values (" + key + ", '" +
                        std::string(random->OneIn(5) ? 8000 : random->Below(500), 'f') + "');");
    }
  }

  void ExpectMoment(const std::string& copy, const std::array<int64_t, kWriters>& both,
                    const std::array<int64_t, kWriters>& third,
                    const std::array<int64_t, kWriters>& begun) {
    ASSERT_OK_AND_ASSIGN(const CheckSummary summary,
                         Database::Check(system_.env, copy, SmallOptions()));
    EXPECT_THAT(summary.problems, IsEmpty());
    EXPECT_FALSE(summary.recovery.was_needed);
    ASSERT_OK_AND_ASSIGN(const auto database, Database::Open(system_.env, copy, SmallOptions()));
    const std::unique_ptr<Session> session = database->Connect();
    for (size_t writer = 0; writer < kWriters; ++writer) {
      std::array<int64_t, 3> values{};
      for (size_t i = 0; i < kFirst.size(); ++i) {
        ASSERT_OK_AND_ASSIGN(const Lines rows,
                             db::Do(*session, "select k, v from T where k = " +
                                                  std::to_string(kFirst[i] + writer) + ";"));
        ASSERT_EQ(rows.size(), 1U);
        values[i] = ValueOf(rows[0]);
      }
      EXPECT_EQ(values[0], values[1]);
      EXPECT_GE(values[0], both[writer]);
      EXPECT_LE(values[0], begun[writer]);
      EXPECT_GE(values[2], third[writer]);
      EXPECT_TRUE(values[2] == values[0] || values[2] == values[0] - 1)
          << values[0] << " then " << values[2];
    }
    EXPECT_OK(database->Close());
  }

  static std::array<int64_t, kWriters> Now(const std::array<Progress, kWriters>& progress,
                                           std::atomic<int64_t> Progress::*which) {
    std::array<int64_t, kWriters> now{};
    for (size_t writer = 0; writer < kWriters; ++writer) {
      now[writer] = (progress[writer].*which).load();
    }
    return now;
  }

  System system_;
  std::array<Progress, kWriters> progress_;
  std::atomic<bool> stop_{false};
};

TEST_P(BackupBesideOthers, EachIsOfOneMoment) {
  const uint64_t seed = NewSeed();
  std::vector<std::unique_ptr<common::Thread>> writers;
  for (size_t writer = 0; writer < kWriters; ++writer) {
    writers.push_back(
        common::RealEnv().StartThread("writer", [this, writer, seed] { Write(writer, seed); }));
  }
  for (int i = 0; i < (kSanitized ? 6 : 40) && !HasFailure(); ++i) {
    const std::string copy = "/copies/" + std::to_string(i);
    const auto both = Now(progress_, &Progress::both);
    const auto third = Now(progress_, &Progress::third);
    system_.Run("backup '" + copy + "';");
    const auto begun = Now(progress_, &Progress::begun);
    ExpectMoment(copy, both, third, begun);
  }
  stop_ = true;
  writers.clear();
  EXPECT_OK(system_.TryClose());  // Close looks for pins, which a checkpoint under way has
  std::printf("%lld transactions meanwhile\n", static_cast<long long>(progress_[0].third.load()));
}

INSTANTIATE_TEST_SUITE_P(Nodes, BackupBesideOthers, ::testing::Values(0U, 3U),
                         [](const auto& test) { return "On" + std::to_string(test.param); });

}  // namespace
}  // namespace redbase::db
