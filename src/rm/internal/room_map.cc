#include "rm/internal/room_map.h"

#include <bit>
#include <cstring>

namespace redbase::rm {

bool RoomMap::Clear(uint32_t page) {
  const size_t word = page / 64;
  const uint64_t bit = uint64_t{1} << (page % 64);
  if (word >= words_.size() || (words_[word] & bit) == 0) {
    return false;
  }
  words_[word] &= ~bit;
  --count_;
  return true;
}

std::optional<PageNum> RoomMap::FindNext() {
  for (size_t step = 0; step < words_.size(); ++step, ++cursor_) {
    cursor_ %= words_.size();
    if (words_[cursor_] != 0) {
      const auto bit = static_cast<size_t>(std::countr_zero(words_[cursor_]));
      return PageNum{static_cast<uint32_t>(cursor_ * 64 + bit)};
    }
  }
  return std::nullopt;
}

std::optional<PageNum> RoomMap::Take() {
  const common::MutexLock lock(mutex_);
  if (count_ == 0) {
    return std::nullopt;
  }
  if (Clear(last_)) {
    return PageNum{last_};
  }
  const std::optional<PageNum> page = FindNext();
  if (page) {
    Clear(static_cast<uint32_t>(*page));
  }
  return page;
}

void RoomMap::Put(PageNum page) {
  const common::MutexLock lock(mutex_);
  const auto number = static_cast<uint32_t>(page);
  if (pending_.count(number) != 0) {
    return;
  }
  const size_t word = number / 64;
  if (word >= words_.size()) {
    words_.resize(word + 1);
  }
  const uint64_t bit = uint64_t{1} << (number % 64);
  count_ += (words_[word] & bit) == 0 ? 1 : 0;
  words_[word] |= bit;
  last_ = number;
}

void RoomMap::Remove(PageNum page) {
  const common::MutexLock lock(mutex_);
  Clear(static_cast<uint32_t>(page));
}

void RoomMap::AddPending(PageNum page) {
  const common::MutexLock lock(mutex_);
  Clear(static_cast<uint32_t>(page));
  ++pending_[static_cast<uint32_t>(page)];
  pending_pages_.store(pending_.size(), std::memory_order_release);
}

bool RoomMap::EndPending(PageNum page) {
  {
    const common::MutexLock lock(mutex_);
    const auto at = pending_.find(static_cast<uint32_t>(page));
    if (at == pending_.end() || --at->second > 0) {
      return false;
    }
    pending_.erase(at);
    pending_pages_.store(pending_.size(), std::memory_order_release);
  }
  Put(page);
  return true;
}

bool RoomMap::IsPending(PageNum page) const {
  if (pending_pages_.load(std::memory_order_acquire) == 0) {
    return false;
  }
  const common::MutexLock lock(mutex_);
  return pending_.count(static_cast<uint32_t>(page)) != 0;
}

std::string RoomMap::Bits() const {
  const common::MutexLock lock(mutex_);
  std::string bits(words_.size() * 8, '\0');
  if (!words_.empty()) {
    std::memcpy(bits.data(), words_.data(), bits.size());
  }
  bits.resize(bits.find_last_not_of('\0') + 1);
  return bits;
}

void RoomMap::SetBits(std::string_view bits) {
  const common::MutexLock lock(mutex_);
  words_.assign((bits.size() + 7) / 8, 0);
  if (!bits.empty()) {
    std::memcpy(words_.data(), bits.data(), bits.size());
  }
  count_ = 0;
  for (const uint64_t word : words_) {
    count_ += static_cast<size_t>(std::popcount(word));
  }
}

}  // namespace redbase::rm
