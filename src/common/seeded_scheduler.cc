#include "common/seeded_scheduler.h"

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <thread>
#include <utility>

namespace redbase::common {

namespace {
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
}

struct SeededScheduler::Task {
  enum class State : uint8_t { kRunnable, kWaiting, kEnded };

  bool WaitsFor(const void* what) const { return state == State::kWaiting && object == what; }

  std::string name;
  State state = State::kRunnable;
  const void* object = nullptr;  // what it waits for, and its kind
  const char* kind = "";
  int64_t deadline = kNever;
  bool expired = false;
  std::condition_variable turn;
  std::thread thread;
};

// Joins in the scheduler's way.
class SeededScheduler::TaskThread : public Thread {
 public:
  TaskThread(SeededScheduler* scheduler, Task* task) : scheduler_(scheduler), task_(task) {}
  ~TaskThread() override { TaskThread::Join(); }
  void Join() override {
    scheduler_->Yield();
    // Only the running thread changes states, so no lock is needed to look.
    while (task_->state != Task::State::kEnded) {
      scheduler_->Block(task_, "the end of a thread");
    }
  }

 private:
  SeededScheduler* const scheduler_;
  Task* const task_;
};

SeededScheduler::SeededScheduler(uint64_t seed) : seed_(seed), random_(seed) {}

SeededScheduler::~SeededScheduler() = default;

void SeededScheduler::Run(std::vector<std::function<void()>> bodies) {
  assert(t_scheduler == nullptr);
  std::vector<std::unique_ptr<Task>> ended;
  {
    Lock lock(mutex_);
    for (auto& body : bodies) {
      AddTask(std::to_string(tasks_.size()), std::move(body));
    }
    current_ = PickNext();
    if (current_ != nullptr) {
      current_->turn.notify_one();
    }
    all_ended_.wait(lock, [this] { return current_ == nullptr; });
    ended.swap(tasks_);
  }
  for (const auto& task : ended) {
    task->thread.join();
  }
}

std::unique_ptr<Thread> SeededScheduler::StartThread(const std::string& name,
                                                     std::function<void()> body) {
  assert(t_scheduler == this);
  Task* task = nullptr;
  {
    const Lock lock(mutex_);
    task = AddTask(name, std::move(body));
  }
  Yield();
  return std::make_unique<TaskThread>(this, task);
}

int64_t SeededScheduler::NowMicros() const {
  const Lock lock(mutex_);
  return now_;
}

uint64_t SeededScheduler::Fingerprint() const {
  const Lock lock(mutex_);
  return fingerprint_;
}

SeededScheduler::Task* SeededScheduler::AddTask(std::string name, std::function<void()> body) {
  tasks_.push_back(std::make_unique<Task>());
  Task* task = tasks_.back().get();
  task->name = std::move(name);
  task->thread = std::thread([this, task, body = std::move(body)] { RunTask(task, body); });
  return task;
}

void SeededScheduler::RunTask(Task* task, const std::function<void()>& body) {
  t_scheduler = this;
  {
    Lock lock(mutex_);
    task->turn.wait(lock, [this, task] { return current_ == task; });
  }
  body();
  WakeAll(task);
  const Lock lock(mutex_);
  task->state = Task::State::kEnded;
  current_ = PickNext();
  if (current_ != nullptr) {
    current_->turn.notify_one();
  } else {
    all_ended_.notify_one();
  }
}

void SeededScheduler::Switch(Lock* lock, Task* self) {
  ++now_;
  current_ = PickNext();
  if (current_ != self) {
    current_->turn.notify_one();
    self->turn.wait(*lock, [this, self] { return current_ == self; });
  }
}

// Null when all threads have ended.
SeededScheduler::Task* SeededScheduler::PickNext() {
  WakeExpired();
  std::vector<size_t> runnable;
  bool all_ended = true;
  for (size_t i = 0; i < tasks_.size(); ++i) {
    all_ended &= tasks_[i]->state == Task::State::kEnded;
    if (tasks_[i]->state == Task::State::kRunnable) {
      runnable.push_back(i);
    }
  }
  if (!runnable.empty()) {
    const size_t choice = runnable[random_.Below(runnable.size())];
    fingerprint_ = Random(fingerprint_ ^ choice).Next();
    return tasks_[choice].get();
  }
  if (all_ended) {
    return nullptr;
  }
  int64_t next = kNever;
  for (const auto& task : tasks_) {
    next = std::min(next, task->state == Task::State::kWaiting ? task->deadline : kNever);
  }
  if (next == kNever) {
    ReportDeadlock();
  }
  now_ = next;
  return PickNext();
}

void SeededScheduler::WakeExpired() {
  for (const auto& task : tasks_) {
    if (task->state == Task::State::kWaiting && task->deadline <= now_) {
      task->state = Task::State::kRunnable;
      task->expired = true;
    }
  }
}

void SeededScheduler::Yield() {
  Lock lock(mutex_);
  Switch(&lock, current_);
}

void SeededScheduler::Block(const void* object, const char* what) { Wait(object, what, kNever); }

bool SeededScheduler::BlockFor(const void* object, const char* what, int64_t micros) {
  Task* self = nullptr;
  int64_t deadline = kNever;
  {
    const Lock lock(mutex_);
    self = current_;
    micros = std::max<int64_t>(micros, 0);
    deadline = micros < kNever - now_ ? now_ + micros : kNever;
  }
  Wait(object, what, deadline);
  return !self->expired;
}

void SeededScheduler::Wait(const void* object, const char* what, int64_t deadline) {
  Lock lock(mutex_);
  Task* self = current_;
  self->state = Task::State::kWaiting;
  self->object = object;
  self->kind = what;
  self->deadline = deadline;
  self->expired = false;
  Switch(&lock, self);
}

void SeededScheduler::WakeOne(const void* object) {
  const Lock lock(mutex_);
  std::vector<Task*> waiting;
  for (const auto& task : tasks_) {
    if (task->WaitsFor(object)) {
      waiting.push_back(task.get());
    }
  }
  if (!waiting.empty()) {
    waiting[random_.Below(waiting.size())]->state = Task::State::kRunnable;
  }
}

void SeededScheduler::WakeAll(const void* object) {
  const Lock lock(mutex_);
  for (const auto& task : tasks_) {
    if (task->WaitsFor(object)) {
      task->state = Task::State::kRunnable;
    }
  }
}

void SeededScheduler::ReportDeadlock() const {
  // Objects are numbered as they appear, since addresses change between runs.
  std::vector<const void*> objects;
  std::fprintf(stderr, "deadlock with seed %llu\n", static_cast<unsigned long long>(seed_));
  for (const auto& task : tasks_) {
    if (task->state == Task::State::kEnded) {
      continue;
    }
    auto at = std::find(objects.begin(), objects.end(), task->object);
    if (at == objects.end()) {
      at = objects.insert(at, task->object);
    }
    std::fprintf(stderr, "  thread %s waits for %s #%td\n", task->name.c_str(), task->kind,
                 at - objects.begin() + 1);
  }
  std::abort();
}

}  // namespace redbase::common
