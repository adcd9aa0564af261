// The power is cut while several transactions, interleaved statement by statement, change
// rows of the same pages and keys of the same trees.
//
// Each session has keys of its own, so nobody waits and each is a model by itself; what a
// crash leaves must be what each had committed, and of the one in the middle of a commit
// all or nothing.
#include <array>
#include <map>
#include <optional>

#include "common/sync.h"
#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

constexpr const char* kPath = "/db";
constexpr size_t kSessions = 4;
constexpr int kKeysEach = 25;

using Rows = std::map<int, std::string>;  // by key, as they are printed

struct Expected {
  Rows before;
  Rows after;  // the same where no commit is under way
};

struct Point {
  std::unique_ptr<common::SimEnv> env;
  std::shared_ptr<const Expected> expected;
  uint64_t operation;
};

class Writer {
 public:
  Writer(Database& database, size_t number, uint64_t seed)
      : session_(database.Connect()), number_(static_cast<int>(number)), random_(seed) {}

  const Rows& committed() const { return committed_; }
  // What it would be with the transaction that is open.
  const Rows& rows() const { return rows_; }
  // Whether the next step is the end of a transaction that may change what is committed.
  bool WantsToEnd() {
    ends_ = in_transaction_ && random_.OneIn(5);
    commits_ = ends_ && !random_.OneIn(4);
    return ends_;
  }
  bool commits() const { return commits_; }

  void Step() {
    if (ends_) {
      EXPECT_OK(Do(*session_, commits_ ? "commit;" : "rollback;"));
      (commits_ ? committed_ : rows_) = commits_ ? rows_ : committed_;
      in_transaction_ = ends_ = commits_ = false;
      saved_.reset();
    } else if (!in_transaction_) {
      EXPECT_OK(Do(*session_, "begin;"));
      in_transaction_ = true;
    } else if (saved_ && random_.OneIn(6)) {
      EXPECT_OK(Do(*session_, "rollback to s;"));
      rows_ = *saved_;
    } else if (random_.OneIn(6)) {
      EXPECT_OK(Do(*session_, "savepoint s;"));
      saved_ = rows_;
    } else {
      Change();
    }
  }

 private:
  int Key() {
    return static_cast<int>(random_.Below(kKeysEach)) * static_cast<int>(kSessions) + number_;
  }

  // Of lengths that make records move.
  std::string Text() {
    const uint64_t length = random_.OneIn(4) ? 150 + random_.Below(100) : random_.Below(30);
    return std::string(length, static_cast<char>('a' + random_.Below(26)));
  }

  void Change() {
    const int key = Key();
    const std::string where = " where k = " + std::to_string(key) + ";";
    const auto found = rows_.find(key);
    const int value = static_cast<int>(random_.Below(50));
    const std::string text = Text();
    if (found == rows_.end()) {
      Run("insert into T values (" + std::to_string(key) + ", " + std::to_string(value) + ", '" +
          text + "');");
      rows_[key] = RowOf(key, value, text);
    } else if (random_.OneIn(3)) {
      Run("delete from T" + where);
      rows_.erase(found);
    } else if (const int other = Key(); random_.OneIn(3) && rows_.count(other) == 0) {
      Run("update T set k = " + std::to_string(other) + where);
      rows_[other] = std::to_string(other) + found->second.substr(found->second.find(' '));
      rows_.erase(key);
    } else {
      Run("update T set v = " + std::to_string(value) + ", s = '" + text + "'" + where);
      found->second = RowOf(key, value, text);
    }
  }

  static std::string RowOf(int key, int value, const std::string& text) {
    return std::to_string(key) + " | " + std::to_string(value) + " | " + text;
  }
  void Run(const std::string& text) { EXPECT_OK(Do(*session_, text)) << text; }

  const std::unique_ptr<Session> session_;
  const int number_;
  Random random_;
  Rows committed_;
  Rows rows_;
  std::optional<Rows> saved_;
  bool in_transaction_ = false;
  bool ends_ = false;
  bool commits_ = false;
};

