#include "pf/page_op.h"

#include <array>
#include <atomic>
#include <cassert>
#include <deque>

#include "common/sync.h"

namespace redbase::pf {

namespace {

// Codes are dense from the first of each component's range.
constexpr size_t kMaxOps = 0x1000;

struct Registry {
  common::Mutex mutex;
  std::deque<PageOp> ops GUARDED_BY(mutex);
  std::array<std::atomic<const PageOp*>, kMaxOps> by_code{};
};

Registry& TheRegistry() {
  static Registry registry;
  return registry;
}

}  // namespace

void RegisterPageOp(const PageOp& op) {
  const auto code = static_cast<size_t>(op.code);
  assert(code < kMaxOps);
  Registry& registry = TheRegistry();
  const common::MutexLock lock(registry.mutex);
  if (registry.by_code[code].load(std::memory_order_relaxed) != nullptr) {
    assert(registry.by_code[code].load(std::memory_order_relaxed)->apply == op.apply);
    return;
  }
  registry.ops.push_back(op);
  registry.by_code[code].store(&registry.ops.back(), std::memory_order_release);
}

const PageOp* FindPageOp(PageOpCode code) {
  const auto index = static_cast<size_t>(code);
  return index < kMaxOps ? TheRegistry().by_code[index].load(std::memory_order_acquire) : nullptr;
}

}  // namespace redbase::pf
