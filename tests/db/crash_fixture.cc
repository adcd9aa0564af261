#include "tests/db/crash_fixture.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <utility>

namespace redbase::db {
namespace {

constexpr const char* kPath = "/db";
constexpr int kDeepest = 3;

// Another seed for each number.
uint64_t Mixed(uint64_t seed, uint64_t number) {
  return Random(seed ^ (number * 0xD6E8FEB86659FD93ULL)).Next();
}

// "1 | 2 | abc" or "1 | null | abc".
ModelRow ParseRow(const std::string& line) {
  const size_t first = line.find(" | ");
  const size_t second = line.find(" | ", first + 3);
  ModelRow row;
  row.k = std::atoi(line.c_str());
  if (line.compare(first + 3, 4, "null") != 0) {
    row.g = std::atoi(line.c_str() + first + 3);
  }
  row.s = line.substr(second + 3);
  return row;
}

Lines SortedLines(const ModelTable& table) {
  Lines lines;
  for (const ModelRow& row : table.rows) {
    lines.push_back(row.Line());
  }
  return Sorted(std::move(lines));
}

std::string Shortened(const std::string& line) {
  return line.size() <= 60 ? line : line.substr(0, 50) + "... of " + std::to_string(line.size());
}

// The first lines of the one that the other has not.
std::string Only(const Lines& lines, const Lines& others, const std::string& verb) {
  Lines rest;
  std::set_difference(lines.begin(), lines.end(), others.begin(), others.end(),
                      std::back_inserter(rest));
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(rest.size(), 3); ++i) {
    text += (i == 0 ? "" : ", ") + ("[" + Shortened(rest[i]) + "]");
  }
  return rest.empty() ? "" : " " + verb + " " + std::to_string(rest.size()) + " rows: " + text;
}

std::string LinesDifference(const Lines& want, const Lines& got) {
  return want == got ? "" : Only(want, got, "misses") + Only(got, want, "has too many");
}

std::string TableDifference(const ModelTable& want, const ModelTable& got) {
  std::string text = LinesDifference(SortedLines(want), SortedLines(got));
  if (want.indexes.size() != got.indexes.size()) {
    text += " has " + std::to_string(got.indexes.size()) + " indexes instead of " +
            std::to_string(want.indexes.size());
  }
  return text;
}

// Takes a copy of a disk at one of its operations, each equally likely.
class Cutter {
 public:
  explicit Cutter(uint64_t seed) : random_(seed) {}

  void OnOperation(const common::SimEnv& env) {
    const common::MutexLock lock(mutex_);
    if (random_.OneIn(++operations_)) {
      copy_ = env.Fork();
    }
  }
  // Null when there was no operation.
  std::unique_ptr<common::SimEnv> Take() {
    const common::MutexLock lock(mutex_);
    return std::move(copy_);
  }

 private:
  common::Mutex mutex_;
  Random random_ GUARDED_BY(mutex_);
  uint64_t operations_ GUARDED_BY(mutex_) = 0;
  std::unique_ptr<common::SimEnv> copy_ GUARDED_BY(mutex_);
};

void WriteLoadFile(common::SimEnv& env, const CrashWorkload::Step& step) {
  if (!step.load_text.empty()) {
    WriteFile(env, CrashWorkload::kLoadFile, step.load_text);
  }
}

struct Query {
  std::string where;
  std::function<bool(const ModelRow&)> filter;
};

// One that an index on these columns can answer.
Query QueryOn(const std::string& columns, const ModelTable& table, Random* random) {
  const int some = table.rows.empty() ? 7 : table.rows[random->Below(table.rows.size())].k;
  const int first = random->OneIn(4) ? static_cast<int>(random->Below(1000)) : some;
  if (columns == "k" && random->OneIn(2)) {
    return {"k = " + std::to_string(first), [=](const ModelRow& row) { return row.k == first; }};
  }
  const int last = first + 100;
  const std::string range = "k >= " + std::to_string(first) + " and k < " + std::to_string(last);
  const auto within = [=](const ModelRow& row) { return row.k >= first && row.k < last; };
  if (columns == "k") {
    return {range, within};
  }
  const int group = static_cast<int>(random->Below(8));
  return {"g = " + std::to_string(group) + " and " + range,
          [=](const ModelRow& row) { return row.g == group && within(row); }};
}

}  // namespace

