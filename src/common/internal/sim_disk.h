// SimDisk: a tree of files in memory that knows what a power cut would leave.
//
// Every file has the bytes that reads see, the bytes that are on the medium
// since the last sync, and the writes between the two, in order; every directory
// likewise its names.  Crash() decides by a seed which of those writes and names
// had reached the medium:
//
//   (1) Of a file's unsynced writes: none, all, the first few with a torn last
//       one, or any of their 512-byte sectors.  A length may be there before its
//       bytes, which then are zeros.
//   (2) Of the unsynced names: none, all, the first few, or any.  A change of
//       names is there as a whole and only together with those that it builds
//       on: earlier ones of the same file or of the same name, for a rename those
//       of the directory that it leads to, for the removal of a directory those
//       that emptied it.  So a file that has a durable name keeps one until it is
//       removed, and no file has two.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/env.h"
#include "common/internal/chunked_bytes.h"
#include "common/random.h"

namespace redbase::common {

class SimDisk {
 public:
  // A file or a directory.
  struct Node {
    struct Change {
      uint64_t offset = 0;                       // the new size, for a truncation
      std::shared_ptr<const std::string> bytes;  // null for a truncation
    };
    bool is_directory = false;
    ChunkedBytes bytes;
    ChunkedBytes durable_bytes;
    std::vector<Change> unsynced;
    std::map<std::string, std::shared_ptr<Node>> names;
    std::map<std::string, std::shared_ptr<Node>> durable_names;
  };
  using NodePtr = std::shared_ptr<Node>;

  SimDisk();
  // A copy that shares nothing that changes.
  std::unique_ptr<SimDisk> Clone() const;

  // Paths are taken as written, "." and ".." resolved by their text; relative
  // ones start at the root.  Errors are those of the system calls.
  Result<NodePtr> Find(const std::string& path) const;
  // The nodes from the root to `path`, as far as they exist.
  std::vector<NodePtr> Trail(const std::string& path) const;
  Result<NodePtr> Create(const std::string& path, bool is_directory);
  Status Remove(const std::string& path, bool is_directory);
  Status Rename(const std::string& from, const std::string& to);

  void Write(Node* file, uint64_t offset, std::span<const std::byte> bytes);
  void Truncate(Node* file, uint64_t size);
  // What the file or directory holds is on the medium from here on.
  void Sync(const NodePtr& node);
  // As a failed fsync does: the unsynced writes can still be read, but will not
  // reach the medium.
  static void ForgetUnsynced(Node* file) { file->unsynced.clear(); }

  // Bytes of all files that have a name.
  uint64_t Used() const;
  void Crash(uint64_t seed);

 private:
  // A change of names: `node` leaves `from` and enters `to`; either may be null.
  struct NameChange {
    NodePtr from;
    std::string from_name;
    NodePtr to;
    std::string to_name;
    NodePtr node;
  };
  // How much of what is not synced survives a crash.
  enum class Fate : uint8_t { kNothing, kEverything, kPrefix, kAnything };

  // The directory that holds the last component of `path`, and its name;
  // errors name `shown`.
  Result<std::pair<NodePtr, std::string>> FindParent(const std::string& path,
                                                     const std::string& shown) const;
  // `later` cannot be there without `earlier`.
  static bool BuildsOn(const NameChange& later, const NameChange& earlier);
  static void MakeDurable(const NameChange& change);
  void SyncNames(const NodePtr& directory);
  static void ApplyChange(const Node::Change& change, ChunkedBytes* bytes);
  // Each sector that the write touches gets there or not.
  static void ApplyTorn(const Node::Change& change, Random* random, ChunkedBytes* bytes);
  static void CrashFile(Node* file, Fate fate, Random* random);
  // `fate` null: each file has its own.
  static void CrashTree(Node* directory, const Fate* fate, Random* random);
  void CrashNames(Fate fate, Random* random);

  NodePtr root_;
  std::vector<NameChange> unsynced_names_;
};

}  // namespace redbase::common
