// FailingTransport: a transport whose n-th message does not get through.
#pragma once

#include <atomic>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "ex/transport.h"

namespace redbase::ex {

// Which message fails; shared by a test and the transport.
struct MessageFaults {
  static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

  // Counts messages from 0 again.
  void FailAt(uint64_t n, uint64_t times = 1) {
    fail_at = n;
    count = times;
    messages = 0;
    failures = 0;
  }
  Status Count() {
    const uint64_t n = messages.fetch_add(1);
    if (n < fail_at || n - fail_at >= count) {
      return {};
    }
    failures.fetch_add(1);
    return {Code::kUnavailable, "connection lost"};
  }

  std::atomic<uint64_t> fail_at{kNever};
  std::atomic<uint64_t> count{1};
  std::atomic<uint64_t> messages{0};
  std::atomic<uint64_t> failures{0};
};

class FailingTransport : public Transport {
 public:
  FailingTransport(std::unique_ptr<Transport> inner, MessageFaults* faults)
      : inner_(std::move(inner)), faults_(faults) {}

  Result<Reply> Call(uint32_t node, const Request& request, const CallContext& context) override {
    RETURN_IF_ERROR(faults_->Count());
    return inner_->Call(node, request, context);
  }
  Result<std::unique_ptr<FragmentStream>> RunFragment(uint32_t node, FragmentRequest request,
                                                      const CallContext& context) override {
    RETURN_IF_ERROR(faults_->Count());
    ASSIGN_OR_RETURN(std::unique_ptr<FragmentStream> stream,
                     inner_->RunFragment(node, std::move(request), context));
    return std::unique_ptr<FragmentStream>(std::make_unique<Stream>(std::move(stream), faults_));
  }

 private:
  class Stream : public FragmentStream {
   public:
    Stream(std::unique_ptr<FragmentStream> inner, MessageFaults* faults)
        : inner_(std::move(inner)), faults_(faults) {}

    Status Send(Batch* batch) override {
      RETURN_IF_ERROR(faults_->Count());
      return inner_->Send(batch);
    }
    Result<ql::Accepted> MayGoOn(const ql::WakeFunction& wake) override {
      return inner_->MayGoOn(wake);
    }
    void EndInput() override { inner_->EndInput(); }
    Result<ql::Poll> Receive(Batch* batch, const ql::WakeFunction& wake) override {
      RETURN_IF_ERROR(failure_);
      ASSIGN_OR_RETURN(const ql::Poll poll, inner_->Receive(batch, wake));
      if (poll != ql::Poll::kBlocked) {
        failure_ = faults_->Count();
        RETURN_IF_ERROR(failure_);
      }
      return poll;
    }
    FragmentSummary summary() const override { return inner_->summary(); }

   private:
    const std::unique_ptr<FragmentStream> inner_;
    MessageFaults* const faults_;
    Status failure_;
  };

  const std::unique_ptr<Transport> inner_;
  MessageFaults* const faults_;
};

}  // namespace redbase::ex
