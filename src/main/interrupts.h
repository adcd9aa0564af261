// Interrupts: what signals do to the program.
//
// SIGINT cancels the running statement; without a terminal it also ends the run.
// SIGTERM and SIGHUP cancel the statement and end the run, with the database closed
// as ever.  SIGPIPE is ignored: writing fails instead.
//
// A signal may come between looking at a flag and a read that blocks, and any thread
// may receive it.  So whoever reads the input waits with AwaitInput, which a signal
// ends however they interleave.
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
  // Waits until `descriptor` can be read without blocking, or is at its end; false
  // when the run is to end or SIGINT came since TakeInterrupt.
  static bool AwaitInput(int descriptor);
  // Whether SIGINT came since this was last asked.
  static bool TakeInterrupt();
};

}  // namespace redbase::main
