// What sessions see of each other at each level of isolation: the anomalies one by one, and
// random histories, which are checked afterwards.  docs/TX.md has the table.
#include <array>
#include <atomic>
#include <cstdlib>
#include <iostream>

#include "tests/db/history.h"
#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

using ::testing::ElementsAre;

enum class Level : uint8_t { kReadCommitted, kSnapshot, kSerializable };

std::string Name(Level level) {
  constexpr std::array<const char*, 3> kNames = {"read committed", "snapshot", "serializable"};
  return kNames[static_cast<size_t>(level)];
}

struct Setting {
  uint32_t nodes;
  Level level;
};

class IsolationTest : public ::testing::TestWithParam<Setting> {
 protected:
  IsolationTest() {
    const std::string split = GetParam().nodes > 0 ? " distribute id (2)" : "";
    system_.Run("create table test (id int, value int)" + split + ";");
    system_.Run("create unique index test(id);");
    system_.Run("create index test(value);");
    system_.Run("insert into test values (1, 10), (2, 20);");
    for (std::unique_ptr<Session>& session : sessions_) {
      session = system_.database().Connect();
      // Long enough for what waits for nobody.
      EXPECT_OK(Do(*session, "set lock_timeout = 20;"));
      EXPECT_OK(Do(*session, "begin isolation level " + Name(GetParam().level) + ";"));
    }
  }
  ~IsolationTest() override {
    for (std::unique_ptr<Session>& session : sessions_) {
      session.reset();
    }
  }

  // As "row, row" or as what ends the transaction: "wait" for another one's end, or
  // "conflict".
  std::string Run(size_t session, const std::string& text) {
    const Result<Lines> done = Do(*sessions_[session], text);
    if (!done.ok()) {
      const bool waits = done.status().message() == "canceling statement due to lock timeout";
      EXPECT_TRUE(waits || done.status().code() == Code::kConflict) << done.status().message();
      return waits ? "wait" : "conflict";
    }
    std::string rows;
    for (const std::string& row : Sorted(*done)) {
      rows += (rows.empty() ? "" : ", ") + row;
    }
    return rows;
  }
  std::string Value(size_t session, int id) {
    return Run(session, "select value from test where id = " + std::to_string(id) + ";");
  }
  std::string Set(size_t session, int id, int value) {
    return Run(session, "update test set value = " + std::to_string(value) +
                            " where id = " + std::to_string(id) + ";");
  }
  void Commit(size_t session) { Run(session, "commit;"); }
  // The values at the end.
  Lines Values() { return Sorted(system_.Rows("select value from test;")); }
  bool AtLeast(Level level) const { return GetParam().level >= level; }

  System system_{GetParam().nodes};
  std::array<std::unique_ptr<Session>, 3> sessions_;
};

TEST_P(IsolationTest, G0_WritesAreNotMixed) {
  Set(0, 1, 11);
  EXPECT_EQ(Set(1, 1, 12), "wait");
  Set(0, 2, 21);
  Commit(0);
  Commit(1);
  EXPECT_THAT(Values(), ElementsAre("11", "21"));
}

TEST_P(IsolationTest, G1a_RolledBackChangesAreNotRead) {
  Set(0, 1, 101);
  EXPECT_EQ(Value(1, 1), "10");
  Run(0, "rollback;");
  EXPECT_EQ(Value(2, 1), "10");
}

TEST_P(IsolationTest, G1b_IntermediateChangesAreNotRead) {
  Set(0, 1, 101);
  EXPECT_EQ(Value(1, 1), "10");
  Set(0, 1, 11);
  Commit(0);
  EXPECT_EQ(Value(1, 1), AtLeast(Level::kSnapshot) ? "10" : "11");
}

TEST_P(IsolationTest, G1c_NoTwoSeeEachOther) {
  Set(0, 1, 11);
  const std::string write = Set(1, 2, 22);
  const std::string read = Value(0, 2);
  Commit(0);
  EXPECT_TRUE(write == "wait" || read == "20") << write << " " << read;
}

TEST_P(IsolationTest, Otv_ATransactionThatWasSeenDoesNotVanish) {
  Set(0, 1, 11);
  Set(0, 2, 19);
  Commit(0);
  EXPECT_EQ(Value(2, 1), "11");
  Set(1, 1, 12);
  EXPECT_EQ(Value(2, 2), "19");
  Set(1, 2, 18);
  EXPECT_EQ(Value(2, 1), "11");
  Commit(1);
  EXPECT_EQ(Value(2, 2), AtLeast(Level::kSnapshot) ? "19" : "18");
  EXPECT_EQ(Value(2, 1), AtLeast(Level::kSnapshot) ? "11" : "12");
}

