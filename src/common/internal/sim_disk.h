// SimDisk: a tree of files in memory that knows what a power cut would leave.
//
// Every file has the bytes that reads see, the bytes that are on the medium
// since the last sync, and the writes between the two, in order; every directory
// likewise its names.  Crash() decides by a seed which of those writes and names
// had reached the medium.  Not thread-safe.
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
#include "common/random.h"

namespace redbase::common {

class SimDisk {
 public:
  // A file or a directory.
  struct Node {
    struct Change {
      uint64_t offset = 0;  // the new size, for a truncation
      std::string bytes;
      bool is_truncation = false;
    };
    bool is_directory = false;
    std::string bytes;
    std::string durable_bytes;
    std::vector<Change> unsynced;
    std::map<std::string, std::shared_ptr<Node>> names;
    std::map<std::string, std::shared_ptr<Node>> durable_names;
  };
  using NodePtr = std::shared_ptr<Node>;

  SimDisk();

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
  static void MakeDurable(const NameChange& change);
  static void ApplyChange(const Node::Change& change, std::string* bytes);
  static void CrashFile(Node* file, Fate fate, Random* random);
  void CrashTree(Node* directory, Random* random);

  NodePtr root_;
  std::vector<NameChange> unsynced_names_;
};

}  // namespace redbase::common
