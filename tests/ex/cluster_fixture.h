// Statements run over a database with data nodes on a simulated disk.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/executor.h"
#include "common/random.h"
#include "common/sim_env.h"
#include "ex/comm_layer.h"
#include "ex/recording_transport.h"
#include "pf/buffer_pool.h"
#include "pf/log.h"
#include "tests/ex/failing_transport.h"
#include "tests/support/expect_status.h"

namespace redbase::ex {

using Lines = std::vector<std::string>;

Lines Sorted(Lines lines);
uint64_t NewSeed();

// A database and what it stands on.  `nodes` 0: a plain one.
class Database {
 public:
  static constexpr const char* kPath = "/db";

  explicit Database(uint32_t nodes, common::Executor* executor = nullptr);
  // Checks that everything is in order, and that no page is pinned.
  ~Database();

  // One statement, as a session would do it: rows as "1 | abc | null".
  Result<Lines> Do(std::string_view text);
  // The same as one of several in a transaction.
  Result<Lines> DoIn(ClusterTransaction& transaction, std::string_view text);
  // Do; the test fails when the statement does.
  Lines Rows(std::string_view text);
  void Run(std::string_view text) { Rows(text); }
  // The message of a statement that must fail.
  std::string Error(std::string_view text);

  void Open();
  void Close();
  // Whether statements may begin.
  bool IsUsable();
  // Close, which may fail for the reason of the failure before.
  void CloseAfterFailure();
  CommLayer& nodes() { return *nodes_; }
  sm::RelationPtr Relation(std::string_view name);
  void WriteFile(const std::string& name, std::string_view text);
  // Everything in the database, to compare.
  Lines Snapshot();

  common::SimEnv env;
  Transcript transcript;
  MessageFaults faults;
  // What Open opens.
  std::string path = kPath;
  bool optimize = true;
  size_t queue_bytes = size_t{4} << 20;
  size_t memory_bytes = size_t{256} << 20;
  common::CancelToken cancel;
  // Of the last plan.
  uint64_t changed_rows = 0;
  Lines notices;

 private:
  // Runs and ends what `begin` begins.
  template <typename Begin>
  Result<Lines> DoOne(std::string_view text, Begin begin);
  Result<Lines> RunPlan(const parser::Statement& statement, ClusterStatement& in);
  Result<Lines> Dispatch(const parser::Statement& statement, ClusterStatement& in);

  common::InlineExecutor inline_;
  common::Executor* const executor_;
  pf::NullLog log_;
  pf::BufferPool pool_{env, log_, {size_t{32} << 20, false}};
  std::unique_ptr<CommLayer> nodes_;
};

}  // namespace redbase::ex
