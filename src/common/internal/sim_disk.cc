#include "common/internal/sim_disk.h"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <iterator>
#include <string_view>
#include <unordered_map>

#include "common/bytes.h"
#include "common/internal/io_errors.h"

namespace redbase::common {

namespace {

// What a disk writes whole or not at all.
constexpr size_t kSector = 512;

// The names on the way from the root.
std::vector<std::string> Split(std::string_view path) {
  std::vector<std::string> names;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (name == "..") {
      if (!names.empty()) {
        names.pop_back();
      }
    } else if (!name.empty() && name != ".") {
      names.emplace_back(name);
    }
  }
  return names;
}

uint64_t BytesUnder(const SimDisk::Node& node) {
  uint64_t bytes = node.bytes.size();
  for (const auto& [name, child] : node.names) {
    bytes += BytesUnder(*child);
  }
  return bytes;
}

// `sought` is `directory` or lies in or below it.
bool IsUnder(const SimDisk::Node& directory, const SimDisk::Node* sought) {
  if (&directory == sought) {
    return true;
  }
  return std::any_of(directory.names.begin(), directory.names.end(),
                     [sought](const auto& entry) { return IsUnder(*entry.second, sought); });
}

// Why `node` cannot move from one directory to another, over what is there by
// its name; 0 when it can.  The order of the checks is the kernel's.
int RenameError(const SimDisk::Node& node, const SimDisk::Node& from, const SimDisk::Node& to,
                const SimDisk::Node* replaced) {
  if (IsUnder(node, &to)) {
    return EINVAL;
  }
  if (replaced == nullptr) {
    return 0;
  }
  if (IsUnder(*replaced, &from)) {
    return ENOTEMPTY;
  }
  if (replaced->is_directory != node.is_directory) {
    return node.is_directory ? ENOTDIR : EISDIR;
  }
  return replaced->names.empty() ? 0 : ENOTEMPTY;
}

}  // namespace

SimDisk::SimDisk() : root_(std::make_shared<Node>()) { root_->is_directory = true; }

Result<SimDisk::NodePtr> SimDisk::Find(const std::string& path) const {
  NodePtr node = root_;
  for (const std::string& name : Split(path)) {
    if (!node->is_directory) {
      return SystemError(path, ENOTDIR);
    }
    const auto child = node->names.find(name);
    if (child == node->names.end()) {
      return SystemError(path, ENOENT);
    }
    node = child->second;
  }
  return node;
}

std::vector<SimDisk::NodePtr> SimDisk::Trail(const std::string& path) const {
  std::vector<NodePtr> trail = {root_};
  for (const std::string& name : Split(path)) {
    const auto child = trail.back()->names.find(name);
    if (child == trail.back()->names.end()) {
      break;
    }
    trail.push_back(child->second);
  }
  return trail;
}

Result<std::pair<SimDisk::NodePtr, std::string>> SimDisk::FindParent(
    const std::string& path, const std::string& shown) const {
  std::vector<std::string> names = Split(path);
  if (names.empty()) {
    return SystemError(shown, EBUSY);
  }
  std::string last = std::move(names.back());
  names.pop_back();
  NodePtr node = root_;
  for (const std::string& name : names) {
    const auto child = node->names.find(name);
    if (child == node->names.end()) {
      return SystemError(shown, ENOENT);
    }
    node = child->second;
    if (!node->is_directory) {
      return SystemError(shown, ENOTDIR);
    }
  }
  return std::pair(std::move(node), std::move(last));
}

Result<SimDisk::NodePtr> SimDisk::Create(const std::string& path, bool is_directory) {
  ASSIGN_OR_RETURN(const auto place, FindParent(path, path));
  if (place.first->names.count(place.second) != 0) {
    return SystemError(path, EEXIST);
  }
  auto node = std::make_shared<Node>();
  node->is_directory = is_directory;
  place.first->names[place.second] = node;
  unsynced_names_.push_back({nullptr, "", place.first, place.second, node});
  return node;
}

