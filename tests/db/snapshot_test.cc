// Snapshots against a model: one session makes random changes, others keep reading what
// was there when they began, by scans, by indexes and by joins.
#include <atomic>
#include <map>
#include <optional>

#include "db/prepared_statement.h"
#include "db/row_cursor.h"
#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

// Rows by key.  Texts are short, or so long that their rows move or are kept apart.
struct Row {
  int n = 0;
  std::string text;
};
using Model = std::map<int, Row>;

Lines ToLines(const Model& model, int least_n = -1) {
  Lines lines;
  for (const auto& [k, row] : model) {
    if (row.n > least_n) {
      lines.push_back(std::to_string(k) + " | " + std::to_string(row.n) + " | " + row.text);
    }
  }
  return Sorted(lines);
}

class SnapshotProgram {
 public:
  SnapshotProgram(System* system, bool distributed, uint64_t seed)
      : system_(system), random_(seed) {
    const std::string split = distributed ? " distribute k (20, 40)" : "";
    system_->Run("create table R (k int, n int, text varchar(3000))" + split + ";");
    system_->Run("create unique index R(k);");
    system_->Run("create index R(n);");
    system_->Run("create table Keys (key int);");
    for (int k = 0; k < kKeys; k += 5) {
      system_->Run("insert into Keys values (" + std::to_string(k) + ");");
    }
  }

  void Step() {
    const uint64_t what = random_.Below(20);
    if (what < 10) {
      Change();
    } else if (what < 13) {
      EndChanges();
    } else if (what < 15 && readers_.size() < kReaders) {
      BeginReading();
    } else if (what == 15 && !readers_.empty()) {
      readers_.erase(readers_.begin() + static_cast<ptrdiff_t>(random_.Below(readers_.size())));
    }
    if (!readers_.empty()) {
      Check(readers_[random_.Below(readers_.size())]);
    }
  }
  void Finish() {
    for (Reader& reader : readers_) {
      Check(reader);
    }
    readers_.clear();
    system_->Run("rollback;");
  }

 private:
  static constexpr int kKeys = 60;
  static constexpr size_t kReaders = 4;

  struct Reader {
    std::unique_ptr<Session> session;
    std::unique_ptr<PreparedStatement> by_key;
    Model seen;
  };

  int Key() { return static_cast<int>(random_.Below(kKeys)); }
  std::string Text() {
    const size_t length = random_.OneIn(3) ? random_.Below(3000) : random_.Below(20);
    return std::string(length, static_cast<char>('a' + random_.Below(26)));
  }
  void Run(const std::string& text) { system_->Run(text); }

  void Change() {
    if (!open_) {
      Run("begin;");
      open_ = true;
      changed_ = committed_;
    }
    const int key = Key();
    const std::string where = " where k = " + std::to_string(key) + ";";
    switch (random_.Below(6)) {
      case 0:
        Run("delete from R" + where);
        changed_.erase(key);
        break;
      case 1:
        SetMany(key);
        break;
      case 2:
        Move(key);
        break;
      case 3:
        SetText(key, Text());
        break;
      default:
        Insert(key, Text());
    }
  }
  void Insert(int key, const std::string& text) {
    const int n = static_cast<int>(random_.Below(1000));
    if (changed_.try_emplace(key, Row{n, text}).second) {
      Run("insert into R values (" + std::to_string(key) + ", " + std::to_string(n) + ", '" + text +
          "');");
    }
  }
  void SetText(int key, const std::string& text) {
    Run("update R set text = '" + text + "' where k = " + std::to_string(key) + ";");
    if (const auto found = changed_.find(key); found != changed_.end()) {
      found->second.text = text;
    }
  }
  void SetMany(int from) {
    const int n = static_cast<int>(random_.Below(1000));
    Run("update R set n = " + std::to_string(n) + " where k >= " + std::to_string(from) + ";");
    for (auto row = changed_.lower_bound(from); row != changed_.end(); ++row) {
      row->second.n = n;
    }
  }
  // To another key, and often to another node.
  void Move(int key) {
    const int to = (key + 23) % kKeys;
    const auto found = changed_.find(key);
    if (found != changed_.end() && changed_.try_emplace(to, found->second).second) {
      Run("update R set k = " + std::to_string(to) + " where k = " + std::to_string(key) + ";");
      changed_.erase(key);
    }
  }
  void EndChanges() {
    if (open_) {
      const bool commits = random_.Below(4) > 0;
      Run(commits ? "commit;" : "rollback;");
      open_ = false;
      if (commits) {
        committed_ = changed_;
      }
    }
  }

  void BeginReading() {
    Reader reader;
    reader.session = system_->database().Connect();
    EXPECT_OK(Do(*reader.session, "begin read only;"));
    // The snapshot is taken by the first statement.
    EXPECT_OK(Do(*reader.session, "select * from Keys;"));
    reader.by_key = reader.session->Prepare("select k, n, text from R where k = $1;").value();
    reader.seen = committed_;
    readers_.push_back(std::move(reader));
  }

