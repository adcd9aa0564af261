// The power is cut at the operations of random workloads, and what was committed
// is there afterwards, and nothing else.
#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include "tests/db/crash_fixture.h"

namespace redbase::db {
namespace {

constexpr size_t kFortyPages = size_t{40} * 4096;

constexpr uint64_t kFewer = kSanitized ? 20 : 1;

// REDBASE_CRASH_POINTS, or what the test asks for.
uint64_t Points(uint64_t wanted) {
  const char* given = std::getenv("REDBASE_CRASH_POINTS");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : wanted / kFewer;
}

void RunCrashes(CrashPlan plan) {
  plan.points = Points(plan.points);
  CrashRun(plan, NewSeed()).Run();
}

TEST(CrashTest, OfAPlainDatabase) { RunCrashes({.points = 6000}); }

TEST(CrashTest, OfFourNodes) { RunCrashes({.nodes = 4, .points = 5000}); }

TEST(CrashTest, WithASmallPool) { RunCrashes({.buffer_bytes = kFortyPages, .points = 3000}); }

TEST(CrashTest, OfFourNodesWithASmallPool) {
  RunCrashes({.nodes = 4, .buffer_bytes = kFortyPages, .points = 2000});
}

TEST(CrashTest, DuringRecovery) { RunCrashes({.points = 3000, .nested_every = 1}); }

TEST(CrashTest, DuringRecoveryOfFourNodes) {
  RunCrashes({.nodes = 4, .points = 2000, .nested_every = 1});
}

// A long history of one database, of which few operations are tried.
TEST(CrashTest, OfALongHistory) { RunCrashes({.points = 1000, .every = 20, .statements = 1000}); }

// Crashes at every operation of `change`: copies of the disk.
std::vector<std::unique_ptr<common::SimEnv>> CrashesDuring(common::SimEnv& env,
                                                           const std::function<void()>& change) {
  std::vector<std::unique_ptr<common::SimEnv>> copies;
  env.SetObserver([&](common::FaultPlan::Operation) {
    for (int i = 0; i < 3; ++i) {
      copies.push_back(env.Fork());
      copies.back()->Crash(copies.size());
    }
  });
  change();
  env.SetObserver(nullptr);
  return copies;
}

TEST(CrashRun, ADatabaseIsCreatedWholeOrNotAtAll) {
  for (const uint32_t nodes : {0U, 4U}) {
    common::SimEnv env;
    const auto create = [&] { ASSERT_OK(Database::Create(env, "/db", nodes, 4096)); };
    for (const auto& copy : CrashesDuring(env, create)) {
      if (copy->Exists("/db")) {
        ExpectValid(*copy, "/db");
      } else {
        EXPECT_OK(Database::Create(*copy, "/db", nodes, 4096));
      }
    }
    env.Crash(1);
    ExpectValid(env, "/db");
  }
}

bool IsEmpty(common::Env& env, const std::string& path) {
  const auto entries = env.List(path);
  return entries.ok() && entries->empty();
}

// The empty directory may be left.
TEST(CrashTest, WhileADatabaseIsDestroyed) {
  for (const uint32_t nodes : {0U, 4U}) {
    common::SimEnv env;
    ASSERT_OK(Database::Create(env, "/db", nodes, 4096));
    const auto destroy = [&] { ASSERT_OK(Database::Destroy(env, "/db")); };
    for (const auto& copy : CrashesDuring(env, destroy)) {
      if (copy->Exists("/db")) {
        EXPECT_OK(IsEmpty(*copy, "/db") ? copy->RemoveDirectory("/db")
                                        : Database::Destroy(*copy, "/db"));
      }
      EXPECT_OK(Database::Create(*copy, "/db", nodes, 4096));
    }
  }
}

// Closing leaves nothing for a crash to take; and the machinery itself works.
TEST(CrashRun, AClosedDatabaseSurvivesEveryCrash) {
  for (const uint32_t nodes : {0U, 4U}) {
    CrashPlan plan{.nodes = nodes, .points = Points(200), .nested_every = 2, .closed = true};
    CrashRun(plan, NewSeed()).Run();
    plan.buffer_bytes = kFortyPages;
    CrashRun(plan, NewSeed()).Run();
  }
}

TEST(CrashRun, DifferencesAreNamed) {
  const auto table = [](std::vector<ModelRow> rows, std::map<std::string, bool> indexes) {
    return std::make_shared<const ModelTable>(ModelTable{std::move(rows), std::move(indexes)});
  };
  const ModelState want = {{"a", table({{1, 2, "x"}, {1, 2, "x"}}, {})},
                           {"b", table({}, {{"k", true}})},
                           {"c", table({}, {})}};
  const ModelState got = {{"a", table({{1, 2, "x"}, {1, std::nullopt, "x"}}, {})},
                          {"b", table({}, {})},
                          {"d", table({}, {})}};
  EXPECT_EQ(Difference(want, want), "");
  EXPECT_EQ(Difference(want, got),
            "\n    a misses 1 rows: [1 | 2 | x] has too many 1 rows: [1 | null | x]"
            "\n    b has 0 indexes instead of 1\n    c is missing\n    d should not be there");
}

TEST(CrashRun, StatesAreReadAndIndexesChecked) {
  System system(4);
  system.Run("create table t0 (k int, g int, s varchar(3000)) distribute k (1, 5, 9);");
  system.Run("insert into t0 values (1, null, 'x'), (6, 2, 'y');");
  system.Run("create index t0(k);");
  ModelTable table{{{1, std::nullopt, "x"}, {6, 2, "y"}}, {{"k", false}}};
  ASSERT_OK_AND_ASSIGN(const ModelState got, ReadState(system.session()));
  const ModelState want = {{"t0", std::make_shared<ModelTable>(table)}};
  EXPECT_EQ(Difference(want, got), "");
  Random random(1);
  EXPECT_EQ(CheckIndexes(system.session(), want, &random).value(), "");
  table.rows.pop_back();
  const ModelState less = {{"t0", std::make_shared<ModelTable>(table)}};
  std::string wrong;
  for (int i = 0; i < 20 && wrong.empty(); ++i) {
    wrong = CheckIndexes(system.session(), less, &random).value();
  }
  EXPECT_THAT(wrong, ::testing::HasSubstr("has too many 1 rows: [6 | 2 | y]"));
}

}  // namespace
}  // namespace redbase::db