Result<ModelState> ReadState(Session& session) {
  ModelState state;
  ASSIGN_OR_RETURN(const Lines tables, Do(session, "select relName, indexCount from relcat;"));
  for (const std::string& line : tables) {
    const size_t end = line.find(" | ");
    const std::string name = line.substr(0, end);
    if (name == "relcat" || name == "attrcat") {
      continue;
    }
    auto table = std::make_shared<ModelTable>();
    for (int i = std::atoi(line.c_str() + end + 3); i > 0; --i) {
      table->indexes["index " + std::to_string(i)] = false;
    }
    ASSIGN_OR_RETURN(const Lines rows, Do(session, "select * from " + name + ";"));
    std::transform(rows.begin(), rows.end(), std::back_inserter(table->rows), ParseRow);
    state[name] = std::move(table);
  }
  return state;
}

std::string Difference(const ModelState& want, const ModelState& got) {
  std::string text;
  for (const auto& [name, table] : want) {
    const auto found = got.find(name);
    const std::string difference =
        found == got.end() ? " is missing" : TableDifference(*table, *found->second);
    text += difference.empty() ? "" : "\n    " + name + difference;
  }
  for (const auto& [name, table] : got) {
    text += want.count(name) != 0 ? "" : "\n    " + name + " should not be there";
  }
  return text;
}

Result<std::string> CheckIndexes(Session& session, const ModelState& state, Random* random) {
  for (const auto& [name, table] : state) {
    for (const auto& [columns, unique] : table->indexes) {
      const Query query = QueryOn(columns, *table, random);
      const std::string text = "select * from " + name + " where " + query.where + ";";
      ASSIGN_OR_RETURN(const Lines rows, Do(session, text));
      ModelTable want;
      std::copy_if(table->rows.begin(), table->rows.end(), std::back_inserter(want.rows),
                   query.filter);
      const std::string difference = LinesDifference(SortedLines(want), Sorted(rows));
      if (!difference.empty()) {
        return "\n    " + text + difference;
      }
    }
  }
  return std::string();
}

CrashRun::CrashRun(const CrashPlan& plan, uint64_t seed) : plan_(plan), seed_(seed) {}

DatabaseOptions CrashRun::Options() const {
  DatabaseOptions options;
  options.buffer_bytes = plan_.buffer_bytes;
  options.threads = 1;
  options.undo_memory = 1000;  // a few changes: more are read from the log
  options.bulk_pages_logged = 0;
  return options;
}

void CrashRun::Run() {
  for (uint64_t number = 0; points_ < plan_.points && !::testing::Test::HasFailure(); ++number) {
    RunDatabase(Mixed(seed_, number));
  }
  std::printf(
      "%s transactions, %s checkpoints: %llu crash points, %llu of them nested, %lld us each\n",
      has_transactions_ ? "with" : "without", has_checkpoints_ ? "with" : "without",
      static_cast<unsigned long long>(points_), static_cast<unsigned long long>(nested_),
      static_cast<long long>(micros_ / static_cast<int64_t>(std::max<uint64_t>(points_, 1))));
}

void CrashRun::RunDatabase(uint64_t seed) {
  database_seed_ = seed;
  env_ = std::make_unique<common::SimEnv>(seed);
  workload_ = std::make_unique<CrashWorkload>(seed, plan_.nodes);
  committed_.clear();
  ASSERT_OK(Database::Create(*env_, kPath, plan_.nodes, /*page_size=*/4096));
  Expect("opening");
  Watch(true);
  Open();
  if (session_ == nullptr) {
    return;
  }
  has_transactions_ = Supports("begin;") && Supports("rollback;");
  has_checkpoints_ = Supports("checkpoint;");
  for (int i = 0; i < plan_.statements && points_ < plan_.points; ++i) {
    Turn();
    TakePoint();
    TryPoints();
    if (::testing::Test::HasFailure()) {
      break;
    }
  }
  Close();
  TryPoints();
  Watch(false);
  ExpectValid(*env_, kPath);
}

bool CrashRun::Supports(const std::string& text) { return Do(*session_, text).ok(); }

void CrashRun::Open() {
  auto opened = Database::Open(*env_, kPath, Options());
  ASSERT_OK(opened);
  database_ = std::move(opened).value();
  session_ = database_->Connect();
}