  Lines Rows(Reader& reader, const std::string& text) {
    return Sorted(Do(*reader.session, text).value());
  }
  void Check(Reader& reader) {
    ASSERT_EQ(Rows(reader, "select * from R;"), ToLines(reader.seen));
    const int n = static_cast<int>(random_.Below(1000));
    ASSERT_EQ(Rows(reader, "select * from R where n > " + std::to_string(n) + ";"),
              ToLines(reader.seen, n));
    CheckKeys(reader);
    Lines joined;
    for (const auto& [k, row] : reader.seen) {
      if (k % 5 == 0) {
        joined.push_back(std::to_string(row.n));
      }
    }
    ASSERT_EQ(Rows(reader, "select n from Keys, R where key = k;"), Sorted(joined));
  }
  void CheckKeys(Reader& reader) {
    for (int i = 0; i < 4; ++i) {
      const int key = Key();
      auto result = reader.by_key->Execute(std::vector<Value>{Value::Int(key)});
      ASSERT_OK(result);
      RowCursor rows(*std::move(result));
      const auto found = reader.seen.find(key);
      ASSERT_EQ(rows.Next().value(), found != reader.seen.end()) << "key " << key;
      if (found != reader.seen.end()) {
        ASSERT_EQ(rows.GetInt(1), found->second.n) << "key " << key;
        ASSERT_FALSE(rows.Next().value());
      }
    }
  }

  System* const system_;
  Random random_;
  Model committed_;
  Model changed_;  // by the open transaction
  bool open_ = false;
  std::vector<Reader> readers_;
};

class SnapshotTest : public ::testing::TestWithParam<uint32_t> {};

TEST_P(SnapshotTest, ReadersSeeWhatWasThereWhenTheyBegan) {
  System system(GetParam());
  SnapshotProgram program(&system, GetParam() > 0, NewSeed());
  for (int step = 0; step < (kSanitized ? 300 : 3000) && !::testing::Test::HasFailure(); ++step) {
    program.Step();
  }
  program.Finish();
}

// One thread rewrites all rows in each transaction; others must find them all from one.
class ConcurrentSnapshots {
 public:
  static constexpr int kKeys = 60;

  explicit ConcurrentSnapshots(uint32_t nodes) : system_(nodes) {
    const std::string split = nodes > 0 ? " distribute k (20, 40)" : "";
    system_.Run("create table R (k int, n int, text varchar(3000))" + split + ";");
    system_.Run("create unique index R(k);");
    system_.Run("create index R(n);");
    for (int k = 0; k < kKeys; ++k) {
      system_.Run("insert into R values (" + std::to_string(k) + ", 0, '');");
    }
  }

  void Run(int transactions, uint64_t seed) {
    std::vector<std::unique_ptr<common::Thread>> threads;
    for (int t = 0; t < 3; ++t) {
      threads.push_back(common::RealEnv().StartThread("reader", [this] { Read(); }));
    }
    Random random(seed);
    for (int i = 1; i <= transactions && !::testing::Test::HasFailure(); ++i) {
      Rewrite(i, &random);
    }
    done_ = true;
  }

 private:
  void Rewrite(int n, Random* random) {
    system_.Run("begin;");
    for (int i = 0; i < 4; ++i) {
      const std::string k = std::to_string(random->Below(kKeys));
      const std::string text(random->Below(3000), 'x');
      if (random->OneIn(2)) {
        system_.Run("update R set text = '" + text + "' where k = " + k + ";");
      } else {
        system_.Run("delete from R where k = " + k + ";");
        system_.Run("insert into R values (" + k + ", -1, '" + text + "');");
      }
    }
    system_.Run("update R set n = " + std::to_string(n) + ";");
    system_.Run(random->OneIn(3) ? "rollback;" : "commit;");
  }

  void Read() {
    const std::unique_ptr<Session> session = system_.database().Connect();
    while (!done_ && !::testing::Test::HasFailure()) {
      EXPECT_OK(Do(*session, "begin read only;"));
      const Lines all = Do(*session, "select n from R;").value();
      ASSERT_EQ(all, Lines(kKeys, all.front()));
      const std::string same = " from R where n = " + all.front() + ";";
      ASSERT_EQ(Do(*session, "select k" + same).value().size(), size_t{kKeys});
      ASSERT_EQ(Do(*session, "select n from R where k >= 10 and k < 15;").value(),
                Lines(5, all.front()));
      ASSERT_EQ(Do(*session, "select n from R where k = 7;").value(), Lines(1, all.front()));
      EXPECT_OK(Do(*session, "commit;"));
    }
  }

  System system_;
  std::atomic<bool> done_ = false;
};

TEST_P(SnapshotTest, ReadersBesideAWriterFindOneTransactionsRows) {
  ConcurrentSnapshots(GetParam()).Run(kSanitized ? 20 : 200, NewSeed());
}

INSTANTIATE_TEST_SUITE_P(Nodes, SnapshotTest, ::testing::Values(0U, 3U),
                         [](const auto& test) { return "On" + std::to_string(test.param); });

}  // namespace
}  // namespace redbase::db
