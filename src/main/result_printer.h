// ResultPrinter: the result of one statement in the classic layout, read to its
// end: tables, headings of data nodes, plans.
//
// Text is held back until kHeld bytes have gathered or the statement has ended,
// so that a statement that fails early prints nothing.  Not thread-safe.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "common/batch.h"
#include "common/status.h"
#include "db/session.h"
#include "main/classic_printer.h"

namespace redbase::main {

// What besides the rows is printed.
struct ResultLayout {
  bool plans = false;    // the plan of a select, delete or update
  bool dots = false;     // between the nodes of a `print`
  bool one_row = false;  // an insert of one row
};

class ResultPrinter {
 public:
  ResultPrinter(db::StatementResult& result, ResultLayout layout, std::ostream& out)
      : result_(result), layout_(layout), out_(out), table_(result.schema()) {}

  // kIoError when the output cannot be written.
  Status Print();

 private:
  static constexpr size_t kHeld = size_t{256} << 10;

  Status Drain();
  Status PrintRows();
  Status PrintChange();
  void PrintShuffles(const ql::PlanNode& plan);
  void PrintPlanOfSelect();
  void PrintPlanOfChange();
  void BeginSection(uint32_t node);
  void EndSection();
  // Comes to the section of `node`, by way of those between.
  void AdvanceTo(uint32_t node);
  void AdvanceToLast();
  // Writes what was held back, when it is much or `all`.
  Status Emit(bool all);

  db::StatementResult& result_;
  const ResultLayout layout_;
  std::ostream& out_;
  const ClassicPrinter table_;
  std::string text_;
  size_t section_ = 0;  // index in result_.nodes()
  uint64_t rows_ = 0;   // in this section, or of all
};

}  // namespace redbase::main
