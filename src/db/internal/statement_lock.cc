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

template <typename Ready>
Status StatementLock::WaitAs(uint32_t* waiting, Ready ready, const Patience& patience) {
  ++*waiting;
  Status status = Wait(ready, patience);
  --*waiting;
  if (!status.ok()) {
    changed_.NotifyAll();  // those who were kept out
  }
  return status;
}

Result<StatementLock::Hold> StatementLock::Take(Mode mode, const Patience& patience) {
  const common::MutexLock lock(mutex_);
  if (mode == Mode::kAlone) {
    const auto ready = [this]() REQUIRES(mutex_) { return !alone_ && !writing_ && readers_ == 0; };
    RETURN_IF_ERROR(WaitAs(&waiting_alone_, ready, patience));
    alone_ = true;
    return Hold(this, mode);
  }
  const auto ready = [this, mode]() REQUIRES(mutex_) {
    return !alone_ && waiting_alone_ == 0 && holders_to_alone_ == 0 &&
           (mode == Mode::kRead || !writing_);
  };
  RETURN_IF_ERROR(Wait(ready, patience));
  if (mode == Mode::kWrite) {
    writing_ = true;
  } else {
    ++readers_;
  }
  return Hold(this, mode);
}

Status StatementLock::Upgrade(Hold* hold, Mode mode, const Patience& patience) {
  if (hold->mode_ >= mode) {
    return {};
  }
  const common::MutexLock lock(mutex_);
  const bool reads = hold->mode_ == Mode::kRead;
  // Whoever waits to be alone waits for this one's end; a reader that waits to write, for
  // the writer's.
  if (holders_to_alone_ > 0 || (!reads && readers_to_write_ > 0)) {
    return {Code::kDeadlock,
            "deadlock detected: two transactions wait for each other to end; this one must be "
            "rolled back and may be tried again"};
  }
  if (mode == Mode::kWrite) {
    RETURN_IF_ERROR(WaitAs(
        &readers_to_write_, [this]() REQUIRES(mutex_) { return !writing_; }, patience));
    writing_ = true;
  } else {
    const auto ready = [this, reads]() REQUIRES(mutex_) {
      return reads ? readers_ == 1 && !writing_ : readers_ == 0;
    };
    RETURN_IF_ERROR(WaitAs(&holders_to_alone_, ready, patience));
    writing_ = false;
    alone_ = true;
  }
  readers_ -= reads ? 1 : 0;
  hold->mode_ = mode;
  return {};
}

void StatementLock::Release(Mode mode) {
  const common::MutexLock lock(mutex_);
  if (mode == Mode::kAlone) {
    alone_ = false;
  } else if (mode == Mode::kWrite) {
    writing_ = false;
  } else {
    --readers_;
  }
  changed_.NotifyAll();
}

}  // namespace redbase::db
