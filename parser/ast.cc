#include "parser/ast.h"

#include <array>

namespace redbase::parser {

std::string ToString(Position position) {
  return "line " + std::to_string(position.line) + ", column " + std::to_string(position.column);
}

// Takes the tree apart level by level, so that each node dies childless.
Expr::~Expr() {
  std::vector<std::unique_ptr<Expr>> doomed = std::move(children_);
  while (!doomed.empty()) {
    const std::unique_ptr<Expr> node = std::move(doomed.back());
    doomed.pop_back();
    for (std::unique_ptr<Expr>& child : node->children_) {
      doomed.push_back(std::move(child));
    }
    node->children_.clear();
  }
}

Position Expr::position() const {
  return kind() == Kind::kColumn ? column().position : literal().position;
}

ComparisonOp Flip(ComparisonOp op) {
  switch (op) {
    case ComparisonOp::kLt:
      return ComparisonOp::kGt;
    case ComparisonOp::kLe:
      return ComparisonOp::kGe;
    case ComparisonOp::kGt:
      return ComparisonOp::kLt;
    case ComparisonOp::kGe:
      return ComparisonOp::kLe;
    default:
      return op;
  }
}

std::string_view ToString(TableLockMode mode) {
  constexpr std::array<std::string_view, 8> kNames = {
      "access share", "row share",           "row exclusive", "share update exclusive",
      "share",        "share row exclusive", "exclusive",     "access exclusive"};
  return kNames[static_cast<size_t>(mode)];
}

std::string_view ToString(IsolationLevel level) {
  switch (level) {
    case IsolationLevel::kReadUncommitted:
      return "read uncommitted";
    case IsolationLevel::kReadCommitted:
      return "read committed";
    case IsolationLevel::kRepeatableRead:
      return "repeatable read";
    case IsolationLevel::kSnapshot:
      return "snapshot";
    case IsolationLevel::kSerializable:
      return "serializable";
  }
  return "?";
}

}  // namespace redbase::parser
