#include "common/status.h"

namespace redbase {

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kOk:
      return "kOk";
    case Code::kSyntax:
      return "kSyntax";
    case Code::kNotFound:
      return "kNotFound";
    case Code::kAlreadyExists:
      return "kAlreadyExists";
    case Code::kTypeMismatch:
      return "kTypeMismatch";
    case Code::kInvalidArgument:
      return "kInvalidArgument";
    case Code::kConstraint:
      return "kConstraint";
    case Code::kConflict:
      return "kConflict";
    case Code::kDeadlock:
      return "kDeadlock";
    case Code::kMustWait:
      return "kMustWait";
    case Code::kIoError:
      return "kIoError";
    case Code::kNoMemory:
      return "kNoMemory";
    case Code::kUnavailable:
      return "kUnavailable";
    case Code::kCancelled:
      return "kCancelled";
    case Code::kCorruption:
      return "kCorruption";
    case Code::kInternal:
      return "kInternal";
  }
  return "unknown code";
}

const std::string& Status::message() const {
  static const std::string kNone;
  return state_ ? state_->message : kNone;
}

Status Status::Annotate(std::string_view context) const& { return Status(*this).Annotate(context); }

Status Status::Annotate(std::string_view context) && {
  if (state_) {
    state_->message.insert(0, ": ").insert(0, context);
  }
  return std::move(*this);
}

}  // namespace redbase
