#include "db/internal/statement_lock.h"

namespace redbase::db {

StatementLock::Hold StatementLock::Share() {
  const common::MutexLock lock(mutex_);
  while (writing_ || waiting_writers_ > 0) {
    changed_.Wait(mutex_);
  }
  ++readers_;
  return {this, false};
}

StatementLock::Hold StatementLock::Exclude() {
  const common::MutexLock lock(mutex_);
  ++waiting_writers_;
  while (writing_ || readers_ > 0) {
    changed_.Wait(mutex_);
  }
  --waiting_writers_;
  writing_ = true;
  return {this, true};
}

void StatementLock::Release(bool exclusive) {
  const common::MutexLock lock(mutex_);
  if (exclusive) {
    writing_ = false;
  } else {
    --readers_;
  }
  changed_.NotifyAll();
}

}  // namespace redbase::db
