#include "main/interrupts.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace redbase::main {
namespace {

// What the handlers reach: lock-free atomics only.
std::atomic<common::CancelToken*> current_token{nullptr};
std::atomic<bool> is_interactive{false};
std::atomic<bool> must_stop{false};
std::atomic<bool> interrupted{false};
// Readable from a signal on, until Drain.
std::atomic<int> wake_event{-1};

// What every handler does once the flags are set.
void Announce() {
  const int saved_errno = errno;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_event, &one, sizeof(one));
  errno = saved_errno;
  if (common::CancelToken* token = current_token.load()) {
    token->Cancel();
  }
}

void Drain() {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t taken = read(wake_event, &count, sizeof(count));
}

void OnInterrupt(int /*signal*/) {
  interrupted = true;
  if (!is_interactive) {
    must_stop = true;
  }
  Announce();
}

void OnTerminate(int /*signal*/) {
  must_stop = true;
  Announce();
}

// Without SA_RESTART, so that whatever blocks ends.
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
  wake_event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
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
  close(wake_event.exchange(-1));
}

void Interrupts::Watch(common::CancelToken* token) { current_token = token; }

const std::atomic<bool>& Interrupts::stop() const { return must_stop; }

bool Interrupts::stopped() { return must_stop; }

bool Interrupts::AwaitInput(int descriptor) {
  std::array<pollfd, 2> waits = {{{descriptor, POLLIN, 0}, {wake_event, POLLIN, 0}}};
  while (!must_stop && !interrupted) {
    const int ready = poll(waits.data(), waits.size(), -1);
    if (ready < 0 && errno != EINTR) {
      return true;  // reading will tell what is wrong
    }
    if (ready > 0 && (waits[1].revents & POLLIN) != 0) {
      Drain();
    } else if (ready > 0) {
      return true;
    }
  }
  return false;
}

bool Interrupts::TakeInterrupt() { return interrupted.exchange(false); }

}  // namespace redbase::main
