#include "ql/expr_eval.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "common/physical_value.h"
#include "ql/function.h"
#include "ql/internal/cast_kernels.h"
#include "ql/internal/compare_kernels.h"
#include "ql/internal/like_pattern.h"

namespace redbase::ql {

namespace {

constexpr LogicalType kBigint{TypeId::kBigint, 0};
constexpr LogicalType kDouble{TypeId::kDouble, 0};

bool IsInteger(PhysicalType type) { return type <= PhysicalType::kInt64; }

// Those of `rows` that are not in `taken`, which is a part of them in the same order.
std::vector<uint16_t> Without(Rows rows, const std::vector<uint16_t>& taken) {
  std::vector<uint16_t> left;
  left.reserve(rows.count - taken.size());
  auto next = taken.begin();
  rows.ForEach([&](size_t row) {
    if (next != taken.end() && *next == row) {
      ++next;
    } else {
      left.push_back(static_cast<uint16_t>(row));
    }
  });
  return left;
}

// Evaluates over some rows of one batch.
class Evaluator {
 public:
  explicit Evaluator(const Batch& batch) : batch_(batch) {}

  // Appends those of `rows` for which the predicate is true.
  Status Select(const Expr& predicate, Rows rows, std::vector<uint16_t>* out);
  Status Evaluate(const Expr& expr, Rows rows, Vector* out);

 private:
  Status SelectCompare(const Expr& expr, Rows rows, std::vector<uint16_t>* out);
  Status SelectNull(const Expr& expr, Rows rows, std::vector<uint16_t>* out);
  Status SelectAnd(const Expr& expr, Rows rows, std::vector<uint16_t>* out);
  Status SelectOr(const Expr& expr, Rows rows, std::vector<uint16_t>* out);
  Status SelectTrue(const Expr& expr, Rows rows, std::vector<uint16_t>* out);
  Status SelectLike(const Expr& expr, Rows rows, std::vector<uint16_t>* out);
  Status SelectDistinct(const Expr& expr, Rows rows, std::vector<uint16_t>* out);

  void CopyColumn(const Vector& column, Rows rows, Vector* out);
  void FillConstant(const Value& value, Rows rows, Vector* out);
  Status EvaluateCompare(const Expr& expr, Rows rows, Vector* out);
  Status EvaluateLike(const Expr& expr, Rows rows, Vector* out);
  // Calls `visit(row, matches)` for the rows of which both sides have a value.
  template <typename Visit>
  Status VisitLike(const Expr& expr, Rows rows, Visit visit);
  Status EvaluateCase(const Expr& expr, Rows rows, Vector* out);
  Status EvaluateCoalesce(const Expr& expr, Rows rows, Vector* out);
  Status EvaluateFunction(const Expr& expr, Rows rows, Vector* out);
  // The values of `rows`, and nothing else, at their places of `out`.
  Status EvaluateInto(const Expr& expr, Rows rows, Vector* out);
  // True at those of `rows` that `select` selects, else false.
  static void FillTruth(Rows rows, const std::vector<uint16_t>& selected, Vector* out);
  Status EvaluateNot(const Expr& expr, Rows rows, Vector* out);
  Status EvaluateLogic(const Expr& expr, Rows rows, Vector* out);

  // The expression's values where they are, else in `storage`.
  Status MakeOperand(const Expr& expr, Rows rows, Vector* storage, Operand* out);
  // Both sides of a comparison, of types that CompareRows takes.
  struct Sides {
    Vector storage[2];
    Vector widened[2];
    Operand operand[2];
  };
  Status MakeSides(const Expr& expr, Rows rows, Sides* out);
  Status Widen(LogicalType type, Rows rows, Vector* storage, Operand* operand);

