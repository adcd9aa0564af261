// A database on a simulated disk, and a small language for changing its catalog.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/sim_env.h"
#include "sm/catalog.h"
#include "tests/support/expect_status.h"

namespace redbase::sm {

inline constexpr LogicalType kInt{TypeId::kInt, 0};
inline constexpr LogicalType kReal{TypeId::kReal, 0};
inline constexpr LogicalType ClassicString(uint32_t length) {
  return {TypeId::kClassicString, length};
}

// "T" with the attributes a int, b c20, c real.
inline TableDefinition Plain(std::string name) {
  TableDefinition definition;
  definition.name = std::move(name);
  definition.columns = {{"a", kInt, ""}, {"b", ClassicString(20), ""}, {"c", kReal, ""}};
  return definition;
}

// The same, distributed by `a` over three nodes.
inline TableDefinition Distributed(std::string name) {
  TableDefinition definition = Plain(std::move(name));
  definition.partitioning = PartitionVector(0, kInt, {Value::Int(10), Value::Int(20)});
  return definition;
}

class CatalogTest : public ::testing::Test {
 protected:
  explicit CatalogTest(uint32_t node_count = 0, uint32_t record_page_size = 4096) {
    DatabaseOptions options;
    options.record_page_size = record_page_size;
    options.tree_page_size = 4096;
    options.node_count = node_count;
    EXPECT_OK(env_.CreateDirectory(kPath));
    EXPECT_OK(Catalog::Create(env_, kPath, options));
    Open();
  }
  ~CatalogTest() override {
    catalog_.reset();
    EXPECT_EQ(pool_.PinnedPages(), 0U);
  }

  void Open() {
    auto catalog = Catalog::Open(pool_, kPath);
    ASSERT_OK(catalog);
    catalog_ = std::move(catalog).value();
  }
  void Reopen() {
    EXPECT_OK(catalog_->Close());
    catalog_.reset();
    Open();
  }

  // Runs a statement: committed when it succeeds, else rolled back.
  Status Run(const std::function<Status(tx::Transaction&)>& statement) {
    tx::Transaction transaction(catalog_->log());
    Status status = statement(transaction);
    const Status end = status.ok() ? transaction.Commit() : transaction.Rollback();
    EXPECT_OK(end);
    return status;
  }
  // Runs a statement and takes it back.
  void RunAndTakeBack(const std::function<Status(tx::Transaction&)>& statement) {
    tx::Transaction transaction(catalog_->log());
    EXPECT_OK(statement(transaction));
    EXPECT_OK(transaction.Rollback());
  }

  Status CreateTable(const TableDefinition& definition) {
    return Run([&](tx::Transaction& t) { return catalog_->CreateTable(t, definition); });
  }
  Status CreateTable(std::string name) { return CreateTable(Plain(std::move(name))); }
  Status DropTable(std::string_view name) {
    return Run([&](tx::Transaction& t) { return catalog_->DropTable(t, name); });
  }
  Status CreateIndex(std::string_view table, std::vector<uint32_t> columns, bool unique = false) {
    return Run([&](tx::Transaction& t) {
      return catalog_->CreateIndex(t, *Table(table), columns, unique).status();
    });
  }
  Status DropIndex(std::string_view table, size_t number) {
    return Run([&](tx::Transaction& t) {
      const RelationPtr relation = Table(table);
      return catalog_->DropIndex(t, *relation, relation->indexes[number]);
    });
  }

  // Requires: it exists.
  RelationPtr Table(std::string_view name) const { return catalog_->Find(name).value(); }
  std::vector<std::string> TableNames() const {
    std::vector<std::string> names;
    for (const RelationPtr& relation : catalog_->Relations(false)) {
      names.push_back(relation->name);
    }
    return names;
  }
  // Rows of a view as text, "T 28 3 0 0 NA".
  std::vector<std::string> View(std::string_view name) const {
    std::vector<std::string> rows;
    const SnapshotPtr seen = catalog_->SeenBy(nullptr);
    const auto batches = catalog_->ViewRows(*seen->Find(name).value(), *seen);
    EXPECT_OK(batches);
    for (const Batch& batch : batches.value()) {
      for (size_t row = 0; row < batch.rows(); ++row) {
        std::string text;
        for (size_t column = 0; column < batch.column_count(); ++column) {
          text += (column > 0 ? " " : "") + batch.GetValue(column, row).ToString();
        }
        rows.push_back(std::move(text));
      }
    }
    return rows;
  }
  // Names in the database's directory.
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    const auto entries = env_.List(kPath);
    EXPECT_OK(entries);
    for (const common::DirEntry& entry : entries.value()) {
      if (!pf::WriteAheadLog::IsFileName(entry.name)) {
        names.push_back(entry.name);
      }
    }
    return names;
  }
  // Everything there is to see of the catalog, on disk and in memory.
  std::vector<std::string> Everything() {
    std::vector<std::string> all = Names();
    for (const RelationPtr& relation : catalog_->Relations(true)) {
      all.push_back(relation->name);
      if (relation->kind == RelationKind::kView) {
        const std::vector<std::string> rows = View(relation->name);
        all.insert(all.end(), rows.begin(), rows.end());
      }
    }
    EXPECT_OK(catalog_->Validate());
    return all;
  }

  static constexpr const char* kPath = "/db";
  common::SimEnv env_;
  pf::NullLog log_;
  pf::BufferPool pool_{env_, log_, {size_t{8} << 20, false}};
  std::unique_ptr<Catalog> catalog_;
};

class DistributedCatalogTest : public CatalogTest {
 protected:
  DistributedCatalogTest() : CatalogTest(3) {}
};

// Pages that hold many columns.
class WideCatalogTest : public CatalogTest {
 protected:
  WideCatalogTest() : CatalogTest(0, 65536) {}
};

inline Batch ThreeRows(const Schema& schema) {
  Batch batch(schema, 3);
  batch.set_rows(3);
  for (size_t row = 0; row < 3; ++row) {
    batch.SetValue(0, row, Value::Int(static_cast<int32_t>(row)));
    batch.SetValue(1, row, Value::String("row " + std::to_string(row)));
    batch.SetValue(2, row, Value::Null());
  }
  return batch;
}

}  // namespace redbase::sm
