#include "ex/recording_transport.h"

#include <atomic>
#include <utility>

namespace redbase::ex {

namespace {

std::string Asked(uint32_t node, const std::string& what) {
  return "c -> n" + std::to_string(node) + " " + what;
}

std::string Answered(uint32_t node, const std::string& what) {
  return "n" + std::to_string(node) + " -> c " + what;
}

std::string Failed(uint32_t node, const Status& status) {
  return Answered(node, std::string(CodeName(status.code())) + ": " + status.message());
}

class RecordingStream : public FragmentStream {
 public:
  RecordingStream(std::unique_ptr<FragmentStream> inner, uint32_t node, Transcript* transcript)
      : inner_(std::move(inner)), node_(node), transcript_(transcript) {}

  Status Send(Batch* batch) override {
    sent_.fetch_add(batch->selected());
    return inner_->Send(batch);
  }
  Result<ql::Accepted> MayGoOn(const ql::WakeFunction& wake) override {
    return inner_->MayGoOn(wake);
  }
  void EndInput() override {
    transcript_->Add(Asked(node_, "rows " + std::to_string(sent_.load())));
    inner_->EndInput();
  }
  Result<ql::Poll> Receive(Batch* batch, const ql::WakeFunction& wake) override {
    Result<ql::Poll> poll = inner_->Receive(batch, wake);
    if (!poll.ok()) {
      NoteEnd(Failed(node_, poll.status()));
    } else if (*poll == ql::Poll::kRows) {
      received_ += batch->selected();
    } else if (*poll == ql::Poll::kEnd) {
      NoteEnd(Answered(node_, "rows " + std::to_string(received_)));
    }
    return poll;
  }
  FragmentSummary summary() const override { return inner_->summary(); }

 private:
  void NoteEnd(std::string line) {
    if (!ended_) {
      ended_ = true;
      transcript_->Add(std::move(line));
    }
  }

  const std::unique_ptr<FragmentStream> inner_;
  const uint32_t node_;
  Transcript* const transcript_;
  std::atomic<uint64_t> sent_{0};
  uint64_t received_ = 0;
  bool ended_ = false;
};

}  // namespace

void Transcript::Add(std::string line) {
  const common::MutexLock lock(mutex_);
  lines_.push_back(std::move(line));
}

std::vector<std::string> Transcript::Take() {
  const common::MutexLock lock(mutex_);
  return std::exchange(lines_, {});
}

Result<Reply> RecordingTransport::Call(uint32_t node, const Request& request,
                                       const CallContext& context) {
  transcript_->Add(Asked(node, ToText(request.body)));
  Result<Reply> reply = inner_->Call(node, request, context);
  if (!reply.ok()) {
    transcript_->Add(Failed(node, reply.status()));
  } else if (const auto* size = std::get_if<RelationSize>(&*reply)) {
    transcript_->Add(Answered(
        node, "rows " + std::to_string(size->rows) + ", pages " + std::to_string(size->pages)));
  }
  return reply;
}

Result<std::unique_ptr<FragmentStream>> RecordingTransport::RunFragment(
    uint32_t node, FragmentRequest request, const CallContext& context) {
  transcript_->Add(Asked(node, ToText(*request.plan)));
  Result<std::unique_ptr<FragmentStream>> stream =
      inner_->RunFragment(node, std::move(request), context);
  if (!stream.ok()) {
    transcript_->Add(Failed(node, stream.status()));
    return stream;
  }
  return std::unique_ptr<FragmentStream>(
      std::make_unique<RecordingStream>(*std::move(stream), node, transcript_));
}

}  // namespace redbase::ex
