#include "main/interrupts.h"

#include <csignal>

namespace redbase::main {
namespace {

// What the handlers reach: lock-free atomics only.
std::atomic<common::CancelToken*> current_token{nullptr};
std::atomic<bool> is_interactive{false};
std::atomic<bool> must_stop{false};
std::atomic<bool> interrupted{false};

void Cancel() {
  if (common::CancelToken* token = current_token.load()) {
    token->Cancel();
  }
}

void OnInterrupt(int /*signal*/) {
  interrupted = true;
  if (!is_interactive) {
    must_stop = true;
  }
  Cancel();
}

void OnTerminate(int /*signal*/) {
  must_stop = true;
  Cancel();
}

// Without SA_RESTART, so that a read of the input ends.
void Handle(int signal, void (*handler)(int), int flags = 0) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

constexpr int kHandled[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

}  // namespace

Interrupts::Interrupts(bool interactive) {
  is_interactive = interactive;
  must_stop = false;
  interrupted = false;
  Handle(SIGINT, OnInterrupt);
  // A second one ends the program at once.
  Handle(SIGTERM, OnTerminate, SA_RESETHAND);
  Handle(SIGHUP, OnTerminate, SA_RESETHAND);
  Handle(SIGPIPE, SIG_IGN);
}

Interrupts::~Interrupts() {
  for (const int signal : kHandled) {
    Handle(signal, SIG_DFL);
  }
  current_token = nullptr;
}

void Interrupts::Watch(common::CancelToken* token) { current_token = token; }

const std::atomic<bool>& Interrupts::stop() const { return must_stop; }

bool Interrupts::stopped() { return must_stop; }

bool Interrupts::TakeInterrupt() { return interrupted.exchange(false); }

}  // namespace redbase::main
