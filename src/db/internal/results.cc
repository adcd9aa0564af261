#include "db/internal/results.h"

#include "db/internal/direct_run.h"

namespace redbase::db {

namespace {

// What the statement is told that cannot wait any more, since rows of it were given out.
Status TooLateToWait(Status failure) {
  if (failure.code() != Code::kMustWait) {
    return failure;
  }
  return {Code::kConflict,
          "could not serialize access due to concurrent update; the transaction must be rolled "
          "back and may be tried again"};
}

}  // namespace

QueryResult::QueryResult(Parts parts) : parts_(std::move(parts)) {
  if (parts_.transaction != nullptr) {
    parts_.transaction->set_running(true);
  }
}

QueryResult::~QueryResult() { End(/*failed=*/false); }

Result<bool> QueryResult::Next(Batch* batch) {
  if (parts_.direct) {
    ASSIGN_OR_RETURN(Batch* const rows, NextDirect());
    if (rows != nullptr) {
      std::swap(*batch, *rows);
    }
    return rows != nullptr;
  }
  if (!parts_.query) {
    return false;
  }
  Result<bool> more = parts_.query->Next(batch);
  while (!more.ok() && parts_.query && !gave_rows_) {
    more = NextAgain(std::move(more).status(), batch);
  }
  if (!more.ok()) {
    NoteFailure(more.status());
    End(/*failed=*/true);
    return TooLateToWait(std::move(more).status());
  }
  gave_rows_ = true;
  if (!*more) {
    RETURN_IF_ERROR(Finish());
  }
  return more;
}

Result<bool> QueryResult::NextAgain(Status failure, Batch* batch) {
  parts_.query.reset();
  RETURN_IF_ERROR(parts_.statement->Restart(std::move(failure), parts_.patience));
  ASSIGN_OR_RETURN(parts_.query, parts_.statement->Run(*parts_.plan));
  return parts_.query->Next(batch);
}

Result<const Batch*> QueryResult::NextView() {
  if (!parts_.direct) {
    return StatementResult::NextView();
  }
  ASSIGN_OR_RETURN(const Batch* const rows, NextDirect());
  return rows;
}

Result<Batch*> QueryResult::NextDirect() {
  if (!parts_.statement) {
    return nullptr;
  }
  if (!std::exchange(has_run_, true)) {
    Result<Batch*> rows = RunDirect(*parts_.statement, *parts_.direct, parts_.patience);
    if (!rows.ok()) {
      NoteFailure(rows.status());
      End(/*failed=*/true);
      return rows;
    }
    if (*rows != nullptr) {
      changed_rows_ = parts_.direct->changes() ? (*rows)->selected() : 0;
      return rows;
    }
  }
  RETURN_IF_ERROR(Finish());
  return nullptr;
}

bool QueryResult::reshuffled() const {
  const auto* route = parts_.plan->As<ql::Route>();
  return route != nullptr && route->moved_only;
}

Status QueryResult::Finish() {
  if (parts_.query) {
    changed_rows_ = parts_.query->changed_rows();
    notices_ = parts_.query->notices();
    parts_.query.reset();
  }
  Status committed = parts_.statement->Commit();
  End(!committed.ok());
  return committed;
}

void QueryResult::NoteFailure(const Status& failure) {
  if (failure.code() == Code::kConstraint) {
    parts_.statement->NoteKeysRead(*parts_.plan);
  }
}

void QueryResult::End(bool failed) {
  parts_.query.reset();
  parts_.statement.reset();
  parts_.hold.Release();
  if (SessionTransaction* const transaction = std::exchange(parts_.transaction, nullptr)) {
    transaction->set_running(false);
    if (failed) {
      transaction->Fail();
    }
  }
}

}  // namespace redbase::db
