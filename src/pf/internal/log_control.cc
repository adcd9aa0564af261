#include "pf/internal/log_control.h"

#include <array>
#include <optional>
#include <span>

#include "common/bytes.h"
#include "common/crc32c.h"

namespace redbase::pf {

namespace {

constexpr uint32_t kMagic = 0x43574252;  // "RBWC"
constexpr uint32_t kVersion = 1;
constexpr uint64_t kSlotStride = 4096;

struct Slot {
  uint32_t magic;
  uint32_t version;
  uint64_t database_id;
  uint64_t counter;
  uint64_t checkpoint;
  uint64_t redo_from;
  uint64_t keep_from;
  uint64_t end;
  uint32_t zero;
  uint32_t crc32c;
};
static_assert(offsetof(Slot, version) == 4);
static_assert(offsetof(Slot, database_id) == 8);
static_assert(offsetof(Slot, counter) == 16);
static_assert(offsetof(Slot, checkpoint) == 24);
static_assert(offsetof(Slot, redo_from) == 32);
static_assert(offsetof(Slot, keep_from) == 40);
static_assert(offsetof(Slot, end) == 48);
static_assert(offsetof(Slot, zero) == 56);
static_assert(offsetof(Slot, crc32c) == 60);
static_assert(sizeof(Slot) == 64);

using SlotBytes = std::array<std::byte, sizeof(Slot)>;

uint32_t ChecksumOf(std::span<const std::byte> slot) {
  return common::Crc32c(slot.first(offsetof(Slot, crc32c)));
}

SlotBytes Encode(uint64_t database_id, uint64_t counter, const LogControl& control) {
  const Slot slot{kMagic,
                  kVersion,
                  database_id,
                  counter,
                  control.checkpoint,
                  control.redo_from,
                  control.keep_from,
                  control.end,
                  0,
                  0};
  SlotBytes bytes;
  StoreAs(bytes.data(), slot);
  StoreAs(bytes.data() + offsetof(Slot, crc32c), ChecksumOf(bytes));
  return bytes;
}

Status Damaged(const common::File& file, const std::string& what) {
  return {Code::kCorruption, file.path() + ": " + what};
}

}  // namespace

Status LogControlFile::Create(common::Env& env, const std::string& directory, uint64_t database_id,
                              const LogControl& control) {
  ASSIGN_OR_RETURN(const std::unique_ptr<common::File> file,
                   env.Open(directory + "/" + kLogControlName, common::OpenMode::kCreate));
  RETURN_IF_ERROR(file->Write(0, Encode(database_id, 0, control)));
  return file->Sync();
}

Result<std::unique_ptr<LogControlFile>> LogControlFile::Open(common::Env& env,
                                                             const std::string& directory,
                                                             uint64_t database_id) {
  const std::string path = directory + "/" + kLogControlName;
  Result<std::unique_ptr<common::File>> file = env.Open(path, common::OpenMode::kReadWrite);
  if (!file.ok()) {
    return file.status().code() == Code::kNotFound
               ? Status(Code::kCorruption, path + ": is missing")
               : std::move(file).status();
  }
  auto opened = std::make_unique<LogControlFile>(*std::move(file), database_id);
  RETURN_IF_ERROR(opened->Load());
  return opened;
}

Status LogControlFile::Load() {
  std::optional<Slot> best;
  uint32_t newer = 0;
  for (const uint64_t offset : {uint64_t{0}, kSlotStride}) {
    SlotBytes bytes{};
    ASSIGN_OR_RETURN(const size_t got, file_->ReadSome(offset, bytes));
    const auto slot = LoadAs<Slot>(bytes.data());
    if (got < bytes.size() || slot.magic != kMagic || slot.crc32c != ChecksumOf(bytes)) {
      continue;
    }
    if (slot.version != kVersion) {
      newer = slot.version;
    } else if (!best || slot.counter > best->counter) {
      best = slot;
    }
  }
  if (newer != 0) {
    return Damaged(*file_, "format version " + std::to_string(newer) + ", this program knows " +
                               std::to_string(kVersion));
  }
  if (!best) {
    return Damaged(*file_, "damaged: neither of its two states is whole");
  }
  if (best->database_id != database_id_) {
    return Damaged(*file_, "belongs to another database");
  }
  counter_ = best->counter;
  control_ = {best->checkpoint, best->redo_from, best->keep_from, best->end};
  return {};
}

Status LogControlFile::Write(const LogControl& control) {
  const uint64_t counter = counter_ + 1;
  RETURN_IF_ERROR(file_->Write(counter % 2 * kSlotStride, Encode(database_id_, counter, control)));
  RETURN_IF_ERROR(file_->Sync());
  counter_ = counter;
  control_ = control;
  return {};
}

}  // namespace redbase::pf
