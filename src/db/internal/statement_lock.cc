#include "db/internal/statement_lock.h"

#include <algorithm>

namespace redbase::db {

template <typename Ready>
Status StatementLock::Wait(Ready ready, const Patience& patience) {
  const int64_t begin = env_.MonotonicMicros();
  int64_t slept = 0;  // at least; the clock of a simulated environment may stand still
  while (!ready()) {
    if (patience.cancel != nullptr) {
      RETURN_IF_ERROR(patience.cancel->Check());
    }
    int64_t micros = kLookMicros;
    if (patience.timeout_millis > 0) {
      const int64_t waited = std::max(env_.MonotonicMicros() - begin, slept);
      micros = std::min(micros, patience.timeout_millis * 1000 - waited);
      if (micros <= 0) {
        return {Code::kUnavailable, "canceling statement due to lock timeout"};
      }
    }
    slept += changed_.WaitFor(mutex_, micros) ? 0 : micros;
  }
  return {};
}

Result<StatementLock::Hold> StatementLock::Take(Mode mode, const Patience& patience) {
  const common::MutexLock lock(mutex_);
  if (mode == Mode::kShared) {
    const auto ready = [this]() REQUIRES(mutex_) {
      return !writing_ && waiting_writers_ == 0 && !upgrading_;
    };
    RETURN_IF_ERROR(Wait(ready, patience));
    ++readers_;
    return Hold(this, mode);
  }
  ++waiting_writers_;
  const auto ready = [this]() REQUIRES(mutex_) { return !writing_ && readers_ == 0; };
  Status status = Wait(ready, patience);
  --waiting_writers_;
  if (!status.ok()) {
    changed_.NotifyAll();  // the readers that were kept out
    return status;
  }
  writing_ = true;
  return Hold(this, mode);
}

Status StatementLock::Upgrade(Hold* hold, const Patience& patience) {
  if (hold->mode_ == Mode::kExclusive) {
    return {};
  }
  const common::MutexLock lock(mutex_);
  if (upgrading_) {
    return {Code::kDeadlock,
            "deadlock detected: two transactions that have read wait for each other to end; this "
            "one must be rolled back and may be tried again"};
  }
  upgrading_ = true;
  Status status = Wait([this]() REQUIRES(mutex_) { return readers_ == 1; }, patience);
  upgrading_ = false;
  if (!status.ok()) {
    changed_.NotifyAll();
    return status;
  }
  readers_ = 0;
  writing_ = true;
  hold->mode_ = Mode::kExclusive;
  return {};
}

void StatementLock::Release(Mode mode) {
  const common::MutexLock lock(mutex_);
  if (mode == Mode::kExclusive) {
    writing_ = false;
  } else {
    --readers_;
  }
  changed_.NotifyAll();
}

}  // namespace redbase::db
