#include "sm/database_copy.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "sm/control_file.h"
#include "sm/database_directory.h"
#include "sm/internal/database_lock.h"
#include "sm/internal/relation_files.h"

namespace redbase::sm {

namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;

bool IsCopied(const common::DirEntry& entry) {
  return entry.is_regular &&
         (ParseFileName(entry.name) || pf::WriteAheadLog::IsFileName(entry.name));
}

// A directory that may not be written cannot be in use: opening a database writes.
Status LockIfWritable(common::Env& env, const std::string& path,
                      std::vector<std::unique_ptr<common::FileLock>>* locks) {
  Result<std::unique_ptr<common::FileLock>> lock = LockDatabase(env, path);
  if (lock.ok()) {
    locks->push_back(*std::move(lock));
    return {};
  }
  return lock.status().code() == Code::kUnavailable ? lock.status() : Status();
}

// Copies one file and syncs it; `to` does not exist.
Status CopyFile(common::Env& env, const std::string& from, const std::string& to,
                const common::CancelToken* cancel) {
  ASSIGN_OR_RETURN(const auto source, env.Open(from, common::OpenMode::kRead));
  ASSIGN_OR_RETURN(const auto target, env.Open(to, common::OpenMode::kCreate));
  ASSIGN_OR_RETURN(const uint64_t size, source->Size());
  std::vector<std::byte> buffer(std::min<uint64_t>(kPieceBytes, size));
  for (uint64_t at = 0; at < size; at += buffer.size()) {
    if (cancel != nullptr) {
      RETURN_IF_ERROR(cancel->Check());
    }
    const auto piece = std::span(buffer).first(std::min<uint64_t>(buffer.size(), size - at));
    RETURN_IF_ERROR(source->Read(at, piece));
    RETURN_IF_ERROR(target->Write(at, piece));
  }
  return target->Sync();
}

// The control file comes last: with it the directory is a database.
Status CopyDirectory(common::Env& env, const std::string& from, const std::string& to,
                     const common::CancelToken* cancel) {
  ASSIGN_OR_RETURN(const std::vector<common::DirEntry> entries, env.List(from));
  for (const common::DirEntry& entry : entries) {
    if (IsCopied(entry)) {
      RETURN_IF_ERROR(CopyFile(env, from + "/" + entry.name, to + "/" + entry.name, cancel));
    }
  }
  RETURN_IF_ERROR(env.SyncDirectory(to));
  const std::string control = std::string("/") + kControlFileName;
  RETURN_IF_ERROR(CopyFile(env, from + control, to + control, cancel));
  return env.SyncDirectory(to);
}

}  // namespace

Status CopyDatabase(common::Env& env, const std::string& from, const std::string& to,
                    const common::CancelToken* cancel) {
  RETURN_IF_ERROR(ReadControlFile(env, from).status());
  std::vector<std::unique_ptr<common::FileLock>> locks;
  RETURN_IF_ERROR(LockIfWritable(env, from, &locks));
  ASSIGN_OR_RETURN(const DatabaseOptions options, ReadControlFile(env, from));
  if (options.node_number != 0) {
    return {Code::kInvalidArgument,
            "it is data node " + std::to_string(options.node_number) + " of another one"};
  }
  for (uint32_t node = 1; node <= options.node_count; ++node) {
    RETURN_IF_ERROR(LockIfWritable(env, NodePath(from, node), &locks));
    RETURN_IF_ERROR(env.CreateDirectory(NodePath(to, node)));
    RETURN_IF_ERROR(CopyDirectory(env, NodePath(from, node), NodePath(to, node), cancel));
  }
  return CopyDirectory(env, from, to, cancel);
}

}  // namespace redbase::sm