TEST_P(IsolationTest, Pmp_WhatSatisfiesAPredicateStaysTheSame) {
  const std::string query = "select id from test where value > 25;";
  EXPECT_EQ(Run(0, query), "");
  EXPECT_EQ(Run(1, "insert into test values (3, 30);"), "3 | 30");
  Commit(1);
  EXPECT_EQ(Run(0, query), AtLeast(Level::kSnapshot) ? "" : "3");
}

TEST_P(IsolationTest, Pmp_AWriteConcernsWhatSatisfiesItsPredicate) {
  EXPECT_EQ(Value(1, 1), "10");
  Set(0, 1, 20);
  Set(0, 2, 30);
  Commit(0);
  const std::string erased = Run(1, "delete from test where value = 20;");
  EXPECT_EQ(erased, AtLeast(Level::kSnapshot) ? "conflict" : "1 | 20");
}

TEST_P(IsolationTest, P4_UpdatesAreNotLost) {
  EXPECT_EQ(Value(0, 1), "10");
  EXPECT_EQ(Value(1, 1), "10");
  Set(0, 1, 11);
  Commit(0);
  EXPECT_EQ(Set(1, 1, 11), AtLeast(Level::kSnapshot) ? "conflict" : "1 | 11");
}

TEST_P(IsolationTest, GSingle_ReadsAreNotSkewed) {
  EXPECT_EQ(Value(0, 1), "10");
  Set(1, 1, 12);
  Set(1, 2, 18);
  Commit(1);
  EXPECT_EQ(Value(0, 2), AtLeast(Level::kSnapshot) ? "20" : "18");
}

TEST_P(IsolationTest, GSingle_APredicateIsNotSkewed) {
  EXPECT_EQ(Run(0, "select id from test where value < 15;"), "1");
  Set(1, 1, 12);
  Run(1, "update test set value = 5 where id = 2;");
  Commit(1);
  EXPECT_EQ(Run(0, "select id from test where value < 15;"),
            AtLeast(Level::kSnapshot) ? "1" : "1, 2");
}

TEST_P(IsolationTest, GSingle_AWriteDependsOnWhatWasRead) {
  EXPECT_EQ(Value(0, 1), "10");
  Set(1, 1, 12);
  Set(1, 2, 18);
  Commit(1);
  EXPECT_EQ(Run(0, "delete from test where value = 20;"),
            AtLeast(Level::kSnapshot) ? "conflict" : "");
}

// Snapshots allow this one.
TEST_P(IsolationTest, G2Item_WritesAreNotSkewed) {
  EXPECT_EQ(Value(0, 1) + Value(0, 2), "1020");
  EXPECT_EQ(Value(1, 1) + Value(1, 2), "1020");
  Set(0, 1, 11);
  EXPECT_EQ(Set(1, 2, 21), "2 | 21");
  Commit(0);
  EXPECT_EQ(Run(1, "commit;"), AtLeast(Level::kSerializable) ? "conflict" : "");
  EXPECT_EQ(Values().back(), AtLeast(Level::kSerializable) ? "20" : "21");
}

// And this one.
TEST_P(IsolationTest, G2_PredicatesAreNotSkewed) {
  const std::string query = "select id from test where value > 25;";
  EXPECT_EQ(Run(0, query), "");
  EXPECT_EQ(Run(1, query), "");
  Run(0, "insert into test values (3, 30);");
  Run(1, "insert into test values (4, 42);");
  Commit(0);
  EXPECT_EQ(Run(1, "commit;"), AtLeast(Level::kSerializable) ? "conflict" : "");
  EXPECT_EQ(Values().size(), AtLeast(Level::kSerializable) ? 3U : 4U);
}

std::string SettingName(const ::testing::TestParamInfo<Setting>& info) {
  constexpr std::array<const char*, 3> kNames = {"ReadCommitted", "Snapshot", "Serializable"};
  return std::string(kNames[static_cast<size_t>(info.param.level)]) + "On" +
         std::to_string(info.param.nodes);
}

INSTANTIATE_TEST_SUITE_P(
    Levels, IsolationTest,
    ::testing::Values(Setting{0, Level::kReadCommitted}, Setting{0, Level::kSnapshot},
                      Setting{0, Level::kSerializable}, Setting{2, Level::kReadCommitted},
                      Setting{2, Level::kSnapshot}, Setting{2, Level::kSerializable}),
    SettingName);

// Threads that run random transactions over lists, and what they have seen.
class HistoryRun {
 public:
  static constexpr int kThreads = 8;

  HistoryRun(const Setting& setting, int transactions, uint64_t seed)
      : level_(setting.level), transactions_(transactions), seed_(seed), system_(setting.nodes) {
    const int keys = transactions / kPerKey + kWindow;
    const std::string split =
        setting.nodes > 0 ? " distribute k (" + std::to_string(keys / 2) + ")" : "";
    system_.Run("create table L (k int, v c255)" + split + ";");
    system_.Run("create unique index L(k);");
    std::string text;
    for (int key = 0; key < keys; ++key) {
      text += std::to_string(key) + ",\n";
    }
    EXPECT_OK(system_.Load("L", text));
  }