  const Batch& batch_;
};

Status Evaluator::Select(const Expr& predicate, Rows rows, std::vector<uint16_t>* out) {
  switch (predicate.kind) {
    case ExprKind::kCompare:
      return SelectCompare(predicate, rows, out);
    case ExprKind::kIsNull:
      return SelectNull(predicate, rows, out);
    case ExprKind::kAnd:
      return SelectAnd(predicate, rows, out);
    case ExprKind::kOr:
      return SelectOr(predicate, rows, out);
    case ExprKind::kLike:
      return SelectLike(predicate, rows, out);
    case ExprKind::kIsTrue:
      return Select(*predicate.children[0], rows, out);
    case ExprKind::kDistinct:
      return SelectDistinct(predicate, rows, out);
    default:
      return SelectTrue(predicate, rows, out);
  }
}

Status Evaluator::SelectCompare(const Expr& expr, Rows rows, std::vector<uint16_t>* out) {
  std::vector<uint16_t> storage;
  Sides sides;
  RETURN_IF_ERROR(MakeSides(expr, rows, &sides));
  rows = WithoutNulls(sides.operand[0], rows, &storage);
  rows = WithoutNulls(sides.operand[1], rows, &storage);
  CompareRows(expr.op, sides.operand[0], sides.operand[1], rows, out);
  return {};
}

Status Evaluator::SelectNull(const Expr& expr, Rows rows, std::vector<uint16_t>* out) {
  Vector storage;
  Operand operand;
  RETURN_IF_ERROR(MakeOperand(*expr.children[0], rows, &storage, &operand));
  rows.ForEach([&](size_t row) {
    if (!operand.IsValid(row)) {
      out->push_back(static_cast<uint16_t>(row));
    }
  });
  return {};
}

// Each conjunct sees only what those before it have left.
Status Evaluator::SelectAnd(const Expr& expr, Rows rows, std::vector<uint16_t>* out) {
  std::vector<uint16_t> left;
  for (const ExprPtr& child : expr.children) {
    std::vector<uint16_t> passed;
    RETURN_IF_ERROR(Select(*child, rows, &passed));
    left = std::move(passed);
    rows = Rows::Of(left);
  }
  out->insert(out->end(), left.begin(), left.end());
  return {};
}

// Each disjunct sees only what none before it has taken.
Status Evaluator::SelectOr(const Expr& expr, Rows rows, std::vector<uint16_t>* out) {
  std::vector<uint16_t> taken;
  std::vector<uint16_t> rest;
  for (const ExprPtr& child : expr.children) {
    std::vector<uint16_t> passed;
    RETURN_IF_ERROR(Select(*child, rows, &passed));
    taken.insert(taken.end(), passed.begin(), passed.end());
    rest = Without(rows, passed);
    rows = Rows::Of(rest);
  }
  std::sort(taken.begin(), taken.end());
  out->insert(out->end(), taken.begin(), taken.end());
  return {};
}

Status Evaluator::SelectTrue(const Expr& expr, Rows rows, std::vector<uint16_t>* out) {
  Vector storage;
  Operand operand;
  RETURN_IF_ERROR(MakeOperand(expr, rows, &storage, &operand));
  assert(operand.vector->physical() == PhysicalType::kBool);
  const uint8_t* values = operand.vector->data<uint8_t>();
  rows.ForEach([&](size_t row) {
    if (operand.IsValid(row) && values[operand.constant ? 0 : row] != 0) {
      out->push_back(static_cast<uint16_t>(row));
    }
  });
  return {};
}

Status Evaluator::Evaluate(const Expr& expr, Rows rows, Vector* out) {
  out->Reset(expr.type, std::max(batch_.capacity(), batch_.rows()));
  switch (expr.kind) {
    case ExprKind::kColumn:
      CopyColumn(batch_.column(expr.column), rows, out);
      return {};
    case ExprKind::kConstant:
      FillConstant(expr.value, rows, out);
      return {};
    case ExprKind::kCast: {
      Vector storage;
      Operand operand;
      RETURN_IF_ERROR(MakeOperand(*expr.children[0], rows, &storage, &operand));
      return CastRows(operand, rows, out,
                      expr.assigns ? CastMode::kAssignment : CastMode::kExplicit);
    }
    case ExprKind::kCompare:
      return EvaluateCompare(expr, rows, out);
    case ExprKind::kIsNull: {
      std::vector<uint16_t> nulls;
      RETURN_IF_ERROR(SelectNull(expr, rows, &nulls));
      FillTruth(rows, nulls, out);
      return {};
    }
    case ExprKind::kIsTrue:
    case ExprKind::kDistinct: {
      std::vector<uint16_t> selected;
      RETURN_IF_ERROR(Select(expr, rows, &selected));
      FillTruth(rows, selected, out);
      return {};
    }
    case ExprKind::kCase:
      return EvaluateCase(expr, rows, out);
    case ExprKind::kCoalesce:
      return EvaluateCoalesce(expr, rows, out);
    case ExprKind::kFunction:
      return EvaluateFunction(expr, rows, out);
    case ExprKind::kNot:
      return EvaluateNot(expr, rows, out);
    case ExprKind::kAnd:
    case ExprKind::kOr:
      return EvaluateLogic(expr, rows, out);
    case ExprKind::kLike:
      return EvaluateLike(expr, rows, out);
  }
  return {Code::kInternal, "expression of unknown kind"};
}

void Evaluator::CopyColumn(const Vector& column, Rows rows, Vector* out) {
  assert(column.physical() == out->physical());
  if (rows.list == nullptr) {
    out->CopyRange(column, 0, rows.count, 0);
  } else {
    rows.ForEach([&](size_t row) { out->CopyRow(column, row, row); });
  }
}

void Evaluator::FillConstant(const Value& value, Rows rows, Vector* out) {
  if (out->physical() != PhysicalType::kString || value.is_null()) {
    rows.ForEach([&](size_t row) { PutValue(value, row, out); });
    return;
  }
  const StringView view = out->heap().Add(PhysicalOf<StringView>(value).view());
  rows.ForEach([&](size_t row) { out->data<StringView>()[row] = view; });
}

Status Evaluator::EvaluateCompare(const Expr& expr, Rows rows, Vector* out) {
  std::vector<uint16_t> storage;
  Sides sides;
  RETURN_IF_ERROR(MakeSides(expr, rows, &sides));
  rows.ForEach([&](size_t row) {
    out->data<uint8_t>()[row] = 0;
    if (!sides.operand[0].IsValid(row) || !sides.operand[1].IsValid(row)) {
      out->SetNull(row);
    }
  });
  rows = WithoutNulls(sides.operand[0], rows, &storage);
  rows = WithoutNulls(sides.operand[1], rows, &storage);
  std::vector<uint16_t> passed;
  CompareRows(expr.op, sides.operand[0], sides.operand[1], rows, &passed);
  Rows::Of(passed).ForEach([out](size_t row) { out->data<uint8_t>()[row] = 1; });
  return {};
}

template <typename Visit>
Status Evaluator::VisitLike(const Expr& expr, Rows rows, Visit visit) {
  Sides sides;
  std::vector<uint16_t> valid;
  RETURN_IF_ERROR(MakeSides(expr, rows, &sides));
  const auto [text, pattern] = sides.operand;
  rows = WithoutNulls(text, rows, &valid);
  rows = WithoutNulls(pattern, rows, &valid);
  const auto compile = [&expr, pattern = pattern](size_t row) {
    return LikePattern::Compile(pattern.vector->data<StringView>()[row].view(),
                                expr.value.string_value(), expr.folds_case);
  };
  std::optional<LikePattern> constant;
  if (pattern.constant && rows.count > 0) {
    ASSIGN_OR_RETURN(constant, compile(0));
  }
  for (size_t i = 0; i < rows.count; ++i) {
    const size_t row = rows[i];
    const StringView& value = text.vector->data<StringView>()[text.constant ? 0 : row];
    if (constant) {
      visit(row, constant->Matches(value.view()));
    } else {
      ASSIGN_OR_RETURN(const LikePattern own, compile(row));
      visit(row, own.Matches(value.view()));
    }
  }
  return {};
}

Status Evaluator::SelectLike(const Expr& expr, Rows rows, std::vector<uint16_t>* out) {
  return VisitLike(expr, rows, [out](size_t row, bool matches) {
    if (matches) {
      out->push_back(static_cast<uint16_t>(row));
    }
  });
}

Status Evaluator::EvaluateLike(const Expr& expr, Rows rows, Vector* out) {
  rows.ForEach([out](size_t row) {
    out->data<uint8_t>()[row] = 0;
    out->SetNull(row);
  });
  return VisitLike(expr, rows, [out](size_t row, bool matches) {
    out->data<uint8_t>()[row] = matches ? 1 : 0;
    out->SetValid(row);
  });
}

// One null alone is distinct from the other side, two are not.
Status Evaluator::SelectDistinct(const Expr& expr, Rows rows, std::vector<uint16_t>* out) {
  Sides sides;
  RETURN_IF_ERROR(MakeSides(expr, rows, &sides));
  std::vector<uint16_t> storage;
  Rows valid = WithoutNulls(sides.operand[0], rows, &storage);
  valid = WithoutNulls(sides.operand[1], valid, &storage);
  CompareRows(expr.op, sides.operand[0], sides.operand[1], valid, out);
  const bool wanted = expr.op == CompareOp::kEq;
  rows.ForEach([&](size_t row) {
    const bool left = sides.operand[0].IsValid(row);
    const bool right = sides.operand[1].IsValid(row);
    if ((!left || !right) && (left == right) == wanted) {
      out->push_back(static_cast<uint16_t>(row));
    }
  });
  std::sort(out->begin(), out->end());
  return {};
}

void Evaluator::FillTruth(Rows rows, const std::vector<uint16_t>& selected, Vector* out) {
  rows.ForEach([out](size_t row) { out->data<uint8_t>()[row] = 0; });
  Rows::Of(selected).ForEach([out](size_t row) { out->data<uint8_t>()[row] = 1; });
}

Status Evaluator::EvaluateInto(const Expr& expr, Rows rows, Vector* out) {
  if (rows.count == 0) {
    return {};
  }
  Vector values;
  RETURN_IF_ERROR(Evaluate(expr, rows, &values));
  rows.ForEach([&](size_t row) { out->CopyRow(values, row, row); });
  return {};
}

// Each branch is evaluated for its own rows alone, so that what would fail elsewhere does not.
Status Evaluator::EvaluateCase(const Expr& expr, Rows rows, Vector* out) {
  std::vector<uint16_t> left;
  for (size_t i = 0; i + 1 < expr.children.size() && rows.count > 0; i += 2) {
    std::vector<uint16_t> taken;
    RETURN_IF_ERROR(Select(*expr.children[i], rows, &taken));
    RETURN_IF_ERROR(EvaluateInto(*expr.children[i + 1], Rows::Of(taken), out));
    left = Without(rows, taken);
    rows = Rows::Of(left);
  }
  return EvaluateInto(*expr.children.back(), rows, out);
}

Status Evaluator::EvaluateCoalesce(const Expr& expr, Rows rows, Vector* out) {
  std::vector<uint16_t> left;
  for (const ExprPtr& child : expr.children) {
    RETURN_IF_ERROR(EvaluateInto(*child, rows, out));
    std::vector<uint16_t> nulls;
    rows.ForEach([&](size_t row) {
      if (!out->IsValid(row)) {
        nulls.push_back(static_cast<uint16_t>(row));
      }
    });
    left = std::move(nulls);
    rows = Rows::Of(left);
  }
  return {};
}

Status Evaluator::EvaluateFunction(const Expr& expr, Rows rows, Vector* out) {
  const size_t count = expr.children.size();
  std::vector<Vector> storage(count);
  std::vector<Operand> arguments(count);
  for (size_t i = 0; i < count; ++i) {
    RETURN_IF_ERROR(MakeOperand(*expr.children[i], rows, &storage[i], &arguments[i]));
  }
  std::vector<uint16_t> valid;
  if (expr.function->strict) {
    const Rows all = rows;
    for (const Operand& argument : arguments) {
      rows = WithoutNulls(argument, rows, &valid);
    }
    if (rows.count < all.count) {
      all.ForEach([out](size_t row) { PutValue(Value::Null(), row, out); });
      rows.ForEach([out](size_t row) { out->SetValid(row); });
    }
  }
  return rows.count == 0 ? Status() : expr.function->kernel(arguments, rows, out);
}

Status Evaluator::EvaluateNot(const Expr& expr, Rows rows, Vector* out) {
  Vector storage;
  Operand operand;
  RETURN_IF_ERROR(MakeOperand(*expr.children[0], rows, &storage, &operand));
  const uint8_t* values = operand.vector->data<uint8_t>();
  rows.ForEach([&](size_t row) {
    if (operand.IsValid(row)) {
      out->data<uint8_t>()[row] = values[operand.constant ? 0 : row] == 0 ? 1 : 0;
    } else {
      out->SetNull(row);
    }
  });
  return {};
}

// One decisive operand (false for and, true for or) decides; else null is unknown.
Status Evaluator::EvaluateLogic(const Expr& expr, Rows rows, Vector* out) {
  const uint8_t decisive = expr.kind == ExprKind::kOr ? 1 : 0;
  rows.ForEach([&](size_t row) { out->data<uint8_t>()[row] = decisive == 0 ? 1 : 0; });
  for (const ExprPtr& child : expr.children) {
    Vector storage;
    Operand operand;
    RETURN_IF_ERROR(MakeOperand(*child, rows, &storage, &operand));
    const uint8_t* values = operand.vector->data<uint8_t>();
    rows.ForEach([&](size_t row) {
      uint8_t& result = out->data<uint8_t>()[row];
      if (out->IsValid(row) && result == decisive) {
        return;
      }
      if (!operand.IsValid(row)) {
        out->SetNull(row);
      } else if ((values[operand.constant ? 0 : row] != 0) == (decisive != 0)) {
        result = decisive;
        out->SetValid(row);
      }
    });
  }
  return {};
}

Status Evaluator::MakeOperand(const Expr& expr, Rows rows, Vector* storage, Operand* out) {
  if (expr.kind == ExprKind::kColumn) {
    *out = {&batch_.column(expr.column), false};
    return {};
  }
  *out = {storage, expr.kind == ExprKind::kConstant};
  if (out->constant) {
    storage->Reset(expr.type, 1);
    PutValue(expr.value, 0, storage);
    return {};
  }
  return Evaluate(expr, rows, storage);
}

Status Evaluator::MakeSides(const Expr& expr, Rows rows, Sides* out) {
  PhysicalType types[2];
  for (size_t i = 0; i < 2; ++i) {
    RETURN_IF_ERROR(MakeOperand(*expr.children[i], rows, &out->storage[i], &out->operand[i]));
    types[i] = out->operand[i].vector->physical();
  }
  if (types[0] == types[1]) {
    return {};
  }
  const bool both_integers = IsInteger(types[0]) && IsInteger(types[1]);
  for (size_t i = 0; i < 2; ++i) {
    // A bigint keeps its digits; all other numbers are exact as doubles.
    const bool as_integer = both_integers || types[i] == PhysicalType::kInt64;
    RETURN_IF_ERROR(
        Widen(as_integer ? kBigint : kDouble, rows, &out->widened[i], &out->operand[i]));
  }
  return {};
}

Status Evaluator::Widen(LogicalType type, Rows rows, Vector* storage, Operand* operand) {
  if (operand->vector->physical() == PhysicalTypeOf(type)) {
    return {};
  }
  if (operand->constant) {
    rows = {nullptr, 1};
  }
  storage->Reset(type, operand->constant ? 1 : std::max(batch_.capacity(), batch_.rows()));
  RETURN_IF_ERROR(CastRows(*operand, rows, storage));
  operand->vector = storage;
  return {};
}

Rows SelectedRows(const Batch& batch) {
  return batch.has_selection() ? Rows::Of(batch.selection()) : Rows{nullptr, batch.rows()};
}

}  // namespace

Status SelectRows(const Expr& predicate, const Batch& batch, std::vector<uint16_t>* rows) {
  rows->clear();
  return Evaluator(batch).Select(predicate, SelectedRows(batch), rows);
}

Status Select(const Expr& predicate, Batch* batch) {
  std::vector<uint16_t> rows;
  RETURN_IF_ERROR(SelectRows(predicate, *batch, &rows));
  if (rows.size() < batch->selected()) {
    batch->SetSelection(std::move(rows));
  }
  return {};
}

Status Evaluate(const Expr& expr, const Batch& batch, Vector* out) {
  return Evaluator(batch).Evaluate(expr, SelectedRows(batch), out);
}

void PutValue(const Value& value, size_t row, Vector* out) { PutBorrowed(value, row, out); }

}  // namespace redbase::ql
