#include "sm/database_directory.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "common/name_match.h"
#include "common/text.h"
#include "sm/catalog.h"
#include "sm/control_file.h"
#include "sm/internal/database_lock.h"
#include "sm/internal/relation_files.h"

namespace redbase::sm {

namespace {

constexpr std::string_view kNodePrefix = "data.";
// Ids of masters end in as many zero bits, where nodes have their number.
constexpr uint64_t kNodeBits = 0xFFFF;
static_assert(kMaxNodes < kNodeBits);

std::string In(const std::string& directory, std::string_view name) {
  std::string path = directory;
  path += '/';
  return path += name;
}

// A path taken apart at its last name: parent + "/" + name.
struct Place {
  std::string parent;
  std::string name;

  std::string path() const { return parent == "/" ? parent + name : In(parent, name); }
};

// kInvalidArgument when the last part names no entry of its parent.
Result<Place> Locate(std::string_view path) {
  const std::string shown = common::QuotedName(path);
  if (path.find('\0') != std::string_view::npos) {
    return Status(Code::kInvalidArgument, shown + " is no name of a directory");
  }
  while (path.size() > 1 && path.back() == '/') {
    path.remove_suffix(1);
  }
  const size_t slash = path.rfind('/');
  Place place;
  place.parent = slash == std::string_view::npos ? "."
                 : slash == 0                    ? "/"
                                                 : std::string(path.substr(0, slash));
  place.name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  if (place.name.empty() || place.name == "." || place.name == "..") {
    return Status(Code::kInvalidArgument, shown + " is no name of a database");
  }
  return place;
}

// Removes a directory and all in it.  Symbolic links are removed, not followed.
Status RemoveTree(common::Env& env, const std::string& path) {
  ASSIGN_OR_RETURN(const std::vector<common::DirEntry> entries, env.List(path));
  Status status;
  for (const common::DirEntry& entry : entries) {
    const std::string inner = In(path, entry.name);
    status.Update(entry.is_directory ? RemoveTree(env, inner) : env.RemoveFile(inner));
  }
  status.Update(env.RemoveDirectory(path));
  return status;
}

Status CreateMasterAndNodes(common::Env& env, const std::string& path, uint32_t node_count,
                            uint32_t page_size, const common::CancelToken* cancel) {
  DatabaseOptions options;
  options.record_page_size = page_size;
  options.tree_page_size = page_size;
  uint64_t master_id = 0;
  while (master_id == 0) {
    master_id = env.RandomSeed() & ~kNodeBits;
  }
  for (uint32_t node = 1; node <= node_count; ++node) {
    if (cancel != nullptr && cancel->cancelled()) {
      return {Code::kCancelled, "interrupted"};
    }
    options.database_id = NodeDatabaseId(master_id, node);
    options.node_number = node;
    RETURN_IF_ERROR(env.CreateDirectory(NodePath(path, node)));
    RETURN_IF_ERROR(Catalog::Create(env, NodePath(path, node), options));
  }
  options.database_id = master_id;
  options.node_number = 0;
  options.node_count = node_count;
  return Catalog::Create(env, path, options);
}

Status CheckNodeCount(uint32_t node_count) {
  if (node_count == 1) {
    return {Code::kInvalidArgument, "Please provide number of nodes greater than 1"};
  }
  if (node_count > kMaxNodes) {
    return {Code::kInvalidArgument, "Invalid number of nodes " + std::to_string(node_count) +
                                        ": at most " + std::to_string(kMaxNodes)};
  }
  return {};
}

// Fills a directory beside the place, then moves it there.  On failure *made is the path
// of what there is to remove.
Status Build(common::Env& env, const Place& place, const std::string& prefix,
             const DirectoryContent& fill, std::string* made) {
  std::string id;
  common::AppendInteger(&id, static_cast<int64_t>(env.RandomSeed() >> 1));
  const std::string temporary = Place{place.parent, "." + prefix + "-" + id}.path();
  // So that a message names the folder, not what nobody asked for.
  RETURN_IF_ERROR(env.CheckWritable(place.parent));
  RETURN_IF_ERROR(env.CreateDirectory(temporary));
  *made = temporary;
  RETURN_IF_ERROR(fill(temporary));
  // Renaming would replace an empty directory that came meanwhile.
  if (env.Exists(place.path())) {
    return {Code::kAlreadyExists, "it exists already"};
  }
  RETURN_IF_ERROR(env.Rename(temporary, place.path()));
  *made = place.path();
  return env.SyncDirectory(place.parent);
}

// What a directory of a database holds.
struct Contents {
  std::vector<std::string> files;        // control and lock file not among them
  std::vector<std::string> directories;  // data.1 ...
  bool has_control = false;
  bool has_lock = false;

