#include "ql/expr_eval.h"

#include <cmath>
#include <limits>
#include <optional>

#include "common/physical_value.h"
#include "tests/ql/execution_fixture.h"

namespace redbase::ql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Batch BatchOf(const Schema& schema, const std::vector<Row>& rows) {
  Batch batch(schema);
  for (size_t row = 0; row < rows.size(); ++row) {
    for (size_t c = 0; c < schema.size(); ++c) {
      batch.SetValue(c, row, rows[row][c]);
    }
  }
  batch.set_rows(rows.size());
  return batch;
}

std::vector<uint16_t> Selected(const Expr& predicate, const Batch& batch) {
  std::vector<uint16_t> rows;
  EXPECT_OK(SelectRows(predicate, batch, &rows));
  return rows;
}

// Evaluates one row at a time; nullopt is unknown.
std::optional<bool> Truth(const Expr& expr, const Row& row);

Value ValueOf(const Expr& expr, const Row& row) {
  switch (expr.kind) {
    case ExprKind::kColumn:
      return row[expr.column];
    case ExprKind::kConstant:
      return expr.value;
    case ExprKind::kCast:
      return ValueOf(*expr.children[0], row).CastTo(expr.type).value();
    default: {
      const std::optional<bool> truth = Truth(expr, row);
      return truth ? Value::Int(*truth ? 1 : 0) : Value::Null();
    }
  }
}

bool Holds(CompareOp op, int order) {
  switch (op) {
    case CompareOp::kEq:
      return order == 0;
    case CompareOp::kNe:
      return order != 0;
    case CompareOp::kLt:
      return order < 0;
    case CompareOp::kLe:
      return order <= 0;
    case CompareOp::kGt:
      return order > 0;
    default:
      return order >= 0;
  }
}

std::optional<bool> Combined(const Expr& expr, const Row& row) {
  const bool decisive = expr.kind == ExprKind::kOr;
  bool unknown = false;
  for (const ExprPtr& child : expr.children) {
    const std::optional<bool> truth = Truth(*child, row);
    if (truth && *truth == decisive) {
      return decisive;
    }
    unknown = unknown || !truth;
  }
  return unknown ? std::nullopt : std::optional(!decisive);
}

std::optional<bool> Truth(const Expr& expr, const Row& row) {
  switch (expr.kind) {
    case ExprKind::kCompare: {
      const Value left = ValueOf(*expr.children[0], row);
      const Value right = ValueOf(*expr.children[1], row);
      if (left.is_null() || right.is_null()) {
        return std::nullopt;
      }
      return Holds(expr.op, Value::Compare(left, right));
    }
    case ExprKind::kIsNull:
      return ValueOf(*expr.children[0], row).is_null();
    case ExprKind::kNot: {
      const std::optional<bool> truth = Truth(*expr.children[0], row);
      return truth ? std::optional(!*truth) : std::nullopt;
    }
    case ExprKind::kAnd:
    case ExprKind::kOr:
      return Combined(expr, row);
    default: {
      const Value value = ValueOf(expr, row);
      return value.is_null() ? std::nullopt : std::optional(value.int_value() != 0);
    }
  }
}

class RandomExpressions {
 public:
  RandomExpressions(Random& random, const Schema& schema) : random_(random), schema_(schema) {}

  ExprPtr Predicate(int depth) {
    if (depth == 0 || random_.OneIn(3)) {
      return Comparison();
    }
    std::vector<ExprPtr> children;
    switch (random_.Below(4)) {
      case 0:
        return Expr::Not(Predicate(depth - 1));
      case 1:
        return Expr::IsNull(Operand(static_cast<uint32_t>(random_.Below(schema_.size()))));
      default:
        for (uint64_t i = 2 + random_.Below(2); i > 0; --i) {
          children.push_back(Predicate(depth - 1));
        }
        return random_.OneIn(2) ? Expr::And(std::move(children)) : Expr::Or(std::move(children));
    }
  }

 private:
  // Numbers go with numbers, the string columns (the last two) with strings.
  ExprPtr Comparison() {
    const bool strings = random_.OneIn(3);
    const auto column = [&] {
      return static_cast<uint32_t>(strings ? schema_.size() - 1 - random_.Below(2)
                                           : random_.Below(schema_.size() - 2));
    };
    ExprPtr left = Operand(column());
    ExprPtr right = Operand(column());
    return Expr::Compare(static_cast<CompareOp>(random_.Below(6)), std::move(left),
                         std::move(right));
  }

