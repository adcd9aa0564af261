// A catalog with the university's relations and sizes to plan with: no rows.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/sim_env.h"
#include "parser/parser.h"
#include "pf/buffer_pool.h"
#include "pf/log.h"
#include "ql/plan_printer.h"
#include "ql/planner.h"
#include "sm/catalog.h"
#include "tests/support/expect_status.h"
#include "tx/transaction.h"

namespace redbase::ql {

inline constexpr LogicalType kIntType{TypeId::kInt, 0};
inline constexpr LogicalType kRealType{TypeId::kReal, 0};
inline constexpr LogicalType StringType(uint32_t n) { return {TypeId::kClassicString, n}; }

class SetSizes : public Statistics {
 public:
  double RowCount(const sm::Relation& relation) const override {
    const auto found = rows.find(relation.name);
    return found == rows.end() ? 100 : found->second;
  }
  double PageCount(const sm::Relation& relation) const override {
    return RowCount(relation) / 1000;
  }
  std::map<std::string, double> rows;
};

class PlanningTest : public ::testing::Test {
 protected:
  PlanningTest()
      : env_(1), pool_(env_, log_, {.budget_bytes = size_t{8} << 20, .background_writer = false}) {
    EXPECT_OK(env_.CreateDirectory("/db"));
    sm::DatabaseOptions options;
    options.node_count = 4;
    EXPECT_OK(sm::Catalog::Create(env_, "/db", options));
    auto catalog = sm::Catalog::Open(pool_, "/db");
    EXPECT_OK(catalog);
    catalog_ = *std::move(catalog);
    transaction_.emplace(catalog_->log());
    Table("student", {{"id", kIntType}, {"name", StringType(20)}, {"gpa", kRealType}});
    Table("enroll", {{"studentid", kIntType}, {"year", kIntType}, {"grade", kRealType}});
    Table("dept", {{"id", kIntType}, {"dname", StringType(30)}});
  }
  ~PlanningTest() override {
    EXPECT_OK(transaction_->Commit());
    EXPECT_EQ(pool_.PinnedPages(), 0U);
  }

  using Columns = std::vector<std::pair<std::string, LogicalType>>;
  // `bounds` split the column `by`; without them the table is not distributed.
  void Table(const std::string& name, const Columns& columns, uint32_t by = 0,
             std::vector<Value> bounds = {}) {
    sm::TableDefinition definition;
    definition.name = name;
    for (const auto& [column, type] : columns) {
      definition.columns.push_back({column, type, name});
    }
    if (!bounds.empty()) {
      definition.partitioning.emplace(by, columns[by].second, std::move(bounds));
    }
    EXPECT_OK(catalog_->CreateTable(*transaction_, definition));
  }
  void Index(const std::string& table, std::vector<uint32_t> columns, bool unique = false) {
    auto relation = catalog_->Find(table);
    ASSERT_OK(relation);
    EXPECT_OK(catalog_->CreateIndex(*transaction_, **relation, columns, unique));
  }

  Result<PlanPtr> TryPlan(const std::string& text, bool optimize = true) {
    ASSIGN_OR_RETURN(const parser::Statement statement, parser::ParseStatement(text));
    return Planner(*catalog_->SeenBy(&transaction_->state()), sizes_, {.optimize = optimize})
        .Plan(statement);
  }
  std::string Explain(const std::string& text, bool optimize = true) {
    auto plan = TryPlan(text, optimize);
    return plan.ok() ? PrintPlan(**plan, PlanStyle::kExplain) : plan.status().message();
  }
  std::string Classic(const std::string& text, bool optimize = true) {
    auto plan = TryPlan(text, optimize);
    return plan.ok() ? PrintPlan(**plan, PlanStyle::kClassic) : plan.status().message();
  }
  std::string Error(const std::string& text) {
    auto plan = TryPlan(text);
    return plan.ok() ? "no error" : plan.status().message();
  }

  common::SimEnv env_;
  pf::NullLog log_;
  pf::BufferPool pool_;
  std::unique_ptr<sm::Catalog> catalog_;
  std::optional<tx::Transaction> transaction_;
  SetSizes sizes_;
};

}  // namespace redbase::ql
