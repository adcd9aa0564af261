#include "ex/internal/input_channel.h"

#include <utility>

namespace redbase::ex {

namespace {

constexpr size_t kSpareBatches = 4;

}  // namespace

size_t BytesOf(Batch& batch) {
  size_t bytes = batch.rids().capacity() * sizeof(Rid);
  for (Vector& column : batch.columns()) {
    bytes += column.capacity() * WidthOf(column.physical()) + column.heap().bytes();
  }
  return bytes;
}

Status InputChannel::Push(Batch* batch) {
  ql::WakeFunction wake;
  {
    const common::MutexLock lock(mutex_);
    if (ended_) {
      return {};
    }
    const size_t bytes = bytes_ + BytesOf(*batch);
    RETURN_IF_ERROR(reservation_->Resize(bytes));
    bytes_ = bytes;
    batches_.push_back(std::move(*batch));
    *batch = Batch();
    if (!spare_.empty()) {
      *batch = std::move(spare_.back());
      spare_.pop_back();
    }
    if (std::exchange(reader_waits_, false)) {
      wake = reader_;
    }
  }
  if (wake) {
    wake();
  }
  return {};
}

void InputChannel::Close() {
  ql::WakeFunction wake;
  {
    const common::MutexLock lock(mutex_);
    ended_ = true;
    if (std::exchange(reader_waits_, false)) {
      wake = reader_;
    }
  }
  if (wake) {
    wake();
  }
}

void InputChannel::Break() {
  std::vector<ql::WakeFunction> wakes;
  {
    const common::MutexLock lock(mutex_);
    ended_ = true;
    reader_ = nullptr;
    batches_.clear();
    bytes_ = 0;
    TakeRoomWakes(&wakes);
  }
  for (const ql::WakeFunction& wake : wakes) {
    wake();
  }
}

void InputChannel::Discard() {
  Break();
  const common::MutexLock lock(mutex_);
  reservation_.reset();
}

void InputChannel::TakeRoomWakes(std::vector<ql::WakeFunction>* wakes) {
  if (reservation_) {
    static_cast<void>(reservation_->Resize(bytes_));  // giving back cannot fail
  }
  if (bytes_ <= limit_ / 2) {
    wakes->swap(room_wakes_);
  }
}

bool InputChannel::HasRoomOrCalls(const ql::WakeFunction& wake) {
  const common::MutexLock lock(mutex_);
  if (bytes_ <= limit_) {
    return true;
  }
  room_wakes_.push_back(wake);
  return false;
}

bool InputChannel::HasRoom() const {
  const common::MutexLock lock(mutex_);
  return bytes_ <= limit_;
}

void InputChannel::SetReader(ql::WakeFunction wake) {
  const common::MutexLock lock(mutex_);
  reader_ = std::move(wake);
}

ql::Poll InputChannel::Pop(Batch* batch) {
  std::vector<ql::WakeFunction> wakes;
  {
    const common::MutexLock lock(mutex_);
    if (batches_.empty()) {
      reader_waits_ = !ended_;
      return ended_ ? ql::Poll::kEnd : ql::Poll::kBlocked;
    }
    std::swap(*batch, batches_.front());
    if (spare_.size() < kSpareBatches) {
      spare_.push_back(std::move(batches_.front()));
    }
    batches_.pop_front();
    bytes_ -= BytesOf(*batch);
    TakeRoomWakes(&wakes);
  }
  for (const ql::WakeFunction& wake : wakes) {
    wake();
  }
  return ql::Poll::kRows;
}

}  // namespace redbase::ex
