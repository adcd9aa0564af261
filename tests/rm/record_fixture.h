// RecordFixture: a record file on a simulated disk, with a small pool, and a
// language for tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/batch.h"
#include "common/schema.h"
#include "common/sim_env.h"
#include "pf/buffer_pool.h"
#include "pf/log.h"
#include "rm/record_file.h"
#include "rm/record_scan.h"
#include "tests/support/expect_status.h"
#include "tx/transaction.h"

namespace redbase::rm {

using Row = std::vector<Value>;

inline Schema SchemaOf(const std::vector<LogicalType>& types) {
  Schema schema;
  for (size_t i = 0; i < types.size(); ++i) {
    schema.Add({"c" + std::to_string(i), types[i], "r"});
  }
  return schema;
}

inline Batch BatchOf(const std::vector<LogicalType>& types, const std::vector<Row>& rows) {
  Batch batch(SchemaOf(types), std::max(rows.size(), size_t{1}));
  for (size_t r = 0; r < rows.size(); ++r) {
    for (size_t c = 0; c < types.size(); ++c) {
      batch.SetValue(c, r, rows[r][c]);
    }
  }
  batch.set_rows(rows.size());
  return batch;
}

inline Row RowOf(const Batch& batch, size_t i) {
  Row row;
  for (size_t c = 0; c < batch.column_count(); ++c) {
    row.push_back(batch.GetValue(c, batch.RowAt(i)));
  }
  return row;
}

inline constexpr LogicalType kInt{TypeId::kInt, 0};
inline constexpr LogicalType kReal{TypeId::kReal, 0};
inline constexpr LogicalType kText{TypeId::kVarchar, 0};

class RecordFixture : public ::testing::Test {
 protected:
  static constexpr size_t kPageSize = 4096;

  void TearDown() override {
    if (file_ != nullptr) {
      env_.SetFaults({});
      EXPECT_EQ(pool_->PinnedPages(), 0U);
      EXPECT_OK(file_->Close());
      file_.reset();
    }
    if (pool_ != nullptr) {
      EXPECT_EQ(pool_->PinnedPages(), 0U);
    }
  }

  void Create(std::vector<LogicalType> types, size_t page_size = kPageSize, size_t pages = 40) {
    types_ = std::move(types);
    pool_ = std::make_unique<pf::BufferPool>(env_, log_,
                                             pf::BufferPool::Options{pages * page_size, false});
    auto made = RecordFile::Create(context(), "/r", {pf::FileId{7}, 1}, types_, page_size);
    ASSERT_OK(made);
    file_ = std::move(*made);
  }

  void Reopen() {
    ASSERT_OK(file_->Close());
    file_.reset();
    auto opened = RecordFile::Open(context(), "/r", {pf::FileId{7}, 1}, types_);
    ASSERT_OK(opened);
    file_ = std::move(*opened);
  }

  FileContext context() { return {pool_.get(), &targets_}; }

  // Each in a transaction of its own.
  std::vector<Rid> Insert(const std::vector<Row>& rows) {
    tx::Transaction transaction(targets_);
    std::vector<Rid> rids;
    EXPECT_OK(file_->Insert(transaction, BatchOf(types_, rows), &rids));
    EXPECT_OK(transaction.Commit());
    return rids;
  }
  Status Erase(const std::vector<Rid>& rids) {
    tx::Transaction transaction(targets_);
    RETURN_IF_ERROR(file_->Erase(transaction, rids));
    return transaction.Commit();
  }
  Status Update(tx::Transaction& transaction, const std::vector<Rid>& rids,
                const std::vector<uint32_t>& columns, const std::vector<Row>& rows) {
    std::vector<LogicalType> types;
    for (const uint32_t column : columns) {
      types.push_back(types_[column]);
    }
    return file_->Update(transaction, rids, columns, BatchOf(types, rows));
  }
  Status Update(const std::vector<Rid>& rids, const std::vector<uint32_t>& columns,
                const std::vector<Row>& rows) {
    tx::Transaction transaction(targets_);
    RETURN_IF_ERROR(Update(transaction, rids, columns, rows));
    return transaction.Commit();
  }

  std::vector<uint32_t> AllColumns() const {
    std::vector<uint32_t> columns;
    for (uint32_t i = 0; i < types_.size(); ++i) {
      columns.push_back(i);
    }
    return columns;
  }

  std::optional<Row> Fetch(Rid rid) {
    Batch out;
    EXPECT_OK(file_->Fetch({&rid, 1}, AllColumns(), nullptr, &out));
    return out.rows() == 0 ? std::nullopt : std::optional(RowOf(out, 0));
  }

  // Every record that passes, with its RID, as the scan gives them.
  std::vector<std::pair<Rid, Row>> Scan(std::vector<ColumnPredicate> predicates = {},
                                        std::vector<uint32_t> projection = {}) {
    if (projection.empty()) {
      projection = AllColumns();
    }
    std::vector<std::pair<Rid, Row>> found;
    MorselSource morsels(*file_);
    RecordScan scan(*file_, projection, std::move(predicates), true);
    Batch batch;
    while (const auto morsel = morsels.Take()) {
      scan.Start(*morsel);
      while (true) {
        const Result<bool> more = scan.Next(&batch);
        EXPECT_OK(more);
        if (!more.ok() || !*more) {
          break;
        }
        EXPECT_EQ(batch.rids().size(), batch.rows());
        for (size_t i = 0; i < batch.rows(); ++i) {
          found.emplace_back(batch.rids()[i], RowOf(batch, i));
        }
      }
    }
    return found;
  }

  common::SimEnv env_;
  pf::MemoryLog log_;
  tx::UndoTargets targets_;
  std::unique_ptr<pf::BufferPool> pool_;
  std::vector<LogicalType> types_;
  std::unique_ptr<RecordFile> file_;
};

}  // namespace redbase::rm
