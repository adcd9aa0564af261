#include "db/internal/statement_lock.h"

#include <algorithm>

namespace redbase::db {

namespace {

using Mode = StatementLock::Mode;

bool Together(Mode a, Mode b) {
  const auto [weaker, stronger] = std::minmax(a, b);
  return stronger != Mode::kAlone &&
         (weaker == Mode::kRead || (weaker == Mode::kWrite && stronger == Mode::kWrite));
}

}  // namespace

bool StatementLock::MayHold(Mode mode, const Counts& but) const {
  for (size_t other = 0; other < kModes; ++other) {
    if (holders_[other] > but[other] && !Together(mode, Mode{static_cast<uint8_t>(other)})) {
      return false;
    }
  }
  return true;
}

bool StatementLock::MayEnter(Mode mode) const {
  for (const Mode strong : {Mode::kSerial, Mode::kAlone}) {
    const auto place = static_cast<size_t>(strong);
    if (mode < strong && !Together(mode, strong) && entering_[place] + upgrading_[place] > 0) {
      return false;
    }
  }
  return true;
}

bool StatementLock::IsAwaited(Mode mode) const {
  for (size_t wanted = 0; wanted < kModes; ++wanted) {
    if (upgrading_[wanted] > 0 && !Together(mode, Mode{static_cast<uint8_t>(wanted)})) {
      return true;
    }
  }
  return false;
}

template <typename Ready>
Status StatementLock::WaitAs(uint32_t* waiting, Ready ready, const common::Patience& patience) {
  ++*waiting;
  Status status = common::WaitFor(env_, mutex_, changed_, patience, ready);
  --*waiting;
  if (!status.ok()) {
    changed_.NotifyAll();  // those who were kept out
  }
  return status;
}

Result<StatementLock::Hold> StatementLock::Take(Mode mode, const common::Patience& patience) {
  const common::MutexLock lock(mutex_);
  const auto ready = [this, mode]()
                         REQUIRES(mutex_) { return MayHold(mode, {}) && MayEnter(mode); };
  RETURN_IF_ERROR(WaitAs(&At(entering_, mode), ready, patience));
  ++At(holders_, mode);
  return Hold(this, mode);
}

Status StatementLock::Upgrade(Hold* hold, Mode mode, const common::Patience& patience) {
  if (hold->mode_ >= mode) {
    return {};
  }
  const common::MutexLock lock(mutex_);
  Counts own{};
  At(own, hold->mode_) = 1;
  const auto ready = [this, mode, &own]() REQUIRES(mutex_) { return MayHold(mode, own); };
  if (!ready() && IsAwaited(hold->mode_)) {
    return {Code::kDeadlock,
            "deadlock detected: two transactions wait for each other to end; this one must be "
            "rolled back and may be tried again"};
  }
  RETURN_IF_ERROR(WaitAs(&At(upgrading_, mode), ready, patience));
  --At(holders_, hold->mode_);
  ++At(holders_, mode);
  hold->mode_ = mode;
  return {};
}

void StatementLock::Release(Mode mode) {
  const common::MutexLock lock(mutex_);
  --At(holders_, mode);
  changed_.NotifyAll();
}

}  // namespace redbase::db
