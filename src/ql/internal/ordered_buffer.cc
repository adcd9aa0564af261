#include "ql/internal/ordered_buffer.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace redbase::ql {

namespace {

// Enough for workers to be some morsels apart; a fraction of a small budget.
constexpr size_t kMostBytes = size_t{16} << 20;
constexpr size_t kBudgetShare = 8;
constexpr size_t kSpareBatches = 8;

void CallAll(const std::vector<WakeFunction>& wakes) {
  for (const WakeFunction& wake : wakes) {
    wake();
  }
}

}  // namespace

size_t BatchBytes(Batch& batch) {
  size_t bytes = batch.rids().capacity() * sizeof(Rid);
  for (Vector& column : batch.columns()) {
    bytes += column.capacity() * WidthOf(column.physical()) + column.heap().bytes();
  }
  return bytes;
}

OrderedBuffer::OrderedBuffer(common::MemoryAccount* memory)
    : limit_(std::min(kMostBytes, memory->limit() / kBudgetShare)), reservation_(memory) {}

void OrderedBuffer::Begin(std::vector<PipelineWorker> workers) {
  const common::MutexLock lock(mutex_);
  workers_ = std::vector<Worker>(workers.size());
  for (size_t i = 0; i < workers.size(); ++i) {
    workers_[i].peer = std::move(workers[i]);
  }
}

void OrderedBuffer::Start(size_t worker) {
  const common::MutexLock lock(mutex_);
  workers_[worker].counts = true;
}

void OrderedBuffer::End(size_t worker) {
  std::vector<WakeFunction> wakes;
  {
    const common::MutexLock lock(mutex_);
    workers_[worker].counts = false;
    wakes = TakeWakes();
  }
  CallAll(wakes);
}

Result<Accepted> OrderedBuffer::Push(size_t worker, Batch* batch) {
  const size_t bytes = BatchBytes(*batch);
  const common::MutexLock lock(mutex_);
  RETURN_IF_ERROR(reservation_.Resize(bytes_ + bytes));
  bytes_ += bytes;
  Worker& self = workers_[worker];
  Batch spare;
  if (!spare_.empty()) {
    spare = std::move(spare_.back());
    spare_.pop_back();
  }
  self.batches.push_back(std::move(*batch));
  *batch = std::move(spare);
  self.waits = !MayGoOn(self);
  return self.waits ? Accepted::kWait : Accepted::kGoOn;
}

bool OrderedBuffer::Pop(Batch* batch) {
  std::vector<WakeFunction> wakes;
  {
    const common::MutexLock lock(mutex_);
    Worker* const next = NextOut();
    if (next == nullptr) {
      return false;
    }
    const size_t bytes = BatchBytes(next->batches.front());
    std::swap(*batch, next->batches.front());
    if (spare_.size() < kSpareBatches) {
      spare_.push_back(std::move(next->batches.front()));
    }
    next->batches.pop_front();
    bytes_ -= bytes;
    static_cast<void>(reservation_.Resize(bytes_));  // giving back cannot fail
    wakes = TakeWakes();
  }
  CallAll(wakes);
  return true;
}

bool OrderedBuffer::HasReady() {
  const common::MutexLock lock(mutex_);
  return NextOut() != nullptr;
}

void OrderedBuffer::PositionChanged() {
  std::vector<WakeFunction> wakes;
  {
    const common::MutexLock lock(mutex_);
    wakes = TakeWakes();
  }
  CallAll(wakes);
}

uint64_t OrderedBuffer::LowestPosition() const {
  // One worker gives its batches in order whatever their sequences are.
  uint64_t lowest = std::numeric_limits<uint64_t>::max();
  if (workers_.size() == 1) {
    return lowest;
  }
  for (const Worker& worker : workers_) {
    if (worker.counts) {
      lowest = std::min(lowest, worker.peer.source->position());
    }
  }
  return lowest;
}

OrderedBuffer::Worker* OrderedBuffer::NextOut() {
  Worker* next = nullptr;
  for (Worker& worker : workers_) {
    if (!worker.batches.empty() &&
        (next == nullptr || worker.batches.front().sequence() < next->batches.front().sequence())) {
      next = &worker;
    }
  }
  const bool ready = next != nullptr && next->batches.front().sequence() <= LowestPosition();
  return ready ? next : nullptr;
}

bool OrderedBuffer::MayGoOn(const Worker& worker) {
  return bytes_ <= limit_ ||
         (NextOut() == nullptr && worker.peer.source->position() <= LowestPosition());
}

std::vector<WakeFunction> OrderedBuffer::TakeWakes() {
  std::vector<WakeFunction> wakes;
  for (Worker& worker : workers_) {
    if (worker.waits && MayGoOn(worker)) {
      worker.waits = false;
      wakes.push_back(worker.peer.wake);
    }
  }
  return wakes;
}

}  // namespace redbase::ql