  ExprPtr Operand(uint32_t column) {
    if (random_.OneIn(3)) {
      const Row row = RandomRows(random_, schema_, 1, 10)[0];
      return Expr::Constant(row[column], schema_[column].type);
    }
    ExprPtr ref = ColumnOf(schema_, column);
    const bool number = column < schema_.size() - 2;
    return number && random_.OneIn(4) ? Expr::Cast(std::move(ref), {TypeId::kDouble, 0})
                                      : std::move(ref);
  }

  Random& random_;
  const Schema& schema_;
};

TEST(ExprEval, RandomExpressionsAgreeWithEvaluationRowByRow) {
  const uint64_t seed = NewSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  const Schema schema =
      Columns("a int, b real, c bigint, d double, e smallint, f int, g c40, h varchar(40)");
  RandomExpressions expressions(random, schema);
  for (int round = 0; round < 300; ++round) {
    const std::vector<Row> rows = RandomRows(random, schema, 1 + random.Below(200), 10);
    Batch batch = BatchOf(schema, rows);
    std::vector<uint16_t> domain;
    for (uint16_t row = 0; row < rows.size(); ++row) {
      if (round % 2 == 0 || random.OneIn(2)) {
        domain.push_back(row);
      }
    }
    if (round % 2 != 0) {
      batch.SetSelection(domain);
    }
    const ExprPtr predicate = expressions.Predicate(3);
    SCOPED_TRACE(ToString(*predicate, schema));
    std::vector<uint16_t> wanted;
    Vector values;
    ASSERT_OK(Evaluate(*predicate, batch, &values));
    for (const uint16_t row : domain) {
      const std::optional<bool> truth = Truth(*predicate, rows[row]);
      if (truth.value_or(false)) {
        wanted.push_back(row);
      }
      ASSERT_EQ(values.IsValid(row), truth.has_value()) << Text(rows[row]);
      if (truth) {
        ASSERT_EQ(values.data<uint8_t>()[row] != 0, *truth) << Text(rows[row]);
      }
    }
    ASSERT_EQ(Selected(*predicate, batch), wanted);
    ASSERT_OK(Select(*predicate, &batch));
    ASSERT_EQ(batch.selected(), wanted.size());
  }
}

class ExprEvalTest : public ::testing::Test {
 protected:
  std::vector<uint16_t> Rows(CompareOp op, Value constant) {
    return Selected(*Comparison(schema_, 0, op, std::move(constant)), BatchOf(schema_, rows_));
  }
  Status CastTo(LogicalType type) {
    const ExprPtr cast = Expr::Cast(ColumnOf(schema_, 0), type);
    const Batch batch = BatchOf(schema_, rows_);
    const Status status = Evaluate(*cast, batch, &values_);
    cast_.clear();
    for (size_t row = 0; status.ok() && row < rows_.size(); ++row) {
      cast_.push_back(ValueAt(values_, row).ToString());
    }
    return status;
  }

  Schema schema_ = Columns("a int");
  std::vector<Row> rows_;
  Vector values_;
  std::vector<std::string> cast_;
};

TEST_F(ExprEvalTest, IntegersCompareWithRealsByValue) {
  rows_ = {{Value::Int(1)}, {Value::Int(2)}, {Value::Int(16777217)}};
  EXPECT_THAT(Rows(CompareOp::kGt, Value::Real(1.7F)), ElementsAre(1, 2));
  EXPECT_THAT(Rows(CompareOp::kEq, Value::Real(1.7F)), IsEmpty());
  EXPECT_THAT(Rows(CompareOp::kEq, Value::Real(16777216.0F)), IsEmpty());
  EXPECT_THAT(Rows(CompareOp::kGe, Value::Double(2)), ElementsAre(1, 2));
}

TEST_F(ExprEvalTest, BigintsKeepAllDigitsBesideDoubles) {
  schema_ = Columns("a bigint");
  const int64_t big = int64_t{1} << 53;
  rows_ = {{Value::Bigint(big)},
           {Value::Bigint(big + 1)},
           {Value::Bigint(std::numeric_limits<int64_t>::max())},
           {Value::Bigint(std::numeric_limits<int64_t>::min())}};
  EXPECT_THAT(Rows(CompareOp::kEq, Value::Double(static_cast<double>(big))), ElementsAre(0));
  EXPECT_THAT(Rows(CompareOp::kGt, Value::Double(static_cast<double>(big))), ElementsAre(1, 2));
  EXPECT_THAT(Rows(CompareOp::kLt, Value::Double(9223372036854775808.0)), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Rows(CompareOp::kGe, Value::Double(-9223372036854775808.0)), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Rows(CompareOp::kLe, Value::Double(std::nan(""))), ElementsAre(0, 1, 2, 3));
}

