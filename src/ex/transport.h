// Transport: carries messages to data nodes and rows both ways.
//
// The coordinator knows nodes by their numbers, from 1, and nothing else of them.
// InProcessTransport hands messages to nodes in this process; others wrap a
// transport, to record what is said or to fail.
//
// Thread-safe; a FragmentStream as it says.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "common/batch.h"
#include "common/cancel_token.h"
#include "common/memory_account.h"
#include "common/result.h"
#include "ex/message.h"
#include "ql/sink.h"
#include "tx/oracle.h"

namespace redbase::ex {

// The caller's side of a message: no part of it.
struct CallContext {
  common::MemoryAccount* memory = nullptr;
  const common::CancelToken* cancel = nullptr;  // may be null
  // The transaction of the statement, of which the node's is a part, and what the
  // statement sees.
  std::shared_ptr<tx::TransactionState> whole;
  tx::View view;
};

// A fragment running on a node, as its caller sees it.  The destructor ends what
// still runs and waits for it.
//
// Senders may be several threads; the receiver is one at a time.  Functions take
// a wake function where they may have to wait: they never block.
class FragmentStream {
 public:
  virtual ~FragmentStream() = default;

  // Sends rows to the fragment's ql::Receive; takes the contents and may leave an
  // old batch, whose memory may be of use.  Fails when the fragment has failed.
  virtual Status Send(Batch* batch) = 0;
  // After Send: kWait while the node has more than it should hold; `wake` is then
  // called when that has changed.
  virtual Result<ql::Accepted> MayGoOn(const ql::WakeFunction& wake) = 0;
  virtual void EndInput() = 0;

  // The next rows; kBlocked when there are none yet, `wake` is then called once.
  // After an error it gives the same error again.
  virtual Result<ql::Poll> Receive(Batch* batch, const ql::WakeFunction& wake) = 0;
  // Requires: Receive has answered kEnd.
  virtual FragmentSummary summary() const = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // The node's answer; kUnavailable when the message did not reach it.
  virtual Result<Reply> Call(uint32_t node, const Request& request, const CallContext& context) = 0;
  virtual Result<std::unique_ptr<FragmentStream>> RunFragment(uint32_t node,
                                                              FragmentRequest request,
                                                              const CallContext& context) = 0;
};

// A data node, wherever it is: what answers the messages.
class DataNode {
 public:
  virtual ~DataNode() = default;
  virtual Result<Reply> Handle(const Request& request, const CallContext& context) = 0;
  virtual Result<std::unique_ptr<FragmentStream>> RunFragment(FragmentRequest request,
                                                              const CallContext& context) = 0;
};

// Nodes in this process: messages are handed over as they are.
class InProcessTransport : public Transport {
 public:
  // nodes[i] is number i + 1.
  explicit InProcessTransport(std::vector<std::unique_ptr<DataNode>> nodes)
      : nodes_(std::move(nodes)) {}

  Result<Reply> Call(uint32_t node, const Request& request, const CallContext& context) override;
  Result<std::unique_ptr<FragmentStream>> RunFragment(uint32_t node, FragmentRequest request,
                                                      const CallContext& context) override;

 private:
  Result<DataNode*> Find(uint32_t node);

  const std::vector<std::unique_ptr<DataNode>> nodes_;
};

}  // namespace redbase::ex
