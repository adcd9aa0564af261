#include "sm/control_file.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "rm/record_file.h"

namespace redbase::sm {

namespace {

constexpr uint32_t kMagic = 0x42444252;  // "RBDB"
// Databases of version 1 have no write-ahead log.
constexpr uint32_t kVersion = 2;

// Control file, little-endian, offsets in bytes; the file is these 64 bytes:
//
//   0        4         8             16            20          24
//   +--------+---------+-------------+-------------+-----------+------------+
//   | "RBDB" | version | database id | record page | tree page | node count |
//   | u32    | u32     | u64         | size u32    | size u32  | u32        |
//   +--------+---------+-------------+-------------+-----------+------------+
//   28            32          60         64
//   +-------------+-----------+----------+
//   | node number | zero      | crc32c   |
//   | u32         | 28 bytes  | u32      |
//   +-------------+-----------+----------+
//
// crc32c covers bytes 0 to 59.  Every version keeps the first two fields.
struct ControlBlock {
  uint32_t magic;
  uint32_t version;
  uint64_t database_id;
  uint32_t record_page_size;
  uint32_t tree_page_size;
  uint32_t node_count;
  uint32_t node_number;
  std::array<std::byte, 28> zero;
  uint32_t crc32c;
};
static_assert(offsetof(ControlBlock, version) == 4);
static_assert(offsetof(ControlBlock, database_id) == 8);
static_assert(offsetof(ControlBlock, record_page_size) == 16);
static_assert(offsetof(ControlBlock, tree_page_size) == 20);
static_assert(offsetof(ControlBlock, node_count) == 24);
static_assert(offsetof(ControlBlock, node_number) == 28);
static_assert(offsetof(ControlBlock, zero) == 32);
static_assert(offsetof(ControlBlock, crc32c) == 60);
static_assert(sizeof(ControlBlock) == 64);

using ControlBytes = std::array<std::byte, sizeof(ControlBlock)>;

uint32_t ChecksumOf(const ControlBytes& bytes) {
  return common::Crc32c(std::span(bytes).first(offsetof(ControlBlock, crc32c)));
}

ControlBytes Encode(const DatabaseOptions& options) {
  ControlBlock block{};
  block.magic = kMagic;
  block.version = kVersion;
  block.database_id = options.database_id;
  block.record_page_size = options.record_page_size;
  block.tree_page_size = options.tree_page_size;
  block.node_count = options.node_count;
  block.node_number = options.node_number;
  ControlBytes bytes;
  std::memcpy(bytes.data(), &block, sizeof(block));
  StoreAs(bytes.data() + offsetof(ControlBlock, crc32c), ChecksumOf(bytes));
  return bytes;
}

Status Damaged(const std::string& path, const std::string& what) {
  return {Code::kCorruption, path + ": " + what};
}

Result<DatabaseOptions> Decode(const std::string& path, std::span<const std::byte> file) {
  const size_t begin = offsetof(ControlBlock, database_id);
  if (file.size() < begin || LoadAs<uint32_t>(file.data()) != kMagic) {
    return Damaged(path, "not the control file of a database");
  }
  const auto version = LoadAs<uint32_t>(file.data() + offsetof(ControlBlock, version));
  if (version > kVersion) {
    return Damaged(path, "format " + std::to_string(version) +
                             " is newer than this program, which reads up to " +
                             std::to_string(kVersion));
  }
  if (version != 0 && version < kVersion) {
    return Damaged(path, "format " + std::to_string(version) +
                             " is older than this program, which reads " +
                             std::to_string(kVersion) + ": make the database anew");
  }
  if (file.size() != sizeof(ControlBlock)) {
    return Damaged(path, "damaged: not " + std::to_string(sizeof(ControlBlock)) + " bytes long");
  }
  ControlBytes bytes;
  std::memcpy(bytes.data(), file.data(), bytes.size());
  const auto block = LoadAs<ControlBlock>(bytes.data());
  if (version == 0 || block.crc32c != ChecksumOf(bytes)) {
    return Damaged(path, "damaged: wrong checksum");
  }
  if (!pf::IsPageSize(block.record_page_size) || !pf::IsPageSize(block.tree_page_size)) {
    return Damaged(path, "damaged: page sizes " + std::to_string(block.record_page_size) + " and " +
                             std::to_string(block.tree_page_size));
  }
  return DatabaseOptions{block.database_id, block.record_page_size, block.tree_page_size,
                         block.node_count, block.node_number};
}

Status WriteAndSync(common::Env& env, const std::string& path, const ControlBytes& bytes) {
  ASSIGN_OR_RETURN(const std::unique_ptr<common::File> file,
                   env.Open(path, common::OpenMode::kCreate));
  RETURN_IF_ERROR(file->Write(0, bytes));
  return file->Sync();
}

}  // namespace

Status WriteControlFile(common::Env& env, const std::string& database_path,
                        const DatabaseOptions& options) {
  const std::string path = database_path + "/" + kControlFileName;
  const std::string temporary = database_path + "/" + kTemporaryControlFileName;
  if (env.Exists(temporary)) {  // of a creation that was cut off
    RETURN_IF_ERROR(env.RemoveFile(temporary));
  }
  Status status = WriteAndSync(env, temporary, Encode(options));
  if (status.ok()) {
    status = env.Rename(temporary, path);
  }
  if (!status.ok()) {
    // The first failure is the one to report.
    static_cast<void>(env.RemoveFile(temporary));
    return status;
  }
  return env.SyncDirectory(database_path);
}

Result<DatabaseOptions> ReadControlFile(common::Env& env, const std::string& database_path) {
  const std::string path = database_path + "/" + kControlFileName;
  Result<std::unique_ptr<common::File>> file = env.Open(path, common::OpenMode::kRead);
  if (!file.ok()) {
    return file.status().code() == Code::kNotFound
               ? Status(Code::kNotFound, "no database in " + database_path)
               : std::move(file).status();
  }
  // One byte more than there should be shows a file that is too long.
  std::array<std::byte, sizeof(ControlBlock) + 1> bytes;
  ASSIGN_OR_RETURN(const size_t size, file.value()->ReadSome(0, bytes));
  return Decode(path, std::span(bytes).first(size));
}

}  // namespace redbase::sm