void CrashRun::Close() {
  session_ = nullptr;
  if (database_ != nullptr) {
    EXPECT_OK(database_->Close());
    database_ = nullptr;
  }
}

void CrashRun::Watch(bool on) {
  env_->SetObserver(on && !plan_.closed ? [this](common::FaultPlan::Operation) { OnOperation(); }
                                        : common::SimEnv::Observer());
}

void CrashRun::Expect(const std::string& doing, std::optional<ModelState> after) {
  auto expected = std::make_shared<const Expected>(Expected{committed_, std::move(after), doing});
  const common::MutexLock lock(mutex_);
  expected_ = std::move(expected);
}

void CrashRun::OnOperation() {
  const common::MutexLock lock(mutex_);
  const uint64_t number = ++operations_;
  const uint64_t seed = Mixed(database_seed_, number);
  if (seed % plan_.every == 0) {
    taken_.push_back({env_->Fork(), expected_, "operation " + std::to_string(number), seed, 0});
  }
}

void CrashRun::TakePoint() {
  const bool close = plan_.closed || workload_->random().OneIn(20);
  if (close) {
    Expect("closing");
    Close();
    Expect("nothing after closing");
  }
  {
    const common::MutexLock lock(mutex_);
    taken_.push_back({env_->Fork(), expected_, "after operation " + std::to_string(operations_),
                      workload_->random().Next(), 0});
  }
  if (close) {
    Open();
  }
}

void CrashRun::Turn() {
  Random& random = workload_->random();
  if (has_checkpoints_ && random.OneIn(12)) {
    RunCheckpoint();
  } else if (has_transactions_ && random.OneIn(3)) {
    RunTransaction();
  } else {
    RunStep(workload_->Next(committed_));
  }
  if (random.OneIn(6)) {
    Compare(committed_);
  }
}

void CrashRun::Execute(const CrashWorkload::Step& step) {
  Watch(false);
  WriteLoadFile(*env_, step);
  Watch(true);
  const Result<Lines> done = Do(*session_, step.text);
  EXPECT_EQ(done.ok(), !step.fails) << Shortened(step.text) << ": " << done.status().message();
}

void CrashRun::RunStep(const CrashWorkload::Step& step) {
  Expect(step.text, step.after);
  Execute(step);
  committed_ = step.after;
  Expect("nothing after " + step.text);
}

void CrashRun::RunCheckpoint() {
  Expect("checkpoint");
  EXPECT_OK(Do(*session_, "checkpoint;"));
  Expect("nothing after a checkpoint");
}

bool CrashRun::RunSteps(ModelState* state) {
  std::optional<ModelState> saved;
  for (uint64_t left = 1 + workload_->random().Below(5); left > 0; --left) {
    if (saved && workload_->random().OneIn(3)) {
      EXPECT_OK(Do(*session_, "rollback to x;"));
      *state = *saved;
    } else if (!saved && workload_->random().OneIn(4)) {
      EXPECT_OK(Do(*session_, "savepoint x;"));
      saved = *state;
    }
    const CrashWorkload::Step step = workload_->Next(*state);
    Execute(step);
    if (step.fails) {
      return false;
    }
    *state = step.after;
  }
  return true;
}

void CrashRun::RunTransaction() {
  ModelState state = committed_;
  Expect("transaction");
  EXPECT_OK(Do(*session_, "begin;"));
  const bool all_done = RunSteps(&state);
  if (all_done) {
    Compare(state);
  }
  if (all_done && !workload_->random().OneIn(4)) {
    Expect("commit", state);
    EXPECT_OK(Do(*session_, "commit;"));
    committed_ = std::move(state);
  } else {
    EXPECT_OK(Do(*session_, "rollback;"));
    Compare(committed_);
  }
  Expect("nothing after a transaction");
}

void CrashRun::Compare(const ModelState& state) {
  const Result<ModelState> found = ReadState(*session_);
  ASSERT_OK(found);
  EXPECT_EQ(Difference(state, *found), "") << "REDBASE_SEED=" << seed_;
}

void CrashRun::TryPoints() {
  std::vector<Point> points;
  {
    const common::MutexLock lock(mutex_);
    points.swap(taken_);
  }
  const int64_t start = common::RealEnv().MonotonicMicros();
  for (Point& point : points) {
    if (points_ < plan_.points && !::testing::Test::HasFailure()) {
      Try(std::move(point));
    }
  }
  micros_ += common::RealEnv().MonotonicMicros() - start;
}

