// LocalNode: a data node in this process: the database in one sub-directory.
//
// It is a whole database of its own, on the pool and the executor of the process.
// A transaction of the coordinator has one here, begun by the first message that
// brings its number and ended by Commit or Rollback.  Its statements come one after
// another; the first message of each sets a mark.
//
// A change that fails leaves its transaction with what was done: the coordinator
// takes the statement back.
//
// Thread-safe, but for one thing: a statement is taken back, and a transaction ends,
// after the ends of its fragments.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "common/env.h"
#include "common/executor.h"
#include "common/sync.h"
#include "ex/transport.h"
#include "pf/buffer_pool.h"  // NOLINT(layers): the pool is only passed on
#include "sm/catalog.h"
#include "sm/catalog_copy.h"
#include "tx/transaction.h"

namespace redbase::ex {

class MarkedTransaction;

class LocalNode : public DataNode {
 public:
  struct Options {
    common::Env* env = nullptr;
    common::Executor* executor = nullptr;
    pf::BufferPool* pool = nullptr;
  };

  // The database that it is a node of.
  struct Master {
    std::string path;
    uint64_t database_id = 0;
    sm::Catalog::Outcome outcome{};  // of transactions that were prepared here
  };

  // Opens data node `number` of that database.  Errors name the node; kCorruption when
  // it is missing or another's.
  static Result<std::unique_ptr<LocalNode>> Open(const Options& options, const Master& master,
                                                 uint32_t number);
  LocalNode(const Options& options, std::unique_ptr<sm::Catalog> catalog);
  ~LocalNode() override;

  sm::Catalog& catalog() const { return *catalog_; }

  Result<Reply> Handle(const Request& request, const CallContext& context) override
      EXCLUDES(mutex_);
  Result<std::unique_ptr<FragmentStream>> RunFragment(FragmentRequest request,
                                                      const CallContext& context) override
      EXCLUDES(mutex_);

 private:
  struct Call;

  // Where a statement makes its changes.  Both are begun if need be.
  tx::Transaction& TransactionOf(StatementId statement, const CallContext& context)
      EXCLUDES(mutex_);
  // Null when the node does not know the transaction.
  MarkedTransaction* FindTransaction(TransactionId id) EXCLUDES(mutex_);
  std::unique_ptr<MarkedTransaction> TakeTransaction(TransactionId id) EXCLUDES(mutex_);
  Status CheckShape(const RelationShape& shape) const;
  // The copy that is being made into the directory; null without one.
  std::unique_ptr<sm::CatalogCopy> TakeCopy(const std::string& directory) EXCLUDES(mutex_);
  void KeepCopy(const std::string& directory, std::unique_ptr<sm::CatalogCopy> copy)
      EXCLUDES(mutex_);

  const Options options_;
  const std::unique_ptr<sm::Catalog> catalog_;
  common::Mutex mutex_;
  // Ordered after the catalog: transactions end before it does.
  std::map<TransactionId, std::unique_ptr<MarkedTransaction>> transactions_ GUARDED_BY(mutex_);
  std::map<std::string, std::unique_ptr<sm::CatalogCopy>> copies_ GUARDED_BY(mutex_);
};

}  // namespace redbase::ex
