#include "db/internal/results.h"

namespace redbase::db {

QueryResult::QueryResult(Parts parts) : parts_(std::move(parts)) {}

QueryResult::~QueryResult() { Fail(); }

Result<bool> QueryResult::Next(Batch* batch) {
  if (!parts_.query) {
    return false;
  }
  Result<bool> more = parts_.query->Next(batch);
  if (!more.ok()) {
    Fail();
    return more;
  }
  if (!*more) {
    RETURN_IF_ERROR(Finish());
  }
  return more;
}

bool QueryResult::reshuffled() const {
  const auto* route = parts_.plan->As<ql::Route>();
  return route != nullptr && route->moved_only;
}

Status QueryResult::Finish() {
  changed_rows_ = parts_.query->changed_rows();
  notices_ = parts_.query->notices();
  parts_.query.reset();
  Status committed = parts_.statement->Commit();
  parts_.statement.reset();
  parts_.hold.Release();
  return committed;
}

// Ends the query, then takes back what it did.
void QueryResult::Fail() {
  parts_.query.reset();
  parts_.statement.reset();
  parts_.hold.Release();
}

}  // namespace redbase::db
