// NewLog: an empty log of its own directory, for tests.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "common/env.h"
#include "tests/support/expect_status.h"
#include "tx/transaction_log.h"

namespace redbase::tx {

inline std::unique_ptr<TransactionLog> NewLog(common::Env& env, const std::string& directory,
                                              size_t undo_memory) {
  EXPECT_OK(env.CreateDirectory(directory));
  EXPECT_OK(TransactionLog::Create(env, directory, 1, 1));
  auto log = TransactionLog::Open(env, directory, 1);
  EXPECT_OK(log);
  (*log)->SetUndoMemory(undo_memory);
  return *std::move(log);
}

}  // namespace redbase::tx
