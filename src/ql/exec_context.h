// ExecContext: what a running statement may use and must respect.
#pragma once

#include <memory>
#include <string_view>

#include "common/cancel_token.h"
#include "common/executor.h"
#include "common/memory_account.h"
#include "common/result.h"
#include "ql/plan.h"
#include "sm/catalog.h"
#include "tx/oracle.h"
#include "tx/transaction.h"

namespace redbase::ql {

class Operator;
struct ExecContext;

// Makes the operators of exchanges; they know where partitions are.
class ExchangeFactory {
 public:
  virtual ~ExchangeFactory() = default;
  // For Gather, Route (its source operator is given) and Receive nodes.
  virtual Result<std::unique_ptr<Operator>> MakeExchange(const PlanNode& node,
                                                         std::unique_ptr<Operator> source,
                                                         ExecContext& context) = 0;
};

struct ExecContext {
  common::Env* env = nullptr;
  common::Executor* executor = nullptr;
  sm::Catalog* catalog = nullptr;
  tx::Transaction* transaction = nullptr;
  // What the statement sees; null: everything as it is.
  const tx::View* view = nullptr;
  common::MemoryAccount* memory = nullptr;
  const common::CancelToken* cancel = nullptr;
  // Null where no plan with exchanges is run.
  ExchangeFactory* exchanges = nullptr;
  // Relative paths of load begin here.
  std::string_view working_directory;
};

}  // namespace redbase::ql