class WritersCrash {
 public:
  WritersCrash(uint32_t nodes, size_t buffer_bytes, uint64_t seed)
      : seed_(seed), random_(seed), env_(seed) {
    options_.buffer_bytes = buffer_bytes;
    options_.threads = 1;
    EXPECT_OK(Database::Create(env_, kPath, nodes, /*page_size=*/4096));
    auto opened = Database::Open(env_, kPath, options_);
    EXPECT_OK(opened);
    database_ = std::move(opened).value();
    const std::string split = nodes > 0 ? " distribute k (30, 60)" : "";
    const std::unique_ptr<Session> session = database_->Connect();
    EXPECT_OK(Do(*session, "create table T (k int, v int, s c255)" + split + ";"));
    EXPECT_OK(Do(*session, "create unique index T(k);"));
    EXPECT_OK(Do(*session, "create index T(v);"));
    for (size_t i = 0; i < kSessions; ++i) {
      writers_.push_back(std::make_unique<Writer>(*database_, i, random_.Next()));
    }
  }

  // How many crashes were tried.
  int Run(int steps) {
    Expect(nullptr);
    env_.SetObserver([this](common::FaultPlan::Operation) { OnOperation(); });
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      if (random_.OneIn(40)) {
        EXPECT_OK(Do(*database_->Connect(), "checkpoint;"));
      }
      Writer& writer = *writers_[random_.Below(kSessions)];
      const bool commits = writer.WantsToEnd() && writer.commits();
      Expect(commits ? &writer : nullptr);
      writer.Step();
      Expect(nullptr);
      TryPoints();
    }
    env_.SetObserver(nullptr);
    writers_.clear();
    EXPECT_OK(database_->Close());
    database_ = nullptr;
    ExpectValid(env_, kPath);
    return tried_;
  }

 private:
  void Expect(const Writer* committing) {
    Expected expected;
    for (const std::unique_ptr<Writer>& writer : writers_) {
      const Rows& after = writer.get() == committing ? writer->rows() : writer->committed();
      expected.before.insert(writer->committed().begin(), writer->committed().end());
      expected.after.insert(after.begin(), after.end());
    }
    const common::MutexLock lock(mutex_);
    expected_ = std::make_shared<const Expected>(std::move(expected));
  }

  void OnOperation() {
    const common::MutexLock lock(mutex_);
    ++operations_;
    if (random_points_.OneIn(kSanitized ? 8 : 2)) {
      points_.push_back({env_.Fork(), expected_, operations_});
    }
  }

  void TryPoints() {
    std::vector<Point> points;
    {
      const common::MutexLock lock(mutex_);
      points.swap(points_);
    }
    for (Point& point : points) {
      SCOPED_TRACE("REDBASE_SEED=" + std::to_string(seed_) + ", operation " +
                   std::to_string(point.operation));
      ++tried_;
      point.env->Crash(seed_ + point.operation);
      Recover(&point);
      if (::testing::Test::HasFailure()) {
        return;
      }
    }
  }

  void Recover(Point* point) {
    {
      const auto database = Database::Open(*point->env, kPath, options_);
      ASSERT_OK(database);
      const std::unique_ptr<Session> session = (*database)->Connect();
      const Result<Lines> lines = Do(*session, "select * from T;");
      ASSERT_OK(lines);
      Rows found;
      for (const std::string& line : *lines) {
        EXPECT_TRUE(found.emplace(std::stoi(line), line).second) << line << " is there twice";
      }
      if (found != point->expected->after) {
        ASSERT_EQ(found, point->expected->before);
      }
      EXPECT_OK((*database)->Close());
    }
    ExpectValid(*point->env, kPath);
  }

  const uint64_t seed_;
  Random random_;
  common::SimEnv env_;
  DatabaseOptions options_;
  std::unique_ptr<Database> database_;
  std::vector<std::unique_ptr<Writer>> writers_;
  int tried_ = 0;

  common::Mutex mutex_;
  Random random_points_ GUARDED_BY(mutex_){seed_ + 1};
  uint64_t operations_ GUARDED_BY(mutex_) = 0;
  std::shared_ptr<const Expected> expected_ GUARDED_BY(mutex_);
  std::vector<Point> points_ GUARDED_BY(mutex_);
};

