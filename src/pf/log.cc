#include "pf/log.h"

#include "common/bytes.h"

namespace redbase::pf {

void AppendLogRecord(const LogRecordHeader& header, std::span<const std::byte> payload,
                     std::string* group) {
  group->reserve(group->size() + sizeof(header) + payload.size());
  ByteWriter writer(group);
  writer.Put(header);
  writer.PutBytes(AsChars(payload));
}

Status ForEachLogRecord(
    std::span<const std::byte> group,
    const std::function<Status(const LogRecordHeader&, std::span<const std::byte>)>& visit) {
  ByteReader reader(group);
  while (!reader.rest().empty()) {
    const auto header = reader.Get<LogRecordHeader>();
    const std::string_view payload = reader.GetBytes(header.length);
    if (!reader.ok()) {
      return Status(Code::kCorruption, "log group: a record is cut off");
    }
    RETURN_IF_ERROR(visit(header, AsBytes(payload)));
  }
  return {};
}

Status NullLog::Accept(uint64_t sequence) {
  uint64_t next = next_.load(std::memory_order_relaxed);
  while (next <= sequence &&
         !next_.compare_exchange_weak(next, sequence + 1, std::memory_order_relaxed)) {
  }
  return {};
}

uint64_t MemoryLog::Append(std::span<const std::byte> group) {
  const common::MutexLock lock(mutex_);
  groups_.push_back({next_, std::string(AsChars(group))});
  return next_++;
}

Status MemoryLog::Accept(uint64_t sequence) {
  const common::MutexLock lock(mutex_);
  next_ = next_ <= sequence ? sequence + 1 : next_;
  return {};
}

Status MemoryLog::Replay(const std::function<Status(uint64_t sequence, const LogRecordHeader&,
                                                    std::span<const std::byte> payload)>& redo) {
  std::vector<Group> groups;
  {
    const common::MutexLock lock(mutex_);
    groups = groups_;
  }
  for (const Group& group : groups) {
    const uint64_t sequence = group.sequence;
    RETURN_IF_ERROR(
        ForEachLogRecord(AsBytes(group.records),
                         [&](const LogRecordHeader& header, std::span<const std::byte> payload) {
                           return redo(sequence, header, payload);
                         }));
  }
  return {};
}

}  // namespace redbase::pf
