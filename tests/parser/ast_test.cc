#include "parser/ast.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace redbase::parser {
namespace {

TEST(Expr, ADeepTreeDiesWithoutRecursion) {
  auto root = std::make_unique<Expr>();
  for (int depth = 0; depth < 1'000'000; ++depth) {
    auto parent = std::make_unique<Expr>();
    parent->Adopt(std::move(root));
    root = std::move(parent);
  }
  EXPECT_EQ(root->children().size(), 1u);
  root.reset();  // overflows the stack when destructors call each other
}

TEST(Expr, KnowsItsKindAndPosition) {
  const Expr column(ColumnRef{std::nullopt, "a", {3, 4}});
  EXPECT_EQ(column.kind(), Expr::Kind::kColumn);
  EXPECT_EQ(column.position(), (Position{3, 4}));
  const Expr literal(Literal{int64_t{7}, "7", {5, 6}});
  EXPECT_EQ(literal.kind(), Expr::Kind::kLiteral);
  EXPECT_EQ(literal.position(), (Position{5, 6}));
}

TEST(Expr, IsTheLiteralNullWhenItIsNotToldOtherwise) {
  const Expr expr;
  ASSERT_EQ(expr.kind(), Expr::Kind::kLiteral);
  EXPECT_TRUE(expr.literal().is_null());
}

TEST(ComparisonOp, FlippedTwiceIsItself) {
  for (const ComparisonOp op : {ComparisonOp::kEq, ComparisonOp::kNe, ComparisonOp::kLt,
                                ComparisonOp::kLe, ComparisonOp::kGt, ComparisonOp::kGe}) {
    EXPECT_EQ(Flip(Flip(op)), op);
  }
  EXPECT_EQ(Flip(ComparisonOp::kLt), ComparisonOp::kGt);
  EXPECT_EQ(Flip(ComparisonOp::kLe), ComparisonOp::kGe);
  EXPECT_EQ(Flip(ComparisonOp::kEq), ComparisonOp::kEq);
}

TEST(Position, IsWrittenAsLineAndColumn) {
  EXPECT_EQ(ToString(Position{3, 14}), "line 3, column 14");
}

}  // namespace
}  // namespace redbase::parser
