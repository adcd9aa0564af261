#include "tests/ql/execution_fixture.h"

#include <algorithm>
#include <atomic>
#include <map>

#include "common/bytes.h"
#include "ix/index_scan.h"
#include "ql/index_build.h"
#include "ql/internal/cast_kernels.h"
#include "ql/internal/column_predicates.h"
#include "ql/internal/record_fetch.h"
#include "rm/record_scan.h"

namespace redbase::ql {

namespace {

LogicalType ParseType(const std::string& name) {
  static const std::map<std::string, LogicalType> kTypes = {{"int", {TypeId::kInt, 0}},
                                                            {"real", {TypeId::kReal, 0}},
                                                            {"bigint", {TypeId::kBigint, 0}},
                                                            {"double", {TypeId::kDouble, 0}},
                                                            {"smallint", {TypeId::kSmallint, 0}},
                                                            {"boolean", {TypeId::kBoolean, 0}},
                                                            {"varchar", {TypeId::kVarchar, 0}},
                                                            {"text", {TypeId::kText}},
                                                            {"char3", {TypeId::kChar, 3}},
                                                            {"money", LogicalType::Decimal(12, 2)},
                                                            {"huge", LogicalType::Decimal(38, 6)},
                                                            {"date", {TypeId::kDate}},
                                                            {"time", {TypeId::kTime}},
                                                            {"timestamp", {TypeId::kTimestamp}},
                                                            {"timestamptz", {TypeId::kTimestamptz}},
                                                            {"interval", {TypeId::kInterval}},
                                                            {"uuid", {TypeId::kUuid}},
                                                            {"bytea", {TypeId::kBytea}}};
  const auto found = kTypes.find(name);
  if (found != kTypes.end()) {
    return found->second;
  }
  const size_t digits = name.find_first_of("0123456789");
  const auto length = static_cast<uint32_t>(std::stoul(name.substr(digits)));
  return {name[0] == 'c' ? TypeId::kClassicString : TypeId::kVarchar, length};
}

// Gives the input's morsels to whichever worker asks.
class TestSource : public Operator {
 public:
  TestSource(TestInput input, common::Executor& executor)
      : Operator(input.schema, nullptr), input_(std::move(input)), executor_(executor) {}

  size_t MaxWorkers() const override { return input_.workers; }

 private:
  struct State : WorkerState {
    WakeFunction wake;
    bool woken = false;
  };

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override {
    auto state = std::make_unique<State>();
    state->wake = wake;
    return std::unique_ptr<WorkerState>(std::move(state));
  }

  Result<Poll> DoNext(WorkerState* state, Batch* batch) override {
    auto& self = *static_cast<State*>(state);
    if (input_.blocks && !self.woken) {
      self.woken = true;
      executor_.Submit(self.wake);
      return Poll::kBlocked;
    }
    self.woken = false;
    const size_t morsel = next_.fetch_add(1);
    const size_t first = morsel * input_.rows_per_morsel;
    if (first >= input_.rows.size() && input_.fail_at != morsel) {
      return Poll::kEnd;
    }
    self.Advance(morsel);
    if (input_.fail_at && *input_.fail_at <= morsel) {
      return input_.failure;
    }
    const size_t count = std::min(input_.rows_per_morsel, input_.rows.size() - first);
    Fill(first, count, batch);
    batch->set_sequence(morsel);
    return Poll::kRows;
  }

  void Fill(size_t first, size_t count, Batch* batch) const {
    const size_t step = input_.with_selection ? 2 : 1;
    std::vector<uint16_t> selection;
    for (size_t row = 0; row < count; ++row) {
      for (size_t c = 0; c < schema().size(); ++c) {
        batch->SetValue(c, row * step, input_.rows[first + row][c]);
        if (input_.with_selection) {
          batch->SetValue(c, row * step + 1, Value::Null());
        }
      }
      selection.push_back(static_cast<uint16_t>(row * step));
    }
    batch->set_rows(count * step);
    if (input_.with_selection) {
      batch->SetSelection(std::move(selection));
    }
  }

  const TestInput input_;
  common::Executor& executor_;
  std::atomic<size_t> next_{0};
};

}  // namespace

// Receive nodes are the inputs; they are told apart by their estimates.
class ExecutionTest::Inputs : public ExchangeFactory {
 public:
  explicit Inputs(ExecContext& context) : context_(context) {}