Status SimDisk::Remove(const std::string& path, bool is_directory) {
  ASSIGN_OR_RETURN(const auto place, FindParent(path, path));
  ASSIGN_OR_RETURN(const NodePtr node, Find(path));
  if (node->is_directory != is_directory) {
    return SystemError(path, is_directory ? ENOTDIR : EISDIR);
  }
  if (!node->names.empty()) {
    return SystemError(path, ENOTEMPTY);
  }
  place.first->names.erase(place.second);
  unsynced_names_.push_back({place.first, place.second, nullptr, "", node});
  return {};
}

Status SimDisk::Rename(const std::string& from, const std::string& to) {
  const std::string both = from + " to " + to;
  ASSIGN_OR_RETURN(const auto source, FindParent(from, both));
  ASSIGN_OR_RETURN(const auto target, FindParent(to, both));
  const auto found = source.first->names.find(source.second);
  if (found == source.first->names.end()) {
    return SystemError(both, ENOENT);
  }
  const NodePtr node = found->second;
  const auto old = target.first->names.find(target.second);
  const NodePtr replaced = old == target.first->names.end() ? nullptr : old->second;
  if (replaced == node) {
    return {};
  }
  if (const int error = RenameError(*node, *source.first, *target.first, replaced.get());
      error != 0) {
    return SystemError(both, error);
  }
  source.first->names.erase(source.second);
  target.first->names[target.second] = node;
  unsynced_names_.push_back({source.first, source.second, target.first, target.second, node});
  return {};
}

void SimDisk::ApplyChange(const Node::Change& change, ChunkedBytes* bytes) {
  if (change.bytes == nullptr) {
    bytes->Resize(change.offset);
  } else {
    bytes->Write(change.offset, AsBytes(*change.bytes));
  }
}

void SimDisk::Write(Node* file, uint64_t offset, std::span<const std::byte> bytes) {
  if (!bytes.empty()) {
    file->unsynced.push_back({offset, std::make_shared<const std::string>(AsChars(bytes))});
    ApplyChange(file->unsynced.back(), &file->bytes);
  }
}

void SimDisk::Truncate(Node* file, uint64_t size) {
  file->unsynced.push_back({size, nullptr});
  ApplyChange(file->unsynced.back(), &file->bytes);
}

bool SimDisk::BuildsOn(const NameChange& later, const NameChange& earlier) {
  const auto touches = [&earlier](const NodePtr& directory, const std::string& name) {
    return directory != nullptr && ((directory == earlier.from && name == earlier.from_name) ||
                                    (directory == earlier.to && name == earlier.to_name));
  };
  const bool is_rename = later.from != nullptr && later.to != nullptr;
  const bool is_removal = later.to == nullptr;
  return later.node == earlier.node || touches(later.from, later.from_name) ||
         touches(later.to, later.to_name) || (is_rename && later.to == earlier.node) ||
         (is_removal && later.node == earlier.from);
}

void SimDisk::MakeDurable(const NameChange& change) {
  if (change.from != nullptr) {
    change.from->durable_names.erase(change.from_name);
  }
  if (change.to != nullptr) {
    change.to->durable_names[change.to_name] = change.node;
  }
}

void SimDisk::SyncNames(const NodePtr& directory) {
  std::vector<NameChange> synced;  // the last first
  std::vector<NameChange> rest;
  for (; !unsynced_names_.empty(); unsynced_names_.pop_back()) {
    NameChange& change = unsynced_names_.back();
    const bool needed =
        change.from == directory || change.to == directory ||
        std::any_of(synced.begin(), synced.end(),
                    [&change](const NameChange& later) { return BuildsOn(later, change); });
    (needed ? synced : rest).push_back(std::move(change));
  }
  std::for_each(synced.rbegin(), synced.rend(), MakeDurable);
  unsynced_names_.assign(std::make_move_iterator(rest.rbegin()),
                         std::make_move_iterator(rest.rend()));
}

void SimDisk::Sync(const NodePtr& node) {
  for (const Node::Change& change : node->unsynced) {
    ApplyChange(change, &node->durable_bytes);
  }
  node->unsynced.clear();
  if (node->is_directory) {
    SyncNames(node);
  }
}

uint64_t SimDisk::Used() const { return BytesUnder(*root_); }