struct Setting {
  uint32_t nodes;
  size_t buffer_bytes;
};

class WritersCrashTest : public ::testing::TestWithParam<Setting> {};

TEST_P(WritersCrashTest, WhatEachHasCommittedIsThere) {
  const char* const wanted = std::getenv("REDBASE_CRASH_POINTS");
  const int points = wanted != nullptr ? std::stoi(wanted) : kSanitized ? 60 : 700;
  Random seeds(NewSeed());
  int tried = 0;
  while (tried < points && !::testing::Test::HasFailure()) {
    tried += WritersCrash(GetParam().nodes, GetParam().buffer_bytes, seeds.Next()).Run(400);
  }
  std::cout << tried << " crashes\n";
}

// The small pool has dirty pages of open transactions written all the time.
INSTANTIATE_TEST_SUITE_P(Settings, WritersCrashTest,
                         ::testing::Values(Setting{0, size_t{4} << 20}, Setting{0, 40 * 4096},
                                           Setting{3, size_t{4} << 20}),
                         [](const auto& test) {
                           return "On" + std::to_string(test.param.nodes) +
                                  (test.param.buffer_bytes < 1000000 ? "SmallPool" : "");
                         });

// The bytes of a row that was erased are somebody else's when it is put back, so it goes to
// another page; there it must not take the slot of one that is still to be put back.
void PutBackBesideOthers(int grown) {
  common::SimEnv env(1);
  DatabaseOptions options;
  options.undo_memory = 1000;
  options.threads = 1;
  ASSERT_OK(Database::Create(env, kPath, /*node_count=*/0, /*page_size=*/4096));
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Database> database,
                       Database::Open(env, kPath, options));
  const std::unique_ptr<Session> first = database->Connect();
  const std::unique_ptr<Session> second = database->Connect();
  ASSERT_OK(Do(*first, "create table T (k int, s c255);"));
  const auto insert = [&](int k) {
    ASSERT_OK(Do(*second, "insert into T values (" + std::to_string(k) + ", '" +
                              std::string(200, 'a') + "');"));
  };
  for (int k = 1; k <= 60; ++k) {
    insert(k);
  }
  ASSERT_OK(Do(*first, "begin;"));
  for (const int k : {1, 2, 3, 30}) {
    ASSERT_OK(Do(*first, "delete from T where k = " + std::to_string(k) + ";"));
  }
  for (int k = 26; k < 26 + grown; ++k) {
    ASSERT_OK(Do(*second, "update T set s = '" + std::string(255, 'b') +
                              "' where k = " + std::to_string(k) + ";"));
  }
  // Somewhere on the way the last page is full, and the one with erased rows is the next.
  for (size_t more = 0; more < 25; ++more) {
    SCOPED_TRACE(more);
    const std::unique_ptr<common::SimEnv> copy = env.Fork();
    copy->Crash(1);
    ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Database> recovered,
                         Database::Open(*copy, kPath, options));
    const std::unique_ptr<Session> session = recovered->Connect();
    ASSERT_EQ(Do(*session, "select k from T;")->size(), 60 + more);
    insert(0);
  }
}

TEST(WritersCrashSlots, ARecordThatIsPutBackTakesNobodysSlot) {
  for (int grown = 1; grown <= 4; ++grown) {
    SCOPED_TRACE(grown);
    PutBackBesideOthers(grown);
  }
}

}  // namespace
}  // namespace redbase::db
