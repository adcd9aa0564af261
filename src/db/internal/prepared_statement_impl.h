// PreparedStatement::Impl: the statement's tree, its plan where it has one, and the values
// bound.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "common/value.h"
#include "db/internal/cached_plan.h"
#include "db/internal/session_impl.h"
#include "db/prepared_statement.h"
#include "parser/ast.h"

namespace redbase::db {

class PreparedStatement::Impl {
 public:
  Impl(Session::Impl& in, parser::Statement parsed) : session(in), statement(std::move(parsed)) {}

  Session::Impl& session;
  const parser::Statement statement;
  // Absent for statements without a plan to keep.
  std::optional<CachedPlan> plan;
  std::vector<Value> bound;
};

}  // namespace redbase::db
