#include "pf/internal/log_reader.h"

#include <algorithm>
#include <utility>

#include "common/bytes.h"

namespace redbase::pf {

Result<std::span<const std::byte>> LogReader::Window(size_t count) {
  if (next_ < window_from_ || next_ + count > window_from_ + window_.size()) {
    window_.resize(std::max(count, read_bytes_));
    window_from_ = next_;
    const auto out = std::as_writable_bytes(std::span(window_));
    ASSIGN_OR_RETURN(const size_t got, segments_.Read(next_, out));
    window_.resize(got);
  }
  return AsBytes(window_).subspan(next_ - window_from_);
}

Result<bool> LogReader::Next(std::span<const std::byte>* group) {
  ASSIGN_OR_RETURN(std::span<const std::byte> bytes, Window(sizeof(LogFrameHeader)));
  if (bytes.size() < sizeof(LogFrameHeader)) {
    return false;
  }
  const auto header = LoadAs<LogFrameHeader>(bytes.data());
  const bool follows = header.sequence == next_ && header.durable <= next_ &&
                       (!checksum_ || header.previous == *checksum_);
  const std::optional<uint64_t> limit = segments_.end();
  if (!follows || !limit || next_ + LogFrameBytes(header.length) > *limit) {
    return false;
  }
  ASSIGN_OR_RETURN(bytes, Window(sizeof(header) + header.length));
  if (bytes.size() < sizeof(header) + header.length) {
    return false;
  }
  *group = bytes.subspan(sizeof(header), header.length);
  if (!IsLogFrame(header, *group)) {
    return false;
  }
  header_ = header;
  checksum_ = header.crc32c;
  next_ += LogFrameBytes(header.length);
  return true;
}

Status LogReader::Damaged(const std::string& evidence) const {
  return {Code::kCorruption, segments_.PathAt(next_) + ": the log is damaged at " +
                                 std::to_string(next_) + ": " + evidence};
}

Status LogReader::CheckEnd() {
  const uint64_t end = next_;
  const uint64_t limit = segments_.end().value_or(end);
  for (; next_ + sizeof(LogFrameHeader) <= limit; next_ += kLogFrameAlignment) {
    ASSIGN_OR_RETURN(std::span<const std::byte> bytes, Window(sizeof(LogFrameHeader)));
    if (bytes.size() < sizeof(LogFrameHeader)) {
      break;
    }
    const auto header = LoadAs<LogFrameHeader>(bytes.data());
    if (header.sequence != next_ || header.durable <= end || header.durable > next_ ||
        next_ + LogFrameBytes(header.length) > limit) {
      continue;
    }
    ASSIGN_OR_RETURN(bytes, Window(sizeof(header) + header.length));
    if (bytes.size() >= sizeof(header) + header.length &&
        IsLogFrame(header, bytes.subspan(sizeof(header), header.length))) {
      const uint64_t later = std::exchange(next_, end);
      return Damaged("a group at " + std::to_string(later) + " says so");
    }
  }
  next_ = end;
  return {};
}

}  // namespace redbase::pf