  bool has_only_lock() const {
    return has_lock && !has_control && files.empty() && directories.empty();
  }
};

// data.1 ... data.<node_count>, written as NodePath does.
bool IsNodeName(std::string_view name, uint32_t node_count) {
  int32_t node = 0;
  return name.starts_with(kNodePrefix) &&
         common::ParseNumber(name.substr(kNodePrefix.size()), &node) == common::ParseOutcome::kOk &&
         node >= 1 && static_cast<uint32_t>(node) <= node_count &&
         name.substr(kNodePrefix.size()) == std::to_string(node);
}

// kInvalidArgument, naming the first entry that no database makes.
Result<Contents> Survey(common::Env& env, const std::string& path, uint32_t node_count) {
  ASSIGN_OR_RETURN(const std::vector<common::DirEntry> entries, env.List(path));
  Contents contents;
  for (const common::DirEntry& entry : entries) {
    if (entry.is_regular && entry.name == kControlFileName) {
      contents.has_control = true;
    } else if (entry.is_regular && entry.name == kLockFileName) {
      contents.has_lock = true;
    } else if (entry.is_regular &&
               (entry.name == kTemporaryControlFileName || ParseFileName(entry.name) ||
                pf::WriteAheadLog::IsFileName(entry.name))) {
      contents.files.push_back(entry.name);
    } else if (entry.is_directory && IsNodeName(entry.name, node_count)) {
      contents.directories.push_back(entry.name);
    } else {
      return Status(Code::kInvalidArgument,
                    common::QuotedName(In(path, entry.name)) + " is not part of a database");
    }
  }
  return contents;
}

// A database about to be removed, and its nodes.  Locks are held from Lock on.
class Demolition {
 public:
  Demolition(common::Env& env, Place place) : env_(env), place_(std::move(place)) {}

  Status Check();
  Status Lock();
  Status Remove();

 private:
  Status CheckIsDirectory();
  Status CheckWritable();
  Status RemoveOne(const std::string& path, const Contents& contents);

