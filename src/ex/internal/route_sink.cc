#include "ex/internal/route_sink.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "ex/internal/input_channel.h"

namespace redbase::ex {

namespace {

void CallAll(const std::vector<ql::WakeFunction>& wakes) {
  for (const ql::WakeFunction& wake : wakes) {
    wake();
  }
}

}  // namespace

Status RouteSink::Begin(std::vector<ql::PipelineWorker> workers) {
  splitters_.assign(workers.size(), splitter_);
  if (workers.size() > 1) {
    // Whoever sends a worker's rows need not be who waits for their partition.
    writer_.RunAhead();
  }
  const common::MutexLock lock(mutex_);
  workers_ = std::vector<Worker>(workers.size());
  for (size_t i = 0; i < workers.size(); ++i) {
    workers_[i].peer = std::move(workers[i]);
  }
  return {};
}

void RouteSink::Start(size_t worker) {
  const common::MutexLock lock(mutex_);
  workers_[worker].counts = true;
}

Result<ql::Accepted> RouteSink::Take(size_t worker, Batch* batch) {
  Item item;
  item.sequence = batch->sequence();
  item.pieces = splitters_[worker].Split(batch);
  std::vector<uint32_t> partitions;
  for (Piece& piece : item.pieces) {
    partitions.push_back(piece.partition);
    item.bytes += BytesOf(piece.rows);
  }
  RETURN_IF_ERROR(Keep(worker, std::move(item)));
  RETURN_IF_ERROR(SendReady());
  ql::WakeFunction wake;
  {
    const common::MutexLock lock(mutex_);
    Worker& self = workers_[worker];
    self.waits = !MayGoOn(self, LowestPosition());
    if (self.waits) {
      return ql::Accepted::kWait;
    }
    wake = self.peer.wake;
  }
  return writer_.MayGoOn(partitions, wake);
}

Status RouteSink::Keep(size_t worker, Item item) {
  const common::MutexLock lock(mutex_);
  RETURN_IF_ERROR(reservation_.Resize(bytes_ + item.bytes));
  bytes_ += item.bytes;
  workers_[worker].items.push_back(std::move(item));
  return {};
}

Status RouteSink::SendReady() {
  while (true) {
    std::vector<Item> ready;
    {
      const common::MutexLock lock(mutex_);
      RETURN_IF_ERROR(error_);
      if (sending_) {
        return {};  // who is at it looks again
      }
      ready = TakeReady();
      if (ready.empty()) {
        return {};
      }
      sending_ = true;
    }
    Status status;
    for (Item& item : ready) {
      if (status.ok()) {
        status = writer_.Send(&item.pieces);
      }
    }
    std::vector<ql::WakeFunction> wakes;
    {
      const common::MutexLock lock(mutex_);
      sending_ = false;
      error_ = std::move(status);
      wakes = TakeWakes();
    }
    CallAll(wakes);
  }
}

std::vector<RouteSink::Item> RouteSink::TakeReady() {
  std::vector<Item> ready;
  const uint64_t lowest = LowestPosition();
  while (true) {
    Worker* next = nullptr;
    for (Worker& worker : workers_) {
      if (!worker.items.empty() &&
          (next == nullptr || worker.items.front().sequence < next->items.front().sequence)) {
        next = &worker;
      }
    }
    if (next == nullptr || next->items.front().sequence > lowest) {
      break;
    }
    bytes_ -= next->items.front().bytes;
    ready.push_back(std::move(next->items.front()));
    next->items.pop_front();
  }
  static_cast<void>(reservation_.Resize(bytes_));  // giving back cannot fail
  return ready;
}

Status RouteSink::End(size_t worker) {
  std::vector<ql::WakeFunction> wakes;
  {
    const common::MutexLock lock(mutex_);
    workers_[worker].counts = false;
    wakes = TakeWakes();
  }
  CallAll(wakes);
  return SendReady();
}

void RouteSink::PositionChanged() {
  std::vector<ql::WakeFunction> wakes;
  {
    const common::MutexLock lock(mutex_);
    wakes = TakeWakes();
  }
  CallAll(wakes);
}

Status RouteSink::Finish() {
  RETURN_IF_ERROR(SendReady());
  writer_.EndInputs();
  return {};
}

uint64_t RouteSink::LowestPosition() const {
  // One worker gives its batches in order whatever their sequences are.
  uint64_t lowest = std::numeric_limits<uint64_t>::max();
  if (workers_.size() > 1) {
    for (const Worker& worker : workers_) {
      if (worker.counts) {
        lowest = std::min(lowest, worker.peer.source->position());
      }
    }
  }
  return lowest;
}

bool RouteSink::MayGoOn(const Worker& worker, uint64_t lowest) const {
  return bytes_ <= limit_ || (workers_.size() > 1 && worker.peer.source->position() <= lowest);
}

std::vector<ql::WakeFunction> RouteSink::TakeWakes() {
  std::vector<ql::WakeFunction> wakes;
  const uint64_t lowest = LowestPosition();
  for (Worker& worker : workers_) {
    if (worker.waits && MayGoOn(worker, lowest)) {
      worker.waits = false;
      wakes.push_back(worker.peer.wake);
    }
  }
  return wakes;
}

}  // namespace redbase::ex
