#include "db/internal/statement_lock.h"

namespace redbase::db {

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
  if (mode == Mode::kShared) {
    const auto ready = [this]() REQUIRES(mutex_) { return !alone_ && entering_ + upgrading_ == 0; };
    RETURN_IF_ERROR(common::WaitFor(env_, mutex_, changed_, patience, ready));
    ++sharers_;
  } else {
    const auto ready = [this]() REQUIRES(mutex_) { return !alone_ && sharers_ == 0; };
    RETURN_IF_ERROR(WaitAs(&entering_, ready, patience));
    alone_ = true;
  }
  return Hold(this, mode);
}

Status StatementLock::Upgrade(Hold* hold, Mode mode, const common::Patience& patience) {
  if (hold->mode_ >= mode) {
    return {};
  }
  const common::MutexLock lock(mutex_);
  if (upgrading_ > 0) {
    return {Code::kDeadlock,
            "deadlock detected: two transactions wait for each other to end; this one must be "
            "rolled back and may be tried again"};
  }
  const auto ready = [this]() REQUIRES(mutex_) { return sharers_ == 1; };
  RETURN_IF_ERROR(WaitAs(&upgrading_, ready, patience));
  --sharers_;
  alone_ = true;
  hold->mode_ = mode;
  return {};
}

void StatementLock::Release(Mode mode) {
  const common::MutexLock lock(mutex_);
  if (mode == Mode::kShared) {
    --sharers_;
  } else {
    alone_ = false;
  }
  changed_.NotifyAll();
}

}  // namespace redbase::db
