#include "ix/internal/removed_run.h"

#include <algorithm>
#include <unordered_map>

#include "common/bytes.h"
#include "common/crc32c.h"

namespace redbase::ix {

namespace {

struct BlockHeader {
  uint32_t crc32c;
  uint32_t length;
};
static_assert(sizeof(BlockHeader) == 8);

}  // namespace

Result<std::shared_ptr<const RemovedRun>> RemovedRun::Write(std::shared_ptr<common::File> file,
                                                            uint64_t offset,
                                                            std::span<const Removal> removals) {
  const auto run = std::make_shared<RemovedRun>(std::move(file));
  std::unordered_map<const tx::TransactionState*, uint32_t> numbers;
  std::string bytes;
  std::string first;
  for (const Removal& removal : removals) {
    const auto [number, added] =
        numbers.try_emplace(removal.last.get(), static_cast<uint32_t>(run->removers_.size()));
    if (added) {
      run->removers_.push_back(removal.last);
    }
    if (bytes.empty()) {
      first = removal.entry;
    }
    ByteWriter writer(&bytes);
    writer.Put(number->second);
    writer.Put(static_cast<uint16_t>(removal.entry.size()));
    writer.PutBytes(removal.entry);
    if (bytes.size() >= kBlockBytes) {
      RETURN_IF_ERROR(run->WriteBlock(first, offset, &bytes));
      offset = run->end();
    }
  }
  if (!bytes.empty()) {
    RETURN_IF_ERROR(run->WriteBlock(first, offset, &bytes));
  }
  run->last_ = removals.back().entry;
  return std::shared_ptr<const RemovedRun>(run);
}

Status RemovedRun::WriteBlock(std::string first, uint64_t begin, std::string* bytes) {
  const BlockHeader header{common::Crc32c(AsBytes(*bytes)), static_cast<uint32_t>(bytes->size())};
  std::string block;
  ByteWriter(&block).Put(header);
  block += *bytes;
  bytes->clear();
  RETURN_IF_ERROR(file_->Write(begin, AsBytes(block)));
  blocks_.push_back({std::move(first), begin, begin + block.size()});
  return {};
}

size_t RemovedRun::Find(std::string_view entry) const {
  const auto after = std::partition_point(blocks_.begin(), blocks_.end(),
                                          [&](const Block& block) { return block.first <= entry; });
  return static_cast<size_t>(std::max<ptrdiff_t>(after - blocks_.begin(), 1) - 1);
}

Status RemovedRun::ForEach(size_t block, bool backward, const Visit& visit) const {
  const auto damaged = [this](const Block& at) {
    return Status(Code::kCorruption, file_->path() + ": what was written at " +
                                         std::to_string(at.begin) + " is not what is read");
  };
  for (; block < blocks_.size(); block += backward ? SIZE_MAX : 1) {
    const Block& at = blocks_[block];
    std::string bytes(at.end - at.begin, '\0');
    RETURN_IF_ERROR(file_->Read(at.begin, std::as_writable_bytes(std::span(bytes))));
    ByteReader reader(AsBytes(bytes));
    const auto header = reader.Get<BlockHeader>();
    if (header.length != reader.rest().size() || header.crc32c != common::Crc32c(reader.rest())) {
      return damaged(at);
    }
    std::vector<std::pair<std::string_view, uint32_t>> entries;
    while (!reader.rest().empty()) {
      const auto remover = reader.Get<uint32_t>();
      const auto length = reader.Get<uint16_t>();
      entries.emplace_back(reader.GetBytes(length), remover);
    }
    if (!reader.ok()) {
      return damaged(at);
    }
    if (backward) {
      std::reverse(entries.begin(), entries.end());
    }
    for (const auto& [entry, remover] : entries) {
      if (!visit(entry, remover)) {
        return {};
      }
    }
  }
  return {};
}

Status RemovedRun::List(const RemovedRange& range, std::vector<std::string>* out) const {
  if (last_ < range.from || (range.to && blocks_.front().first >= *range.to)) {
    return {};
  }
  size_t left = range.limit;
  const size_t begin = !range.backward ? Find(range.from)
                       : range.to      ? Find(*range.to)
                                       : blocks_.size() - 1;
  return ForEach(begin, range.backward, [&](std::string_view entry, uint32_t /*remover*/) {
    const bool below = entry < range.from;
    const bool above = range.to && entry >= *range.to;
    if (below || above) {
      return range.backward ? above : below;  // not there yet
    }
    if (left-- == 0) {
      return false;
    }
    out->emplace_back(entry);
    return true;
  });
}

Result<RemovedRun::Transaction> RemovedRun::RemoverOf(std::string_view key,
                                                      const tx::TransactionState& own) const {
  const bool any = std::any_of(removers_.begin(), removers_.end(), [&own](const Transaction& by) {
    return by.get() != &own && by->active();
  });
  Transaction remover;
  if (any && last_ >= key) {
    RETURN_IF_ERROR(
        ForEach(Find(key), /*backward=*/false, [&](std::string_view entry, uint32_t by) {
          const Transaction& last = removers_[by];
          if (entry.starts_with(key) && last.get() != &own && last->active()) {
            remover = last;
          }
          return remover == nullptr && (entry < key || entry.starts_with(key));
        }));
  }
  return remover;
}

}  // namespace redbase::ix
