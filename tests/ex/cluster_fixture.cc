#include "tests/ex/cluster_fixture.h"

#include <algorithm>
#include <utility>

#include "common/bytes.h"
#include "parser/parser.h"
#include "ql/ddl_binder.h"
#include "ql/planner.h"
#include "sm/database_directory.h"

namespace redbase::ex {

Lines Sorted(Lines lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

uint64_t NewSeed() { return common::RealEnv().RandomSeed(); }

Database::Database(uint32_t node_count, common::Executor* executor)
    : executor_(executor != nullptr ? executor : &inline_) {
  EXPECT_OK(sm::CreateDatabase(env, kPath, node_count, /*page_size=*/4096));
  Open();
}

Database::~Database() {
  if (nodes_ != nullptr) {
    faults.FailAt(MessageFaults::kNever);
    EXPECT_OK(nodes_->Validate());
    Close();
  }
  EXPECT_EQ(pool_.PinnedPages(), 0U);
}

void Database::Open() {
  CommLayerOptions options;
  options.env = &env;
  options.executor = executor_;
  options.pool = &pool_;
  options.exchange_queue_bytes = queue_bytes;
  options.wrap_transport = [this](std::unique_ptr<Transport> inner) {
    return std::make_unique<RecordingTransport>(
        std::make_unique<FailingTransport>(std::move(inner), &faults), &transcript);
  };
  auto opened = CommLayer::Open(options, path);
  ASSERT_OK(opened);
  nodes_ = std::move(opened).value();
}

void Database::Close() {
  EXPECT_OK(nodes_->Close());
  nodes_ = nullptr;
}

bool Database::IsUsable() { return nodes_->Begin({}).ok(); }

void Database::CloseAfterFailure() {
  static_cast<void>(nodes_->Close());
  nodes_ = nullptr;
}

Result<Lines> Database::RunPlan(const parser::Statement& statement, ClusterStatement& in) {
  const sm::SnapshotPtr catalog = nodes_->catalog().SeenBy(in.transaction().get());
  const ql::Planner planner(*catalog, nodes_->statistics(), {.optimize = optimize});
  ASSIGN_OR_RETURN(const ql::PlanPtr plan, planner.Plan(statement));
  ASSIGN_OR_RETURN(const std::unique_ptr<ql::Query> query, in.Run(*plan));
  Lines rows;
  Batch batch;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, query->Next(&batch));
    if (!more) {
      break;
    }
    for (size_t i = 0; i < batch.selected(); ++i) {
      std::string line;
      for (size_t c = 0; c < batch.column_count(); ++c) {
        line += (c == 0 ? "" : " | ") + batch.GetValue(c, batch.RowAt(i)).ToString();
      }
      rows.push_back(std::move(line));
    }
  }
  changed_rows = query->changed_rows();
  notices = query->notices();
  return rows;
}

Result<Lines> Database::Dispatch(const parser::Statement& statement, ClusterStatement& in) {
  if (const auto* create = std::get_if<parser::CreateTable>(&statement)) {
    ASSIGN_OR_RETURN(const sm::TableDefinition definition,
                     ql::BindCreateTable(*create, nodes_->node_count()));
    RETURN_IF_ERROR(in.CreateTable(definition));
  } else if (const auto* drop = std::get_if<parser::DropTable>(&statement)) {
    RETURN_IF_ERROR(in.DropTable(drop->table.text));
  } else if (const auto* index = std::get_if<parser::CreateIndex>(&statement)) {
    ASSIGN_OR_RETURN(const ql::BoundIndex bound,
                     ql::BindIndex(*nodes_->catalog().SeenBy(in.transaction().get()), index->table,
                                   index->columns));
    RETURN_IF_ERROR(in.CreateIndex(bound.relation->name, bound.columns, index->unique));
  } else if (const auto* old = std::get_if<parser::DropIndex>(&statement)) {
    ASSIGN_OR_RETURN(
        const ql::BoundIndex bound,
        ql::BindIndex(*nodes_->catalog().SeenBy(in.transaction().get()), old->table, old->columns));
    RETURN_IF_ERROR(in.DropIndex(bound.relation->name, bound.columns));
  } else {
    return RunPlan(statement, in);
  }
  return Lines();
}

template <typename Begin>
Result<Lines> Database::DoOne(std::string_view text, Begin begin) {
  ASSIGN_OR_RETURN(const parser::Statement statement, parser::ParseStatement(text));
  common::MemoryAccount memory("statement", memory_bytes);
  StatementOptions options;
  options.memory = &memory;
  options.cancel = &cancel;
  options.working_directory = kPath;
  ASSIGN_OR_RETURN(const std::unique_ptr<ClusterStatement> in, begin(options));
  Result<Lines> rows = Dispatch(statement, *in);
  if (!rows.ok()) {
    const Status taken_back = in->Rollback();
    EXPECT_TRUE(taken_back.ok() || faults.failures > 0) << taken_back.message();
    return rows;
  }
  RETURN_IF_ERROR(in->Commit());
  EXPECT_EQ(memory.used(), 0U);
  return rows;
}

Result<Lines> Database::Do(std::string_view text) {
  return DoOne(text, [this](const StatementOptions& options) { return nodes_->Begin(options); });
}

Result<Lines> Database::DoIn(ClusterTransaction& transaction, std::string_view text) {
  return DoOne(
      text, [&transaction](const StatementOptions& options) { return transaction.Begin(options); });
}

Lines Database::Rows(std::string_view text) {
  Result<Lines> rows = Do(text);
  EXPECT_OK(rows) << text;
  return rows.ok() ? *std::move(rows) : Lines();
}

std::string Database::Error(std::string_view text) {
  const Result<Lines> rows = Do(text);
  EXPECT_FALSE(rows.ok()) << text;
  return rows.ok() ? "" : rows.status().message();
}

sm::RelationPtr Database::Relation(std::string_view name) {
  auto relation = nodes_->catalog().Find(name);
  EXPECT_OK(relation);
  return std::move(relation).value();
}

void Database::WriteFile(const std::string& name, std::string_view text) {
  if (env.Exists(name)) {
    EXPECT_OK(env.RemoveFile(name));
  }
  auto file = env.Open(name, common::OpenMode::kCreate);
  ASSERT_OK(file);
  ASSERT_OK((*file)->Write(0, AsBytes(text)));
}

Lines Database::Snapshot() {
  Lines all;
  for (const sm::RelationPtr& relation : nodes_->catalog().Relations(/*with_system=*/false)) {
    all.push_back("table " + relation->name + ", indexes " +
                  std::to_string(relation->indexes.size()));
    for (std::string& row : Sorted(Rows("print " + relation->name + ";"))) {
      all.push_back(std::move(row));
    }
    auto sizes = nodes_->PartitionSizes(*relation);
    EXPECT_OK(sizes);
    for (const PartitionSize& size : *sizes) {
      all.push_back("partition " + std::to_string(size.partition) + " rows " +
                    std::to_string(size.rows));
    }
  }
  return all;
}

}  // namespace redbase::ex
