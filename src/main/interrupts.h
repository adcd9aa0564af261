// Interrupts: what signals do to the program.
//
// SIGINT cancels the running statement; without a terminal it also ends the run.
// SIGTERM and SIGHUP cancel the statement and end the run, with the database closed
// as ever.  SIGPIPE is ignored: writing fails instead.
//
// There is one at a time.  The destructor gives the signals their default effect.
#pragma once

#include <atomic>

#include "common/cancel_token.h"

namespace redbase::main {

class Interrupts {
 public:
  explicit Interrupts(bool interactive);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // The token to cancel; null for none.
  void Watch(common::CancelToken* token);
  // The run is to end.
  const std::atomic<bool>& stop() const;
  static bool stopped();
  // Whether SIGINT came since this was last asked.
  static bool TakeInterrupt();
};

}  // namespace redbase::main
