#include "ex/internal/route_sink.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "ex/internal/input_channel.h"

namespace redbase::ex {

namespace {

constexpr size_t kSpareBatches = 16;
// Rows that wait for their turn: enough for workers to be some morsels apart; a
// fraction of a small budget.
constexpr size_t kMostBytes = size_t{16} << 20;
constexpr size_t kBudgetShare = 8;

void CallAll(const std::vector<ql::WakeFunction>& wakes) {
  for (const ql::WakeFunction& wake : wakes) {
    wake();
  }
}

}  // namespace

RouteSink::RouteSink(Schema schema, sm::PartitionVector vector, PartitionWriter& writer,
                     common::MemoryAccount* memory)
    : schema_(std::move(schema)),
      vector_(std::move(vector)),
      writer_(writer),
      limit_(std::min(kMostBytes, memory->limit() / kBudgetShare)),
      reservation_(memory) {}

Status RouteSink::Begin(std::vector<ql::PipelineWorker> workers) {
  for (size_t i = 0; i < workers.size(); ++i) {
    gatherings_.push_back({RowSplitter(schema_, vector_), 0});
  }
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

RouteSink::Item RouteSink::MakeItem(uint64_t sequence, std::vector<Piece> pieces) {
  Item item;
  item.sequence = sequence;
  item.pieces = std::move(pieces);
  for (Piece& piece : item.pieces) {
    item.bytes += BytesOf(piece.rows);
  }
  return item;
}

std::vector<RouteSink::Item> RouteSink::Split(size_t worker, Batch* batch) {
  Gathering& self = gatherings_[worker];
  std::vector<Item> items;
  std::vector<Piece> pieces;
  const uint64_t sequence = batch->sequence();
  if (sequence != self.sequence && !self.splitter.empty()) {
    self.splitter.Flush(&pieces);
    items.push_back(MakeItem(self.sequence, std::exchange(pieces, {})));
  }
  self.sequence = sequence;
  self.splitter.Add(batch, &pieces);
  if (!pieces.empty()) {
    items.push_back(MakeItem(sequence, std::move(pieces)));
  }
  return items;
}

Result<ql::Accepted> RouteSink::Take(size_t worker, Batch* batch) {
  std::vector<Item> items = Split(worker, batch);
  std::vector<uint32_t> partitions;
  for (const Item& item : items) {
    for (const Piece& piece : item.pieces) {
      partitions.push_back(piece.partition);
    }
  }
  const Gathering& self = gatherings_[worker];
  RETURN_IF_ERROR(Keep(worker, std::move(items),
                       self.splitter.empty() ? std::nullopt : std::optional(self.sequence)));
  RETURN_IF_ERROR(SendReady());
  ql::WakeFunction wake;
  {
    const common::MutexLock lock(mutex_);
    Worker& state = workers_[worker];
    state.waits = !MayGoOn(state, LowestPlace());
    if (state.waits) {
      return ql::Accepted::kWait;
    }
    wake = state.peer.wake;
  }
  return writer_.MayGoOn(partitions, wake);
}

Status RouteSink::Keep(size_t worker, std::vector<Item> items, std::optional<uint64_t> gathering) {
  size_t bytes = 0;
  for (const Item& item : items) {
    bytes += item.bytes;
  }
  const common::MutexLock lock(mutex_);
  RETURN_IF_ERROR(reservation_.Resize(bytes_ + bytes));
  bytes_ += bytes;
  Worker& self = workers_[worker];
  self.gathering = gathering;
  for (Item& item : items) {
    for (size_t i = 0; i < item.pieces.size() && !spare_.empty(); ++i) {
      gatherings_[worker].splitter.Recycle(std::move(spare_.back()));
      spare_.pop_back();
    }
    self.items.push_back(std::move(item));
  }
  return {};
}

void RouteSink::Recycle(std::vector<Item> sent) {
  for (Item& item : sent) {
    for (Piece& piece : item.pieces) {
      if (spare_.size() < kSpareBatches && piece.rows.column_count() > 0) {
        spare_.push_back(std::move(piece.rows));
      }
    }
  }
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
      Recycle(std::move(ready));
      wakes = TakeWakes();
    }
    CallAll(wakes);
  }
}

std::vector<RouteSink::Item> RouteSink::TakeReady() {
  std::vector<Item> ready;
  const uint64_t lowest = LowestPlace();
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
  Gathering& self = gatherings_[worker];
  std::vector<Item> items;
  if (!self.splitter.empty()) {
    std::vector<Piece> pieces;
    self.splitter.Flush(&pieces);
    items.push_back(MakeItem(self.sequence, std::move(pieces)));
  }
  RETURN_IF_ERROR(Keep(worker, std::move(items), std::nullopt));
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

uint64_t RouteSink::LowestPlace() const {
  // One worker gives its batches in order whatever their sequences are.
  uint64_t lowest = std::numeric_limits<uint64_t>::max();
  if (workers_.size() > 1) {
    for (const Worker& worker : workers_) {
      if (worker.counts) {
        lowest = std::min(lowest, worker.place());
      }
    }
  }
  return lowest;
}

bool RouteSink::MayGoOn(const Worker& worker, uint64_t lowest) const {
  return bytes_ <= limit_ || (workers_.size() > 1 && worker.place() <= lowest);
}

std::vector<ql::WakeFunction> RouteSink::TakeWakes() {
  std::vector<ql::WakeFunction> wakes;
  const uint64_t lowest = LowestPlace();
  for (Worker& worker : workers_) {
    if (worker.waits && MayGoOn(worker, lowest)) {
      worker.waits = false;
      wakes.push_back(worker.peer.wake);
    }
  }
  return wakes;
}

}  // namespace redbase::ex