void SimDisk::ApplyTorn(const Node::Change& change, Random* random, ChunkedBytes* bytes) {
  const std::span<const std::byte> all = AsBytes(*change.bytes);
  for (size_t done = 0; done < all.size();) {
    const uint64_t at = change.offset + done;
    const size_t n = std::min<size_t>(kSector - at % kSector, all.size() - done);
    if (random->OneIn(2)) {
      bytes->Write(at, all.subspan(done, n));
    }
    done += n;
  }
}

void SimDisk::CrashFile(Node* file, Fate fate, Random* random) {
  size_t kept = file->unsynced.size();
  if (fate == Fate::kNothing) {
    kept = 0;
  } else if (fate == Fate::kPrefix) {
    kept = random->Below(kept + 1);
  }
  for (size_t i = 0; i < kept; ++i) {
    const Node::Change& change = file->unsynced[i];
    const bool anything = fate == Fate::kAnything;
    const bool torn = anything || (fate == Fate::kPrefix && i + 1 == kept);
    if (torn && change.bytes != nullptr) {
      ApplyTorn(change, random, &file->durable_bytes);
    } else if (!anything || random->OneIn(2)) {
      ApplyChange(change, &file->durable_bytes);
    }
  }
  if (fate == Fate::kAnything && !file->unsynced.empty() &&
      file->durable_bytes.size() < file->bytes.size() && random->OneIn(2)) {
    file->durable_bytes.Resize(file->bytes.size());
  }
  file->bytes = file->durable_bytes;
  file->unsynced.clear();
}

void SimDisk::CrashTree(Node* directory, const Fate* fate, Random* random) {
  directory->names = directory->durable_names;
  for (const auto& [name, node] : directory->names) {
    if (node->is_directory) {
      CrashTree(node.get(), fate, random);
    } else {
      CrashFile(node.get(), fate != nullptr ? *fate : static_cast<Fate>(random->Below(4)), random);
    }
  }
}

void SimDisk::CrashNames(Fate fate, Random* random) {
  size_t kept = unsynced_names_.size();
  if (fate == Fate::kNothing) {
    kept = 0;
  } else if (fate == Fate::kPrefix) {
    kept = random->Below(kept + 1);
  }
  std::vector<const NameChange*> lost;
  for (size_t i = 0; i < kept; ++i) {
    const NameChange& change = unsynced_names_[i];
    const bool cannot = std::any_of(lost.begin(), lost.end(), [&change](const NameChange* earlier) {
      return BuildsOn(change, *earlier);
    });
    if (cannot || (fate == Fate::kAnything && random->OneIn(2))) {
      lost.push_back(&change);
    } else {
      MakeDurable(change);
    }
  }
  unsynced_names_.clear();
}

void SimDisk::Crash(uint64_t seed) {
  Random random(seed);
  const auto fate = static_cast<Fate>(random.Below(4));
  CrashNames(fate, &random);
  // In one of four crashes all files share the fate: nothing was on its way, or
  // only the process died.
  const bool shared = fate <= Fate::kEverything && random.OneIn(2);
  CrashTree(root_.get(), shared ? &fate : nullptr, &random);
}

std::unique_ptr<SimDisk> SimDisk::Clone() const {
  std::unordered_map<const Node*, NodePtr> copies;
  const std::function<NodePtr(const NodePtr&)> copy = [&](const NodePtr& node) {
    if (node == nullptr) {
      return NodePtr();
    }
    NodePtr& made = copies[node.get()];
    if (made != nullptr) {
      return made;
    }
    NodePtr result = made = std::make_shared<Node>(*node);
    for (auto* names : {&result->names, &result->durable_names}) {
      for (auto& [name, child] : *names) {
        child = copy(child);
      }
    }
    return result;
  };
  auto clone = std::make_unique<SimDisk>();
  clone->root_ = copy(root_);
  for (const NameChange& change : unsynced_names_) {
    clone->unsynced_names_.push_back(
        {copy(change.from), change.from_name, copy(change.to), change.to_name, copy(change.node)});
  }
  return clone;
}

}  // namespace redbase::common
