#include "db/prepared_statement.h"

#include <string>
#include <utility>

#include "db/internal/prepared_statement_impl.h"

namespace redbase::db {

PreparedStatement::PreparedStatement(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PreparedStatement::~PreparedStatement() = default;

std::vector<LogicalType> PreparedStatement::parameter_types() const {
  return impl_->plan ? impl_->plan->parameters().types() : std::vector<LogicalType>();
}

const Schema& PreparedStatement::schema() const {
  static const Schema kNone;
  return impl_->plan ? impl_->plan->schema() : kNone;
}

Status PreparedStatement::Bind(size_t number, Value value) {
  if (number == 0 || number > impl_->bound.size()) {
    return {Code::kInvalidArgument, "there is no parameter $" + std::to_string(number)};
  }
  impl_->bound[number - 1] = std::move(value);
  return {};
}

Result<std::unique_ptr<StatementResult>> PreparedStatement::Execute() {
  return Execute(impl_->bound);
}

Result<std::unique_ptr<StatementResult>> PreparedStatement::Execute(std::span<const Value> values) {
  return impl_->session.Execute(*impl_, values);
}

Result<uint64_t> PreparedStatement::Run() { return Run(impl_->bound); }

Result<uint64_t> PreparedStatement::Run(std::span<const Value> values) {
  return impl_->session.RunToEnd(*impl_, values);
}

}  // namespace redbase::db
