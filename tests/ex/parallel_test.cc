// Fragments on several threads, on one and on none; queues that hold next to
// nothing.
#include <string>

#include "common/seeded_scheduler.h"
#include "tests/ex/cluster_fixture.h"

namespace redbase::ex {
namespace {

using ::testing::HasSubstr;

// "T" and "U", each with `rows` rows, in one go.
std::string FileOf(int rows) {
  std::string text;
  for (int i = 0; i < rows; ++i) {
    text += std::to_string(i * 7919 % rows) + ",name " + std::to_string(i) + "\n";
  }
  return text;
}

void Fill(Database* db, int rows) {
  db->Run("create table T (a = i, b = c20) distribute a (" + std::to_string(rows / 3) + ", " +
          std::to_string(rows / 2) + ");");
  db->Run("create table U (x = i, y = c20) distribute y ('name 3', 'name 7');");
  db->WriteFile("/db/t.data", FileOf(rows));
  db->Run("load T(\"t.data\");");
  db->Run("load U(\"t.data\");");
}

struct Setting {
  unsigned threads;  // 0: no pool
  size_t queue_bytes;
};

class ParallelTest : public ::testing::TestWithParam<Setting> {
 protected:
  static constexpr int kRows = 12000;

  ParallelTest() {
    if (GetParam().threads > 0) {
      pool_ = std::make_unique<common::ThreadPool>(common::RealEnv(), GetParam().threads);
    }
    db_ = std::make_unique<Database>(3, pool_.get());
    db_->Close();
    db_->queue_bytes = GetParam().queue_bytes;
    db_->Open();
    Fill(db_.get(), kRows);
  }

  std::unique_ptr<common::ThreadPool> pool_;
  std::unique_ptr<Database> db_;
};

TEST_P(ParallelTest, LoadedRowsLieInTheOrderOfTheFile) {
  // Long enough for several workers to read it.
  std::string text;
  for (int line = 0; line < kRows; ++line) {
    text += std::to_string(line * 7919 % kRows) + "," + std::to_string(line) + "," +
            std::string(250, 'x') + "\n";
  }
  db_->WriteFile("/db/wide.data", text);
  db_->Run("create table W (a = i, line = i, c = c250) distribute a (4000, 6000);");
  db_->Run("load W(\"wide.data\");");
  // By partition, and within it by line.
  int last = -1;
  int partition = 1;
  for (const std::string& row : db_->Rows("select a, line from W;")) {
    const int a = std::stoi(row);
    const int line = std::stoi(row.substr(row.find('|') + 1));
    const int of = a < 4000 ? 1 : a < 6000 ? 2 : 3;
    ASSERT_TRUE(of > partition || (of == partition && line > last)) << row;
    partition = of;
    last = line;
  }
  EXPECT_EQ(partition, 3);
}

TEST_P(ParallelTest, JoinsAtTheMasterReadEverything) {
  EXPECT_EQ(db_->Rows("select a, x from T, U where a = x;").size(), size_t{kRows});
  EXPECT_EQ(db_->Rows("select a from T, U where b = y and a < 10;").size(), 10U);
}

TEST_P(ParallelTest, ChangesOfManyRowsAreDoneOnce) {
  const size_t moved = db_->Rows("update T set a = 0 where a >= 5000;").size();
  EXPECT_EQ(moved, size_t{kRows - 5000});
  EXPECT_EQ(db_->Rows("select b from T where a = 0;").size(), moved + 1);
  EXPECT_EQ(db_->Rows("delete from T where a < 5000;").size(), size_t{kRows});
  EXPECT_EQ(db_->Rows("print T;").size(), 0U);
}

TEST_P(ParallelTest, ABadRowDeepInAFileLeavesNothing) {
  db_->WriteFile("/db/bad.data", FileOf(kRows) + "x,y\n" + FileOf(100));
  EXPECT_THAT(db_->Error("load T(\"bad.data\");"), HasSubstr(std::to_string(kRows + 1)));
  EXPECT_EQ(db_->Rows("print T;").size(), size_t{kRows});
}

TEST_P(ParallelTest, ADuplicateOnOneNodeLeavesNothing) {
  db_->Run("create unique index T(a);");
  db_->WriteFile("/db/more.data", std::to_string(kRows) + ",new\n" + FileOf(5000));
  EXPECT_THAT(db_->Error("load T(\"more.data\");"), HasSubstr("data node 1: "));
  EXPECT_EQ(db_->Rows("print T;").size(), size_t{kRows});
}

TEST_P(ParallelTest, AQueryThatIsNotReadToItsEndStops) {
  ASSERT_OK_AND_ASSIGN(const auto statement, db_->nodes().Begin({}));
  ql::FileScan scan;
  scan.relation = "T";
  scan.projection = {0, 1};
  const Schema& schema = db_->Relation("T")->schema;
  std::vector<ql::PlanPtr> fragment;
  fragment.push_back(ql::MakePlan(schema, std::move(scan)));
  const ql::PlanPtr plan = ql::MakePlan(schema, ql::Gather{{"T"}, {1, 2, 3}}, std::move(fragment));
  {
    ASSERT_OK_AND_ASSIGN(const auto query, statement->Run(*plan));
    Batch batch;
    ASSERT_OK_AND_ASSIGN(const bool more, query->Next(&batch));
    EXPECT_TRUE(more);
    EXPECT_EQ(batch.partition(), 1U);
  }
  EXPECT_OK(statement->Rollback());
}

TEST_P(ParallelTest, LittleMemoryIsRefusedOrEnough) {
  db_->memory_bytes = size_t{1} << 20;
  const Result<Lines> moved = db_->Do("update T set a = 0;");
  if (!moved.ok()) {
    EXPECT_CODE(Code::kNoMemory, moved);
  }
  EXPECT_EQ(db_->Rows("select a from T;").size(), size_t{kRows});
}

INSTANTIATE_TEST_SUITE_P(Settings, ParallelTest,
                         ::testing::Values(Setting{0, size_t{4} << 20}, Setting{0, 0},
                                           Setting{1, size_t{4} << 20}, Setting{1, 0},
                                           Setting{3, size_t{4} << 20}, Setting{3, 0}));

// One thread at a time, in an order that the seed decides: a fragment that nobody
// would run again is found as a deadlock.
TEST(ScheduledFragments, EndInAnyInterleaving) {
  const uint64_t first = NewSeed();
  for (uint64_t seed = first; seed < first + 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    common::SeededScheduler scheduler(seed);
    scheduler.Run({[&scheduler, seed] {
      common::SimEnv threads(seed, &scheduler);
      common::ThreadPool pool(threads, static_cast<unsigned>(1 + seed % 3));
      Database db(3, &pool);
      db.Close();
      db.queue_bytes = seed % 2 == 0 ? 0 : 4096;
      db.Open();
      Fill(&db, 3000);
      EXPECT_EQ(db.Rows("select a, y from T, U where a = x;").size(), 3000U);
      EXPECT_EQ(db.Rows("update T set a = 2500 where a < 1200;").size(), 1200U);
      EXPECT_EQ(db.Rows("delete from U where x > 10;").size(), 2989U);
      EXPECT_EQ(db.Rows("select b from T where a = 2500;").size(), 1201U);
    }});
  }
}

}  // namespace
}  // namespace redbase::ex