  size_t Add(TestInput input) {
    inputs_.push_back(std::move(input));
    return inputs_.size() - 1;
  }
  Result<std::unique_ptr<Operator>> MakeExchange(const PlanNode& node,
                                                 std::unique_ptr<Operator> /*source*/,
                                                 ExecContext& /*context*/) override {
    const auto number = static_cast<size_t>(node.estimated_rows);
    return std::unique_ptr<Operator>(
        std::make_unique<TestSource>(inputs_[number], *context_.executor));
  }

 private:
  ExecContext& context_;
  std::vector<TestInput> inputs_;
};

Schema Columns(std::string_view text) {
  Schema schema;
  while (!text.empty()) {
    const size_t end = std::min(text.find(", "), text.size());
    const std::string item(text.substr(0, end));
    const size_t blank = item.find(' ');
    schema.Add({item.substr(0, blank), ParseType(item.substr(blank + 1)), "T"});
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return schema;
}

std::string Text(const Row& row) {
  std::string text;
  for (const Value& value : row) {
    text += (text.empty() ? "" : " | ") + value.ToString();
  }
  return text;
}

std::vector<std::string> Text(const std::vector<Row>& rows) {
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    lines.push_back(Text(row));
  }
  return lines;
}

std::vector<std::string> Sorted(std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

namespace {

Value RandomValue(Random& random, LogicalType type, uint64_t domain) {
  if (random.OneIn(8)) {
    return Value::Null();
  }
  const auto n = static_cast<int32_t>(random.Below(domain)) - static_cast<int32_t>(domain / 4);
  switch (type.id) {
    case TypeId::kDecimal:
      return Value::OfDecimal({Int128{n} * 50, type.scale});
    case TypeId::kDate:
      return Value::OfDate({n});
    case TypeId::kTimestamp:
      return Value::OfTimestamp({n});
    case TypeId::kInterval:
      // Thirty days are a month.
      return random.OneIn(2) ? Value::OfInterval({n, 0, 0}) : Value::OfInterval({0, 30 * n, 0});
    case TypeId::kUuid:
      return Value::OfUuid({Int128{n} << 64});
    case TypeId::kBytea:
      return Value::OfBytes(std::string(random.OneIn(2) ? 20 : 1, static_cast<char>(n)));
    default:
      break;
  }
  switch (PhysicalTypeOf(type)) {
    case PhysicalType::kFloat32:
      return Value::Real(static_cast<float>(n) / 2);
    case PhysicalType::kFloat64:
      return Value::Double(static_cast<double>(n) / 2);
    case PhysicalType::kInt64:
      return Value::Bigint(n);
    case PhysicalType::kBool:
      return Value::Boolean((n & 1) != 0);
    case PhysicalType::kString:
      return Value::String(
          std::string(type.length == 0 || type.length > 30 ? random.Below(20) : 0, 'x') +
          std::to_string(n));
    default:
      return Value::Int(n);
  }
}

}  // namespace

std::vector<Row> RandomRows(Random& random, const Schema& schema, size_t count, uint64_t domain) {
  std::vector<Row> rows(count);
  for (Row& row : rows) {
    for (const Column& column : schema.columns()) {
      row.push_back(RandomValue(random, column.type, domain));
    }
  }
  return rows;
}

ExprPtr ColumnOf(const Schema& schema, uint32_t column) {
  return Expr::ColumnRef(column, schema[column].type);
}

ExprPtr Comparison(const Schema& schema, uint32_t column, CompareOp op, Value value) {
  const LogicalType type = TypeOfConstant(value, schema[column].type);
  return Expr::Compare(op, ColumnOf(schema, column), Expr::Constant(std::move(value), type));
}

uint64_t NewSeed() { return common::RealEnv().RandomSeed(); }

ExecutionTest::ExecutionTest() {
  sm::DatabaseOptions options;
  options.record_page_size = 4096;
  options.tree_page_size = 4096;
  EXPECT_OK(env_.CreateDirectory(kPath));
  EXPECT_OK(sm::Catalog::Create(env_, kPath, options));
  auto catalog = sm::Catalog::Open(pool_, kPath);
  EXPECT_OK(catalog);
  catalog_ = std::move(catalog).value();
  threads_ = std::make_unique<common::ThreadPool>(common::RealEnv(), 3);
  inputs_ = std::make_unique<Inputs>(context_);
  context_.env = &env_;
  context_.catalog = catalog_.get();
  context_.cancel = &cancel_;
  context_.exchanges = inputs_.get();
  context_.working_directory = kPath;
  SetMemory(size_t{64} << 20);
  SetParallel(true);
}

ExecutionTest::~ExecutionTest() {
  threads_.reset();
  EXPECT_EQ(memory_->used(), 0U);
  transaction_.reset();
  ExpectIndexesRight();
  EXPECT_OK(catalog_->Validate());
  EXPECT_OK(catalog_->Close());
  catalog_.reset();
  EXPECT_EQ(pool_.PinnedPages(), 0U);
}

PlanPtr ExecutionTest::Input(TestInput input) {
  PlanPtr plan = MakePlan(input.schema, Receive{});
  plan->estimated_rows = static_cast<double>(inputs_->Add(std::move(input)));
  return plan;
}

PlanPtr ExecutionTest::Input(const Schema& schema, std::vector<Row> rows) {
  TestInput input;
  input.schema = schema;
  input.rows = std::move(rows);
  return Input(std::move(input));
}

PlanPtr ExecutionTest::ParallelInput(const Schema& schema, std::vector<Row> rows, bool blocks) {
  TestInput input;
  input.schema = schema;
  input.rows = std::move(rows);
  input.rows_per_morsel = 7;
  input.workers = 4;
  input.blocks = blocks;
  input.with_selection = true;
  return Input(std::move(input));
}

PlanPtr ExecutionTest::Scan(std::string_view table, std::vector<rm::ColumnPredicate> predicates,
                            bool with_rids) {
  const sm::RelationPtr relation = Table(table);
  FileScan scan;
  scan.relation = relation->name;
  scan.projection = AllColumns(relation->schema);
  scan.predicates = std::move(predicates);
  scan.with_rids = with_rids;
  return MakePlan(relation->schema, std::move(scan));
}

void ExecutionTest::SetMemory(size_t bytes) {
  memory_ = std::make_unique<common::MemoryAccount>("statement", bytes);
  context_.memory = memory_.get();
}

void ExecutionTest::SetParallel(bool parallel) {
  context_.executor = parallel ? static_cast<common::Executor*>(threads_.get()) : &inline_;
}

ExecContext& ExecutionTest::Context() {
  if (transaction_ == nullptr) {
    transaction_ = std::make_unique<tx::Transaction>(catalog_->log());
  }
  context_.transaction = transaction_.get();
  return context_;
}

Result<std::vector<Row>> ExecutionTest::Run(const PlanNode& plan) {
  Result<std::vector<Row>> rows = Drain(plan, false);
  EXPECT_EQ(memory_->used(), 0U);
  EXPECT_OK(rows.ok() ? transaction_->Commit() : transaction_->Rollback());
  transaction_.reset();
  return rows;
}

Result<std::vector<Row>> ExecutionTest::RunPolling(const PlanNode& plan) {
  Result<std::vector<Row>> rows = Drain(plan, true);
  EXPECT_OK(rows.ok() ? transaction_->Commit() : transaction_->Rollback());
  transaction_.reset();
  return rows;
}

Result<std::vector<Row>> ExecutionTest::Drain(const PlanNode& plan, bool polling) {
  struct Bell {
    common::Mutex mutex;
    common::CondVar rung;
    bool rang GUARDED_BY(mutex) = false;
  };
  const auto bell = std::make_shared<Bell>();
  ASSIGN_OR_RETURN(const std::unique_ptr<Query> query, Query::Start(plan, Context()));
  std::vector<Row> rows;
  Batch batch;
  while (true) {
    Query::Ready ready = Query::Ready::kEnd;
    if (polling) {
      ASSIGN_OR_RETURN(ready, query->TryNext(&batch, [bell] {
        const common::MutexLock lock(bell->mutex);
        bell->rang = true;
        bell->rung.NotifyAll();
      }));
    } else {
      ASSIGN_OR_RETURN(const bool more, query->Next(&batch));
      ready = more ? Query::Ready::kRows : Query::Ready::kEnd;
    }
    if (ready == Query::Ready::kEnd) {
      break;
    }
    if (ready == Query::Ready::kBlocked) {
      const common::MutexLock lock(bell->mutex);
      while (!bell->rang) {
        bell->rung.Wait(bell->mutex);
      }
      bell->rang = false;
      continue;
    }
    for (size_t i = 0; i < batch.selected(); ++i) {
      Row& row = rows.emplace_back();
      for (size_t c = 0; c < batch.column_count(); ++c) {
        row.push_back(batch.GetValue(c, batch.RowAt(i)));
      }
    }
  }
  changed_ = query->changed_rows();
  notices_ = query->notices();
  return rows;
}

std::vector<std::string> ExecutionTest::Lines(const PlanNode& plan) {
  const Result<std::vector<Row>> rows = Run(plan);
  EXPECT_OK(rows);
  return rows.ok() ? Text(*rows) : std::vector<std::string>{};
}

void ExecutionTest::CreateTable(std::string name, std::string_view columns,
                                std::optional<sm::PartitionRange> range) {
  sm::TableDefinition definition;
  definition.name = std::move(name);
  definition.columns = Columns(columns).columns();
  definition.range = std::move(range);
  EXPECT_OK(catalog_->CreateTable(*Context().transaction, definition));
  EXPECT_OK(transaction_->Commit());
  transaction_.reset();
}

Status ExecutionTest::CreateIndex(std::string_view table, std::vector<uint32_t> columns,
                                  bool unique) {
  const Result<sm::IndexInfo> index =
      catalog_->CreateIndex(*Context().transaction, *Table(table), columns, unique);
  Status status = index.status();
  if (index.ok()) {
    status = BuildIndex(Context(), *Table(table), *index);
  }
  EXPECT_OK(status.ok() ? transaction_->Commit() : transaction_->Rollback());
  transaction_.reset();
  return status;
}

Status ExecutionTest::Fill(std::string_view table, std::vector<Row> rows) {
  const sm::RelationPtr relation = Table(table);
  std::vector<PlanPtr> children;
  children.push_back(MakePlan(relation->schema, Values{std::move(rows)}));
  Insert insert;
  insert.relation = relation->name;
  const PlanPtr plan = MakePlan(relation->schema, std::move(insert), std::move(children));
  return Run(*plan).status();
}

std::vector<std::string> ExecutionTest::Contents(std::string_view table) {
  return Lines(*Scan(table));
}

namespace {

using Entries = std::vector<std::pair<std::string, Rid>>;

Entries EntriesOfRecords(const rm::RecordFile& records, const sm::Relation& relation,
                         const sm::IndexInfo& index, const ix::BPlusTree& tree) {
  Entries entries;
  rm::MorselSource morsels(records);
  rm::RecordScan scan(records, AllColumns(relation.schema), {}, true);
  Batch batch(relation.schema);
  while (const std::optional<rm::Morsel> morsel = morsels.Take()) {
    scan.Start(*morsel);
    while (scan.Next(&batch).value()) {
      for (size_t row = 0; row < batch.rows(); ++row) {
        std::string key;
        ix::EncodeKey(tree.options().key, batch, index.columns, row, &key);
        entries.emplace_back(std::move(key), batch.rids()[row]);
      }
    }
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

Entries EntriesOfTree(const ix::BPlusTree& tree) {
  Entries entries;
  ix::IndexScan scan(tree, {});
  std::vector<Rid> rids;
  std::vector<std::string> keys;
  while (scan.Next(kBatchCapacity, &rids, &keys).value()) {
  }
  for (size_t i = 0; i < rids.size(); ++i) {
    entries.emplace_back(std::move(keys[i]), rids[i]);
  }
  return entries;
}

}  // namespace

void ExecutionTest::ExpectIndexesRight() {
  for (const sm::RelationPtr& relation : catalog_->Relations(false)) {
    for (const sm::IndexInfo& index : relation->indexes) {
      const ix::BPlusTree& tree = *catalog_->Tree(*relation, index).value();
      const rm::RecordFile& records = *catalog_->Records(*relation).value();
      // Not EXPECT_EQ: nobody reads thousands of keys.
      EXPECT_TRUE(EntriesOfTree(tree) == EntriesOfRecords(records, *relation, index, tree))
          << index.name;
    }
  }
}

void ExecutionTest::WriteFile(const std::string& path, std::string_view text) {
  if (env_.Exists(path)) {
    EXPECT_OK(env_.RemoveFile(path));
  }
  auto file = env_.Open(path, common::OpenMode::kCreate);
  ASSERT_OK(file);
  ASSERT_OK((*file)->Write(0, AsBytes(text)));
}

}  // namespace redbase::ql
