// Patience: how long to wait for others, and what ends the wait early.
#pragma once

#include <algorithm>
#include <cstdint>

#include "common/cancel_token.h"
#include "common/env.h"
#include "common/status.h"
#include "common/sync.h"

namespace redbase::common {

struct Patience {
  const CancelToken* cancel = nullptr;  // may be null
  int64_t timeout_millis = 0;           // 0: for ever
};

// Waits until `ready` says so, which is asked whenever `changed` is notified.  kCancelled;
// kUnavailable at the timeout.  Not analyzed: `ready` may need the mutex under another name.
template <typename Ready>
Status WaitFor(Env& env, Mutex& mutex, CondVar& changed, const Patience& patience, Ready ready)
    REQUIRES(mutex) NO_THREAD_SAFETY_ANALYSIS {
  // How often it looks whether it was cancelled: a signal handler that cancels cannot wake
  // anybody.
  constexpr int64_t kLookMicros = 10000;
  const int64_t begin = env.MonotonicMicros();
  int64_t slept = 0;  // at least; the clock of a simulated environment may stand still
  while (!ready()) {
    if (patience.cancel != nullptr) {
      RETURN_IF_ERROR(patience.cancel->Check());
    }
    int64_t micros = kLookMicros;
    if (patience.timeout_millis > 0) {
      const int64_t waited = std::max(env.MonotonicMicros() - begin, slept);
      micros = std::min(micros, patience.timeout_millis * 1000 - waited);
      if (micros <= 0) {
        return {Code::kUnavailable, "canceling statement due to lock timeout"};
      }
    }
    slept += changed.WaitFor(mutex, micros) ? 0 : micros;
  }
  return {};
}

}  // namespace redbase::common
