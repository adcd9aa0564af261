#include "ql/internal/text_scan.h"

#include <utility>

namespace redbase::ql {

namespace {

std::string Located(const std::string& path, std::string_view directory) {
  return path.starts_with('/') || directory.empty() ? path : std::string(directory) + "/" + path;
}

}  // namespace

struct TextScanOperator::State : WorkerState {
  State(const Schema& schema, char delimiter, common::MemoryAccount* memory)
      : parser(schema, delimiter), lines(memory) {}

  TextParser parser;
  TextLines lines;
  std::string_view text;  // the lines not parsed yet
  uint64_t range = 0;

  uint64_t OffsetOf(const char* p) const {
    return lines.offset() + static_cast<uint64_t>(p - lines.text().data());
  }
};

TextScanOperator::TextScanOperator(Schema schema, const TextScan& scan, const ExecContext& context)
    : Operator(std::move(schema), nullptr),
      scan_(scan),
      env_(*context.env),
      memory_(context.memory),
      cancel_(context.cancel),
      location_(Located(scan.path, context.working_directory)) {}

size_t TextScanOperator::MaxWorkers() const { return file_->range_count(); }

std::vector<std::string> TextScanOperator::Notices() const {
  const common::MutexLock lock(mutex_);
  if (cut_values_ == 0) {
    return {};
  }
  const Result<std::string> place = file_->Place(first_cut_, first_cut_column_);
  return {std::to_string(cut_values_) + (cut_values_ == 1 ? " value" : " values") +
          " cut to fit, the first at " + (place.ok() ? *place : "an unknown place")};
}

Status TextScanOperator::DoOpen() {
  ASSIGN_OR_RETURN(file_, TextFile::Open(env_, scan_.path, location_));
  return {};
}

Result<std::unique_ptr<WorkerState>> TextScanOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(std::make_unique<State>(schema(), scan_.delimiter, memory_));
}

Result<Poll> TextScanOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  while (true) {
    if (self.text.empty()) {
      ASSIGN_OR_RETURN(const bool more, NextLines(&self));
      if (!more) {
        return Poll::kEnd;
      }
    }
    TextProblem problem;
    if (!self.parser.Parse(&self.text, batch, &problem)) {
      return file_->Invalid(self.OffsetOf(problem.where), problem.column, problem.what);
    }
    NoteCuts(&self);
    if (batch->rows() > 0) {
      batch->set_sequence(self.range);
      return Poll::kRows;
    }
  }
}

Result<bool> TextScanOperator::NextLines(State* state) {
  while (state->text.empty()) {
    if (cancel_ != nullptr && cancel_->cancelled()) {
      return cancel_->Check();
    }
    state->range = next_range_.fetch_add(1, std::memory_order_relaxed);
    if (state->range >= file_->range_count()) {
      return false;
    }
    state->Advance(state->range);
    RETURN_IF_ERROR(file_->Read(state->range, &state->lines));
    state->text = state->lines.text();
  }
  return true;
}

void TextScanOperator::NoteCuts(State* state) {
  const TextParser::Cuts cuts = state->parser.TakeCuts();
  if (cuts.count == 0) {
    return;
  }
  const uint64_t place = state->OffsetOf(cuts.first);
  const common::MutexLock lock(mutex_);
  if (cut_values_ == 0 || place < first_cut_) {
    first_cut_ = place;
    first_cut_column_ = cuts.column;
  }
  cut_values_ += cuts.count;
}

}  // namespace redbase::ql
