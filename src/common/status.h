// Status: the outcome of an operation, an error code with a message or success.
//
// Success costs one null pointer.  Codes are few and stable: they travel
// between nodes and map to SQLSTATE.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace redbase {

enum class Code : uint8_t {
  kOk = 0,
  // The statement is at fault: report, next statement.
  kSyntax = 1,
  kNotFound = 2,
  kAlreadyExists = 3,
  kTypeMismatch = 4,
  kInvalidArgument = 5,
  kConstraint = 6,
  // Somebody else was first: roll back, may be tried again.
  kConflict = 20,
  kDeadlock = 21,
  // Another transaction is in the way: the statement may be run again once that one has
  // ended.  Never told to users.
  kMustWait = 22,
  // The world is at fault: the statement fails, the database stays usable.
  kIoError = 40,
  kNoMemory = 41,
  kUnavailable = 42,
  kCancelled = 43,
  // The database is at fault: stop using the file.
  kCorruption = 60,
  kInternal = 61,
};

// "kNotFound" and so on, for tests and traces.
std::string_view CodeName(Code code);

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message)
      : state_(std::make_unique<State>(State{code, std::move(message)})) {}
  Status(const Status& other) { *this = other; }
  Status& operator=(const Status& other) {
    if (this != &other) {
      state_ = other.state_ ? std::make_unique<State>(*other.state_) : nullptr;
    }
    return *this;
  }
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;
  ~Status() = default;

  static Status Ok() { return {}; }

  bool ok() const { return state_ == nullptr; }
  Code code() const { return state_ ? state_->code : Code::kOk; }
  const std::string& message() const;

  // Puts "context: " before the message.  No effect on success.
  Status Annotate(std::string_view context) const&;
  Status Annotate(std::string_view context) &&;

  // Keeps the first error of two.
  void Update(Status other) {
    if (ok()) {
      *this = std::move(other);
    }
  }

 private:
  struct State {
    Code code;
    std::string message;
  };
  std::unique_ptr<State> state_;
};

}  // namespace redbase

#define RETURN_IF_ERROR(expr)                                             \
  do {                                                                    \
    if (::redbase::Status status_ = (expr); !status_.ok()) [[unlikely]] { \
      return status_;                                                     \
    }                                                                     \
  } while (false)