  Anomalies Run() {
    std::array<History, kThreads> histories;
    {
      std::vector<std::unique_ptr<common::Thread>> threads;
      for (size_t t = 0; t < kThreads; ++t) {
        threads.push_back(common::RealEnv().StartThread(
            "history", [this, t, &histories] { RunThread(t, &histories[t]); }));
      }
    }
    History all;
    size_t committed = 0;
    for (History& history : histories) {
      for (HistoryTransaction& transaction : history) {
        committed += transaction.committed ? 1 : 0;
        all.push_back(std::move(transaction));
      }
    }
    std::cout << all.size() << " transactions, " << committed << " committed\n";
    EXPECT_GT(committed, all.size() / 4);
    return FindAnomalies(all);
  }

 private:
  // A list is in use for so many transactions, and so many lists are at one time.
  static constexpr int kPerKey = 10;
  static constexpr int kWindow = 8;
  static constexpr size_t kMostBytes = 240;

  void RunThread(size_t thread, History* history) {
    const std::unique_ptr<Session> session = system_.database().Connect();
    Random random(seed_ + thread);
    int element = static_cast<int>(thread) * 1000000;
    for (int begun = next_++; begun < transactions_; begun = next_++) {
      const int first = begun / kPerKey;
      HistoryTransaction transaction;
      transaction.committed = RunTransaction(*session, first, &random, &element, &transaction);
      history->push_back(std::move(transaction));
    }
  }

  bool RunTransaction(Session& session, int first, Random* random, int* element,
                      HistoryTransaction* transaction) {
    EXPECT_OK(Do(session, "begin isolation level " + Name(level_) + ";"));
    const size_t steps = 1 + random->Below(4);
    bool ok = true;
    for (size_t i = 0; i < steps && ok; ++i) {
      HistoryStep step;
      step.key = first + static_cast<int>(random->Below(kWindow));
      ok = RunStep(session, random->Below(2) == 0 ? ++*element : 0, &step);
      if (ok || step.appended != 0) {
        transaction->steps.push_back(std::move(step));
      }
    }
    const bool commits = ok && random->Below(10) > 0;
    if (commits) {
      return IsFine(Do(session, "commit;"));
    }
    EXPECT_OK(Do(session, "rollback;"));
    return false;
  }

  bool RunStep(Session& session, int element, HistoryStep* step) {
    const std::string where = " where k = " + std::to_string(step->key) + ";";
    const Result<Lines> read = Do(session, "select v from L" + where);
    if (!IsFine(read) || read->size() != 1) {
      return false;
    }
    const std::string text = read->front() == "null" ? "" : read->front();
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find(' ', at), text.size());
      step->list.push_back(std::stoi(text.substr(at, end - at)));
      at = end + 1;
    }
    if (element == 0 || text.size() > kMostBytes) {
      return true;
    }
    step->appended = element;
    const std::string appended = text + (text.empty() ? "" : " ") + std::to_string(element);
    return IsFine(Do(session, "update L set v = '" + appended + "'" + where));
  }

  static bool IsFine(const Result<Lines>& done) {
    if (!done.ok()) {
      EXPECT_TRUE(done.status().code() == Code::kConflict ||
                  done.status().code() == Code::kDeadlock)
          << done.status().message();
    }
    return done.ok();
  }

  const Level level_;
  const int transactions_;
  const uint64_t seed_;
  System system_;
  std::atomic<int> next_{0};
};

class HistoryRunTest : public ::testing::TestWithParam<Setting> {};

// REDBASE_HISTORY is the number of transactions.
TEST_P(HistoryRunTest, NothingAboveTheLevelIsFound) {
  const char* const wanted = std::getenv("REDBASE_HISTORY");
  const int transactions = wanted != nullptr ? std::stoi(wanted) : kSanitized ? 500 : 5000;
  const Anomalies found = HistoryRun(GetParam(), transactions, NewSeed()).Run();
  EXPECT_EQ(found.g1, "");
  if (GetParam().level >= Level::kSnapshot) {
    EXPECT_EQ(found.g_single, "");
  }
  if (GetParam().level >= Level::kSerializable) {
    EXPECT_EQ(found.g2, "");
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, HistoryRunTest,
                         ::testing::Values(Setting{0, Level::kReadCommitted},
                                           Setting{0, Level::kSnapshot},
                                           Setting{0, Level::kSerializable},
                                           Setting{2, Level::kSnapshot},
                                           Setting{2, Level::kSerializable}),
                         SettingName);

}  // namespace
}  // namespace redbase::db
