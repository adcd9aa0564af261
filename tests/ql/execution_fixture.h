// Plans run against inputs made by the test and tables of a small database.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/random.h"
#include "common/sim_env.h"
#include "ql/operator.h"
#include "ql/query.h"
#include "sm/catalog.h"
#include "tests/support/expect_status.h"

namespace redbase::ql {

using Row = std::vector<Value>;

// Rows that a test feeds to a plan, and how.
struct TestInput {
  Schema schema;
  std::vector<Row> rows;
  size_t rows_per_morsel = 3;
  size_t workers = 1;
  std::optional<size_t> fail_at;  // the morsel
  Status failure{Code::kIoError, "disk on fire"};
  bool blocks = false;          // before every morsel
  bool with_selection = false;  // every row followed by one that does not count
};

// "a int, b c10, c real, d bigint, e double, f varchar(5)"; money is decimal(12,2),
// huge is decimal(38,6), char3 is char(3).
Schema Columns(std::string_view text);
// "1 | abc | null".
std::string Text(const Row& row);
std::vector<std::string> Text(const std::vector<Row>& rows);
std::vector<std::string> Sorted(std::vector<std::string> lines);
// Values of the schema's types from a small domain, some of them null.
std::vector<Row> RandomRows(Random& random, const Schema& schema, size_t count, uint64_t domain);
// The schema's columns as expressions.
// A node above others.
template <typename T>
PlanPtr Above(Schema schema, T detail, PlanPtr child) {
  std::vector<PlanPtr> children;
  children.push_back(std::move(child));
  return MakePlan(std::move(schema), std::move(detail), std::move(children));
}
template <typename T>
PlanPtr AboveTwo(Schema schema, T detail, PlanPtr left, PlanPtr right) {
  PlanPtr plan = Above(std::move(schema), std::move(detail), std::move(left));
  plan->children.push_back(std::move(right));
  return plan;
}
ExprPtr ColumnOf(const Schema& schema, uint32_t column);
ExprPtr Comparison(const Schema& schema, uint32_t column, CompareOp op, Value value);
uint64_t NewSeed();

class ExecutionTest : public ::testing::Test {
 protected:
  ExecutionTest();
  ~ExecutionTest() override;

  // A leaf that gives the input's rows.
  PlanPtr Input(TestInput input);
  PlanPtr Input(const Schema& schema, std::vector<Row> rows);
  // Of four workers, with rows between that do not count.
  PlanPtr ParallelInput(const Schema& schema, std::vector<Row> rows, bool blocks = false);
  PlanPtr Scan(std::string_view table, std::vector<rm::ColumnPredicate> predicates = {},
               bool with_rids = false);

  // All rows, in order; changes are committed, or rolled back after an error.
  Result<std::vector<Row>> Run(const PlanNode& plan);
  // The same by TryNext.
  Result<std::vector<Row>> RunPolling(const PlanNode& plan);
  std::vector<std::string> Lines(const PlanNode& plan);

  void SetMemory(size_t bytes);
  ExecContext& Context();
  // On this thread alone, or with three that help.
  void SetParallel(bool parallel);

  void CreateTable(std::string name, std::string_view columns,
                   std::optional<sm::PartitionRange> range = {});
  Status CreateIndex(std::string_view table, std::vector<uint32_t> columns, bool unique = false);
  Status Fill(std::string_view table, std::vector<Row> rows);
  std::vector<std::string> Contents(std::string_view table);
  sm::RelationPtr Table(std::string_view name) const { return catalog_->Find(name).value(); }
  // Each index of each table holds the entries of its records, and no others.
  void ExpectIndexesRight();
  void WriteFile(const std::string& path, std::string_view text);

  static constexpr const char* kPath = "/db";
  common::SimEnv env_;
  pf::NullLog log_;
  pf::BufferPool pool_{env_, log_, {size_t{32} << 20, false}};
  std::unique_ptr<sm::Catalog> catalog_;
  common::CancelToken cancel_;
  // Of the last plan run.
  uint64_t changed_ = 0;
  std::vector<std::string> notices_;

 private:
  class Inputs;

  Result<std::vector<Row>> Drain(const PlanNode& plan, bool polling);

  std::unique_ptr<common::ThreadPool> threads_;
  common::InlineExecutor inline_;
  std::unique_ptr<common::MemoryAccount> memory_;
  std::unique_ptr<Inputs> inputs_;
  std::unique_ptr<tx::Transaction> transaction_;
  ExecContext context_;
};

}  // namespace redbase::ql
