// Query: a plan being executed: rows out, in the order of the source.
//
//     ASSIGN_OR_RETURN(auto query, ql::Query::Start(plan, context));
//     while (true) {
//       ASSIGN_OR_RETURN(const bool more, query->Next(&batch));
//       if (!more) break;
//       ... batch ...
//     }
//
// Work is done by the calling thread, helped by the context's executor when the
// source has more than a few morsels.  Batches wait in a bounded buffer until
// they are asked for; a worker that is too far ahead is set aside.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/batch.h"
#include "common/result.h"
#include "ql/exec_context.h"
#include "ql/plan.h"

namespace redbase::ql {

class Query {
 private:
  class Impl;

 public:
  // For Start: nobody else has an Impl.
  explicit Query(std::unique_ptr<Impl> impl);
  // Makes the operators.  Pipelines run as rows are asked for, every one but the
  // last to its end before the first row comes.
  // `plan` and `context` outlive the query.
  static Result<std::unique_ptr<Query>> Start(const PlanNode& plan, ExecContext& context);
  // Ends what still runs and waits for it.
  ~Query();

  const Schema& schema() const;

  // The next batch, in the order of Batch::sequence(); false at the end.  Waits
  // when there is nothing yet.  After an error it gives the same error again.
  Result<bool> Next(Batch* batch);

  enum class Ready : uint8_t { kRows, kEnd, kBlocked };
  // As Next, but never waits for other threads: kBlocked, and `wake` is called
  // when it pays to ask again, from any thread, perhaps once more after the
  // query's end.
  Result<Ready> TryNext(Batch* batch, const std::function<void()>& wake);

  // Rows that a change changed (whether or not it gave them out).
  uint64_t changed_rows() const;
  // What the user should know of, complete at the end: values that a load has cut.
  std::vector<std::string> notices() const;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace redbase::ql