  common::Env& env_;
  const Place place_;
  Contents master_;
  std::vector<std::pair<std::string, Contents>> nodes_;  // by path
  std::vector<std::unique_ptr<common::FileLock>> locks_;
};

Status Demolition::CheckIsDirectory() {
  // The parent's entry tells a directory from a link to one.
  ASSIGN_OR_RETURN(const std::vector<common::DirEntry> siblings, env_.List(place_.parent));
  const auto found =
      std::find_if(siblings.begin(), siblings.end(),
                   [this](const common::DirEntry& entry) { return entry.name == place_.name; });
  if (found == siblings.end()) {
    return {Code::kNotFound, "there is none"};
  }
  return found->is_directory ? Status() : Status(Code::kInvalidArgument, "it is no directory");
}

Status Demolition::Check() {
  RETURN_IF_ERROR(CheckIsDirectory());
  const std::string path = place_.path();
  Result<DatabaseOptions> options = ReadControlFile(env_, path);
  if (!options.ok() && options.status().code() != Code::kNotFound) {
    return std::move(options).status();
  }
  if (options.ok() && options->node_number != 0) {
    return {Code::kInvalidArgument,
            "it is data node " + std::to_string(options->node_number) + " of another one"};
  }
  auto contents = Survey(env_, path, options.ok() ? options->node_count : 0);
  // The lock alone is what a removal leaves that was interrupted at its end.
  if (!options.ok() && !(contents.ok() && contents->has_only_lock())) {
    return std::move(options).status();
  }
  RETURN_IF_ERROR(contents.status());
  master_ = std::move(contents).value();
  nodes_.clear();
  for (const std::string& name : master_.directories) {
    ASSIGN_OR_RETURN(Contents node, Survey(env_, In(path, name), 0));
    nodes_.emplace_back(In(path, name), std::move(node));
  }
  return CheckWritable();
}

// A folder that may not be changed is found before the first file is gone.
Status Demolition::CheckWritable() {
  RETURN_IF_ERROR(env_.CheckWritable(place_.parent));
  RETURN_IF_ERROR(env_.CheckWritable(place_.path()));
  for (const auto& node : nodes_) {
    RETURN_IF_ERROR(env_.CheckWritable(node.first));
  }
  return {};
}

Status Demolition::Lock() {
  ASSIGN_OR_RETURN(auto master_lock, LockDatabase(env_, place_.path()));
  locks_.push_back(std::move(master_lock));
  for (const auto& node : nodes_) {
    ASSIGN_OR_RETURN(auto lock, LockDatabase(env_, node.first));
    locks_.push_back(std::move(lock));
  }
  return {};
}

Status Demolition::RemoveOne(const std::string& path, const Contents& contents) {
  for (const std::string& file : contents.files) {
    RETURN_IF_ERROR(env_.RemoveFile(In(path, file)));
  }
  // As long as anything is left, it can be recognized, and removed, as a database.
  RETURN_IF_ERROR(env_.SyncDirectory(path));
  if (contents.has_control) {
    RETURN_IF_ERROR(env_.RemoveFile(In(path, kControlFileName)));
  }
  if (contents.has_lock) {
    RETURN_IF_ERROR(env_.RemoveFile(In(path, kLockFileName)));
  }
  return env_.RemoveDirectory(path);
}

Status Demolition::Remove() {
  for (const auto& [path, contents] : nodes_) {
    RETURN_IF_ERROR(RemoveOne(path, contents));
  }
  RETURN_IF_ERROR(RemoveOne(place_.path(), master_));
  return env_.SyncDirectory(place_.parent);
}

Status Destroy(common::Env& env, const std::string& path) {
  ASSIGN_OR_RETURN(Place place, Locate(path));
  Demolition demolition(env, std::move(place));
  RETURN_IF_ERROR(demolition.Check());
  RETURN_IF_ERROR(demolition.Lock());
  // Again: before the lock was ours, something may have changed.
  RETURN_IF_ERROR(demolition.Check());
  return demolition.Remove();
}

}  // namespace

std::string NodePath(const std::string& path, uint32_t node) {
  return In(path, kNodePrefix) + std::to_string(node);
}

uint64_t NodeDatabaseId(uint64_t master_id, uint32_t node) { return master_id | node; }

Status MakeWholeDirectory(common::Env& env, const std::string& path, const std::string& prefix,
                          const DirectoryContent& fill) {
  ASSIGN_OR_RETURN(const Place place, Locate(path));
  if (env.Exists(place.path())) {
    return {Code::kAlreadyExists, "it exists already"};
  }
  // A name that can be none, one that is too long say.
  Status absent = env.Stat(place.path()).status();
  if (absent.code() != Code::kNotFound) {
    return absent;
  }
  if (env.Exists(In(place.parent, kControlFileName))) {
    return {Code::kInvalidArgument, common::QuotedName(place.parent) +
                                        " is a database: nothing else may "
                                        "be in its directory"};
  }
  std::string made;
  Status status = Build(env, place, prefix, fill, &made);
  if (!status.ok() && !made.empty()) {
    // The first failure is the one to report.
    static_cast<void>(RemoveTree(env, made));
  }
  return status;
}

Status CreateDatabase(common::Env& env, const std::string& path, uint32_t node_count,
                      uint32_t page_size, const common::CancelToken* cancel) {
  RETURN_IF_ERROR(CheckNodeCount(node_count));
  return MakeWholeDirectory(env, path, "dbcreate",
                            [&](const std::string& directory) {
                              return CreateMasterAndNodes(env, directory, node_count, page_size,
                                                          cancel);
                            })
      .Annotate("cannot create directory: " + path);
}

void CheckFilesOnDisk(common::Env& env, const std::string& path, common::CheckReport* report) {
  const Result<std::vector<common::DirEntry>> entries = env.List(path);
  if (!entries.ok()) {
    report->Note(entries.status());
    return;
  }
  for (const common::DirEntry& entry : *entries) {
    const std::optional<FileName> file = ParseFileName(entry.name);
    if (file && entry.is_regular) {
      pf::CheckPagesOnDisk(env, In(path, entry.name), pf::FileId{static_cast<uint32_t>(file->id)},
                           report);
    }
  }
}

Result<std::vector<uint32_t>> FindNodes(common::Env& env, const std::string& path) {
  ASSIGN_OR_RETURN(const std::vector<common::DirEntry> entries, env.List(path));
  std::vector<uint32_t> nodes;
  for (const common::DirEntry& entry : entries) {
    if (entry.is_directory && IsNodeName(entry.name, kMaxNodes)) {
      nodes.push_back(static_cast<uint32_t>(std::stoul(entry.name.substr(kNodePrefix.size()))));
    }
  }
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

Status DestroyDatabase(common::Env& env, const std::string& path) {
  return Destroy(env, path).Annotate("cannot destroy the database: " + path);
}

}  // namespace redbase::sm
