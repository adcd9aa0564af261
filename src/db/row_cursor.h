// RowCursor: the rows of a result, one after another, and their values by type.
//
//     db::RowCursor rows(std::move(result));
//     while (true) {
//       ASSIGN_OR_RETURN(const bool more, rows.Next());
//       if (!more) break;
//       ... rows.GetInt(0), rows.GetString(1) ...
//     }
//
// Belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "common/batch.h"
#include "common/result.h"
#include "common/schema.h"
#include "db/statement_result.h"

namespace redbase::db {

class RowCursor {
 public:
  explicit RowCursor(std::unique_ptr<StatementResult> result) : result_(std::move(result)) {}

  // Names and types of the columns.
  const Schema& schema() const { return result_->schema(); }
  // The next row; false at the end, when the statement is done.
  Result<bool> Next();

  // Of the row that Next has gone to.  A null, and a value of another kind than is asked
  // for, is 0 or ""; GetInt of a real is without its fraction.
  bool IsNull(size_t column) const { return !batch_->column(column).IsValid(row_); }
  int64_t GetInt(size_t column) const;
  double GetDouble(size_t column) const;
  // Good until Next.
  std::string_view GetString(size_t column) const;

  StatementResult& result() { return *result_; }

 private:
  std::unique_ptr<StatementResult> result_;
  const Batch* batch_ = nullptr;  // the result's
  size_t next_ = 0;               // among the selected rows
  size_t row_ = 0;                // in the vectors
};

}  // namespace redbase::db
