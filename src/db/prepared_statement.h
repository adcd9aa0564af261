// PreparedStatement: a statement that is parsed, bound and planned once, and runs with
// different values.
//
//     ASSIGN_OR_RETURN(auto insert, session->Prepare("insert into student values ($1, $2);"));
//     ASSIGN_OR_RETURN(uint64_t rows, insert->Run({Value::Int(1), Value::String("Ada")}));
//
// Parameters are `$1`, `$2` ... wherever a literal value may stand: in the rows of an
// insert, behind `set`, in comparisons.  What one is compared with or stored in is its
// type; values are converted to it where nothing is lost but digits of a real.
//
// The plan is kept until the catalog or the session's optimizeQuery changes, and made anew
// then.  Where relations are distributed it is made anew each time, since the values say
// which nodes are asked.
//
// Belongs to its session's thread.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include "common/result.h"
#include "common/schema.h"
#include "common/value.h"
#include "db/statement_result.h"

namespace redbase::db {

class PreparedStatement {
 public:
  class Impl;
  explicit PreparedStatement(std::unique_ptr<Impl> impl);  // use Session::Prepare
  ~PreparedStatement();

  // As of the last time that it was planned, as schema() is.  None, and no columns, for
  // statements without a plan, such as `begin`, which may be prepared all the same.
  std::vector<LogicalType> parameter_types() const;
  const Schema& schema() const;

  // The value of a parameter, from 1 on, for this and later executions; at first all are
  // null.  kInvalidArgument when there is no such parameter.
  Status Bind(size_t number, Value value);

  // As Session::Execute, with the values bound, or with these.  The result is drained or
  // destroyed before the session's next call.  kInvalidArgument when there are not as
  // many values as parameters, or one is out of range or too long; kTypeMismatch names a
  // parameter whose value is of another kind.
  Result<std::unique_ptr<StatementResult>> Execute();
  Result<std::unique_ptr<StatementResult>> Execute(std::span<const Value> values);
  // The same, to the end: the number of rows changed, 0 for what changes none.
  Result<uint64_t> Run();
  Result<uint64_t> Run(std::span<const Value> values);
  Result<uint64_t> Run(std::initializer_list<Value> values) {
    return Run(std::span<const Value>(values.begin(), values.size()));
  }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace redbase::db