void CrashRun::Try(Point point) {
  SCOPED_TRACE("REDBASE_SEED=" + std::to_string(seed_) + ", database " +
               std::to_string(database_seed_) + ", " + point.name + ", crash seed " +
               std::to_string(point.seed) + ", during: " + Shortened(point.expected->doing));
  ++points_;
  nested_ += point.depth > 0 ? 1 : 0;
  point.env->Crash(point.seed);
  const bool again =
      plan_.nested_every > 0 && point.depth < kDeepest && point.seed % plan_.nested_every == 0;
  std::optional<Point> cut;
  const std::string wrong = Recover(point, again ? &cut : nullptr);
  ASSERT_TRUE(wrong.empty()) << wrong;
  ExpectValid(*point.env, kPath);
  if (cut) {
    Try(*std::move(cut));
  }
}

std::string CrashRun::GoOn(const Point& point, Session& session, ModelState* state) const {
  CrashWorkload workload(point.seed, plan_.nodes);
  for (int i = 0; i < 4; ++i) {
    const CrashWorkload::Step step = workload.Next(*state);
    WriteLoadFile(*point.env, step);
    const Result<Lines> done = Do(session, step.text);
    if (done.ok() == step.fails) {
      return Shortened(step.text) + ": " + done.status().message();
    }
    *state = step.after;
  }
  const Result<ModelState> found = ReadState(session);
  return found.ok() ? Difference(*state, *found) : found.status().message();
}

CrashRun::Point CrashRun::Cut(const Point& point, std::unique_ptr<common::SimEnv> during,
                              const ModelState& found) {
  Point cut;
  cut.seed = Mixed(point.seed, 1);
  cut.depth = point.depth + 1;
  cut.name = point.name + ", crash seed " + std::to_string(point.seed);
  if (during != nullptr && cut.seed % 4 != 0) {
    cut.name += ", during recovery";
    cut.env = std::move(during);
    cut.expected = point.expected;
  } else {
    cut.name += ", after recovery";
    cut.env = point.env->Fork();
    cut.expected =
        std::make_shared<const Expected>(Expected{found, std::nullopt, point.expected->doing});
  }
  return cut;
}

std::string CrashRun::Recover(const Point& point, std::optional<Point>* cut) {
  Random random(Mixed(point.seed, 2));
  common::SimEnv& env = *point.env;
  Cutter cutter(random.Next());
  if (cut != nullptr) {
    env.SetObserver([&](common::FaultPlan::Operation) { cutter.OnOperation(env); });
  }
  const auto database = Database::Open(env, kPath, Options());
  env.SetObserver(nullptr);
  if (!database.ok()) {
    return "it cannot be opened: " + database.status().message();
  }
  std::unique_ptr<Session> session = (*database)->Connect();
  const Result<ModelState> found = ReadState(*session);
  if (!found.ok()) {
    return "it cannot be read: " + found.status().message();
  }
  const Expected& expected = *point.expected;
  const std::string old_difference = Difference(expected.before, *found);
  const std::string difference =
      old_difference.empty() || !expected.after ? "" : Difference(*expected.after, *found);
  if (!old_difference.empty() && (!expected.after || !difference.empty())) {
    return "it is not as before:" + old_difference +
           (difference.empty() ? "" : "\n  and not as after:" + difference);
  }
  ModelState state = old_difference.empty() ? expected.before : *expected.after;
  const Result<std::string> indexes = CheckIndexes(*session, state, &random);
  if (!indexes.ok() || !indexes->empty()) {
    return "its indexes: " + (indexes.ok() ? *indexes : indexes.status().message());
  }
  // What is done here is lost to a cut as long as nothing recovers it.
  if (random.OneIn(8) && (cut == nullptr || !plan_.closed)) {
    if (std::string wrong = GoOn(point, *session, &state); !wrong.empty()) {
      return "after it went on: " + wrong;
    }
  }
  if (cut != nullptr) {
    *cut = Cut(point, cutter.Take(), state);
  }
  session = nullptr;
  const Status closed = (*database)->Close();
  return closed.ok() ? "" : "it cannot be closed: " + closed.message();
}

}  // namespace redbase::db