TEST_F(ExprEvalTest, NanEqualsItselfAndIsAboveAllNumbers) {
  schema_ = Columns("a real");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  rows_ = {{Value::Real(nan)}, {Value::Real(1)}, {Value::Null()}};
  EXPECT_THAT(Rows(CompareOp::kEq, Value::Real(nan)), ElementsAre(0));
  EXPECT_THAT(Rows(CompareOp::kLt, Value::Real(nan)), ElementsAre(1));
  EXPECT_THAT(Rows(CompareOp::kGt, Value::Real(1)), ElementsAre(0));
  EXPECT_THAT(Rows(CompareOp::kNe, Value::Real(1)), ElementsAre(0));
}

TEST_F(ExprEvalTest, StringsCompareByteByByte) {
  schema_ = Columns("a varchar");
  rows_ = {{Value::String("")},
           {Value::String("abc")},
           {Value::String("abcdefghijklmnop")},
           {Value::String("\xC3\xA4")},
           {Value::Null()}};
  EXPECT_THAT(Rows(CompareOp::kGt, Value::String("abc")), ElementsAre(2, 3));
  EXPECT_THAT(Rows(CompareOp::kLe, Value::String("abc")), ElementsAre(0, 1));
  EXPECT_THAT(Rows(CompareOp::kEq, Value::String("abcdefghijklmnop")), ElementsAre(2));
}

TEST_F(ExprEvalTest, NullConstantSelectsNothing) {
  rows_ = {{Value::Int(1)}, {Value::Null()}};
  for (const CompareOp op : {CompareOp::kEq, CompareOp::kNe, CompareOp::kLt}) {
    EXPECT_THAT(Rows(op, Value::Null()), IsEmpty());
  }
}

TEST_F(ExprEvalTest, CastsRefuseWhatDoesNotFit) {
  rows_ = {{Value::Int(7)}, {Value::Null()}, {Value::Int(40000)}};
  EXPECT_OK(CastTo({TypeId::kReal, 0}));
  EXPECT_THAT(cast_, ElementsAre("7.000000", "null", "40000.000000"));
  const Status narrow = CastTo({TypeId::kSmallint, 0});
  EXPECT_CODE(Code::kInvalidArgument, narrow);
  EXPECT_THAT(narrow.message(), HasSubstr("40000"));
  EXPECT_OK(CastTo({TypeId::kVarchar, 0}));
  EXPECT_THAT(cast_, ElementsAre("7", "null", "40000"));
}

TEST_F(ExprEvalTest, CastsOfStringsCheckTheirLength) {
  schema_ = Columns("a c10");
  rows_ = {{Value::String("abc")}, {Value::Null()}, {Value::String("abcdef")}};
  EXPECT_OK(CastTo({TypeId::kVarchar, 6}));
  EXPECT_THAT(cast_, ElementsAre("abc", "null", "abcdef"));
  EXPECT_OK(CastTo({TypeId::kClassicString, 5}));
  EXPECT_THAT(cast_, ElementsAre("abc", "null", "abcde"));
  rows_ = {{Value::String("\xFF")}};
  EXPECT_CODE(Code::kInvalidArgument, CastTo({TypeId::kVarchar, 6}));
}

TEST_F(ExprEvalTest, RowsThatAreNotSelectedAreNotCast) {
  const Schema schema = Columns("a int");
  Batch batch = BatchOf(schema, {{Value::Int(1)}, {Value::Int(100000)}});
  batch.SetSelection({0});
  const ExprPtr cast = Expr::Cast(ColumnOf(schema, 0), {TypeId::kSmallint, 0});
  EXPECT_OK(Evaluate(*cast, batch, &values_));
}

TEST(Expr, PrintsAsSql) {
  const Schema schema = Columns("a int, b c10");
  std::vector<ExprPtr> either;
  either.push_back(Comparison(schema, 0, CompareOp::kGt, Value::Real(3.5F)));
  either.push_back(Expr::IsNull(ColumnOf(schema, 1)));
  std::vector<ExprPtr> both;
  both.push_back(Expr::Or(std::move(either)));
  both.push_back(Expr::Not(Comparison(schema, 1, CompareOp::kNe, Value::String("x"))));
  const ExprPtr expr = Expr::And(std::move(both));
  EXPECT_EQ(ToString(*expr, schema), "(T.a > 3.5 or T.b is null) and (not (T.b <> 'x'))");
  EXPECT_EQ(ToString(*expr->Clone(), schema), ToString(*expr, schema));
}

}  // namespace
}  // namespace redbase::ql
