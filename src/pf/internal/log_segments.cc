#include "pf/internal/log_segments.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "common/text.h"
#include "pf/internal/log_frame.h"

namespace redbase::pf {

namespace {

constexpr uint32_t kMagic = 0x53574252;  // "RBWS"
constexpr uint32_t kVersion = 1;
constexpr std::string_view kPrefix = "wal.";
// Zeros are written in pieces of this size.
constexpr size_t kPieceBytes = size_t{256} << 10;

struct Header {
  uint32_t magic;
  uint32_t version;
  uint64_t database_id;
  uint64_t number;
  uint64_t first;
  uint64_t bytes;
  uint32_t crc32c;
  uint32_t zero;
};
static_assert(offsetof(Header, version) == 4);
static_assert(offsetof(Header, database_id) == 8);
static_assert(offsetof(Header, number) == 16);
static_assert(offsetof(Header, first) == 24);
static_assert(offsetof(Header, bytes) == 32);
static_assert(offsetof(Header, crc32c) == 40);

using HeaderBytes = std::array<std::byte, LogSegments::kHeaderBytes>;

uint32_t ChecksumOf(std::span<const std::byte> header) {
  return common::Crc32c(header.first(offsetof(Header, crc32c)));
}

Status Damaged(const std::string& path, const std::string& what) {
  return {Code::kCorruption, path + ": " + what};
}

}  // namespace

std::optional<uint64_t> LogSegments::ParseName(std::string_view name) {
  int64_t number = 0;
  if (!name.starts_with(kPrefix) || name.size() == kPrefix.size()) {
    return std::nullopt;
  }
  const std::string_view digits = name.substr(kPrefix.size());
  if (digits[0] < '1' || digits[0] > '9' ||
      common::ParseNumber(digits, &number) != common::ParseOutcome::kOk) {
    return std::nullopt;
  }
  return static_cast<uint64_t>(number);
}

std::string LogSegments::PathOf(uint64_t number) const {
  return directory_ + "/" + std::string(kPrefix) + std::to_string(number);
}

Result<std::optional<LogSegments::Segment>> LogSegments::ReadHeader(uint64_t number) {
  Segment segment;
  segment.number = number;
  ASSIGN_OR_RETURN(segment.file, env_.Open(PathOf(number), common::OpenMode::kReadWrite));
  HeaderBytes bytes{};
  ASSIGN_OR_RETURN(const size_t got, segment.file->ReadSome(0, bytes));
  const auto header = LoadAs<Header>(bytes.data());
  if (got < bytes.size() || header.magic != kMagic || header.crc32c != ChecksumOf(bytes) ||
      header.number != number) {
    return std::optional<Segment>();
  }
  if (header.version != kVersion) {
    return Damaged(PathOf(number), "log format version " + std::to_string(header.version) +
                                       ", this program knows " + std::to_string(kVersion));
  }
  if (header.database_id != database_id_) {
    return Damaged(PathOf(number), "belongs to another database");
  }
  segment.first = header.first;
  segment.bytes = header.bytes;
  ASSIGN_OR_RETURN(const uint64_t size, segment.file->Size());
  if (size < kHeaderBytes + segment.bytes) {
    return std::optional<Segment>();
  }
  return std::optional<Segment>(std::move(segment));
}

// The file has its length, and header and length are synced, before any frame goes into
// the segment: frames without them mean damage.
Status LogSegments::CheckUnused(uint64_t number, uint64_t keep_from) {
  ASSIGN_OR_RETURN(const std::string file, env_.ReadAll(PathOf(number)));
  const std::span<const std::byte> bytes = AsBytes(file);
  for (size_t at = kHeaderBytes; at + sizeof(LogFrameHeader) <= bytes.size();
       at += kLogFrameAlignment) {
    const auto frame = LoadAs<LogFrameHeader>(bytes.data() + at);
    const std::span<const std::byte> rest = bytes.subspan(at + sizeof(frame));
    if (frame.sequence >= keep_from && frame.length > 0 && frame.length <= rest.size() &&
        IsLogFrame(frame, rest.first(frame.length))) {
      return Damaged(PathOf(number), "the log segment is cut off, or its header damaged");
    }
  }
  return {};
}

Status LogSegments::Open(uint64_t keep_from) {
  ASSIGN_OR_RETURN(const std::vector<common::DirEntry> entries, env_.List(directory_));
  std::vector<Segment> found;
  for (const common::DirEntry& entry : entries) {
    const std::optional<uint64_t> number = ParseName(entry.name);
    if (!number || !entry.is_regular) {
      continue;
    }
    ASSIGN_OR_RETURN(std::optional<Segment> segment, ReadHeader(*number));
    if (segment) {
      found.push_back(*std::move(segment));
      continue;
    }
    RETURN_IF_ERROR(CheckUnused(*number, keep_from));
    RETURN_IF_ERROR(env_.RemoveFile(PathOf(*number)));
  }
  std::sort(found.begin(), found.end(),
            [](const Segment& a, const Segment& b) { return a.number < b.number; });
  const common::MutexLock lock(mutex_);
  for (Segment& segment : found) {
    next_number_ = std::max(next_number_, segment.number + 1);
    if (segment.end() <= keep_from) {
      spares_.push_back(std::move(segment));
      continue;
    }
    if (!live_.empty() && segment.first == live_.back().first) {
      // That one could neither be completed nor removed.
      spares_.push_back(std::move(live_.back()));
      live_.pop_back();
    }
    const uint64_t expected = live_.empty() ? keep_from : live_.back().end();
    if (live_.empty() ? segment.first > expected : segment.first != expected) {
      return Damaged(directory_, "the log from " + std::to_string(expected) + " to " +
                                     std::to_string(segment.first) + " is missing");
    }
    live_.push_back(std::move(segment));
  }
  return {};
}

std::optional<uint64_t> LogSegments::end() const {
  const common::MutexLock lock(mutex_);
  return live_.empty() ? std::nullopt : std::optional<uint64_t>(live_.back().end());
}

const LogSegments::Segment* LogSegments::Find(uint64_t position) const {
  for (auto segment = live_.rbegin(); segment != live_.rend(); ++segment) {
    if (position >= segment->first && position < segment->end()) {
      return &*segment;
    }
  }
  return nullptr;
}

std::optional<LogSegments::Segment> LogSegments::At(uint64_t position) const {
  const common::MutexLock lock(mutex_);
  const Segment* const found = Find(position);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::string LogSegments::PathAt(uint64_t position) const {
  const std::optional<Segment> segment = At(position);
  return segment ? PathOf(segment->number) : directory_;
}

Status LogSegments::WriteHeader(const Segment& segment) {
  HeaderBytes bytes{};
  StoreAs(bytes.data(), Header{kMagic, kVersion, database_id_, segment.number, segment.first,
                               segment.bytes, 0, 0});
  StoreAs(bytes.data() + offsetof(Header, crc32c), ChecksumOf(bytes));
  return segment.file->Write(0, bytes);
}

Status LogSegments::FillWithZeros(common::File& file, uint64_t length) {
  const std::vector<std::byte> zeros(kPieceBytes);
  for (uint64_t at = 0; at < length; at += zeros.size()) {
    const size_t piece = std::min<uint64_t>(zeros.size(), length - at);
    RETURN_IF_ERROR(file.Write(at, std::span(zeros).first(piece)));
  }
  return {};
}

Result<std::unique_ptr<common::File>> LogSegments::MakeFile(const Segment& segment, bool filled) {
  const std::string path = PathOf(segment.number);
  if (env_.Exists(path)) {  // of an attempt that failed
    RETURN_IF_ERROR(env_.RemoveFile(path));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<common::File> file, env_.Open(path, common::OpenMode::kCreate));
  const uint64_t length = kHeaderBytes + segment.bytes;
  const Status made = filled ? FillWithZeros(*file, length) : file->Truncate(length);
  if (!made.ok()) {
    file.reset();
    static_cast<void>(env_.RemoveFile(path));  // the first failure is the one to report
    return made;
  }
  return file;
}

Status LogSegments::Extend(uint64_t position, bool filled) {
  Segment next;
  next.number = next_number_;
  next.first = position;
  {
    const common::MutexLock lock(mutex_);
    next.bytes = live_.empty() ? kLeastBytes : std::min(live_.back().bytes * 4, kMostBytes);
  }
  if (spares_.empty()) {
    ASSIGN_OR_RETURN(next.file, MakeFile(next, filled));
  } else {
    // A spare is open under its new name, too.
    RETURN_IF_ERROR(env_.Rename(PathOf(spares_.back().number), PathOf(next.number)));
    next.bytes = spares_.back().bytes;
    next.file = std::move(spares_.back().file);
    spares_.pop_back();
  }
  ++next_number_;
  Status ready = WriteHeader(next);
  if (ready.ok()) {
    ready = next.file->Sync();
  }
  if (ready.ok()) {
    ready = env_.SyncDirectory(directory_);
  }
  if (!ready.ok()) {
    next.file.reset();
    static_cast<void>(env_.RemoveFile(PathOf(next.number)));
    return ready;
  }
  const common::MutexLock lock(mutex_);
  live_.push_back(std::move(next));
  return {};
}

Status LogSegments::Write(uint64_t position, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    std::optional<Segment> segment = At(position);
    if (!segment) {
      RETURN_IF_ERROR(Extend(position, /*filled=*/bytes.size() < kPieceBytes));
      segment = At(position);
    }
    const size_t piece = std::min<uint64_t>(bytes.size(), segment->end() - position);
    unsynced_[segment->number] = segment->file;
    RETURN_IF_ERROR(
        segment->file->Write(kHeaderBytes + position - segment->first, bytes.first(piece)));
    position += piece;
    bytes = bytes.subspan(piece);
  }
  return {};
}

Status LogSegments::Sync() {
  while (!unsynced_.empty()) {
    RETURN_IF_ERROR(unsynced_.begin()->second->Sync());
    unsynced_.erase(unsynced_.begin());
  }
  return {};
}

Result<size_t> LogSegments::Read(uint64_t position, std::span<std::byte> out) const {
  size_t done = 0;
  while (done < out.size()) {
    const std::optional<Segment> segment = At(position + done);
    if (!segment) {
      break;
    }
    const uint64_t offset = position + done - segment->first;
    const size_t piece = std::min<uint64_t>(out.size() - done, segment->bytes - offset);
    ASSIGN_OR_RETURN(const size_t got,
                     segment->file->ReadSome(kHeaderBytes + offset, out.subspan(done, piece)));
    done += got;
    if (got < piece) {
      break;
    }
  }
  return done;
}

Status LogSegments::Recycle(uint64_t keep_from) {
  {
    const common::MutexLock lock(mutex_);
    // The last one stays: the next segment goes on from it.
    while (live_.size() > 1 && live_.front().end() <= keep_from) {
      unsynced_.erase(live_.front().number);
      spares_.push_back(std::move(live_.front()));
      live_.pop_front();
    }
  }
  return RemoveSurplus();
}

Status LogSegments::RemoveSurplus() {
  uint64_t bytes = 0;
  for (const Segment& spare : spares_) {
    bytes += spare.bytes;
  }
  // Short ones go first, so that the log settles on few long segments.
  std::sort(spares_.begin(), spares_.end(),
            [](const Segment& a, const Segment& b) { return a.bytes < b.bytes; });
  while (!spares_.empty() && (bytes > kSpareBytes || spares_.size() > 4)) {
    bytes -= spares_.front().bytes;
    const std::string path = PathOf(spares_.front().number);
    spares_.erase(spares_.begin());
    RETURN_IF_ERROR(env_.RemoveFile(path));
  }
  return {};
}

}  // namespace redbase::pf
