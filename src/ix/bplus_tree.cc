#include "ix/bplus_tree.h"

#include <algorithm>
#include <cassert>

#include "common/bytes.h"
#include "ix/internal/bulk_builder.h"
#include "ix/internal/tree.h"
#include "ix/internal/tree_ops.h"

namespace redbase::ix {

namespace {

Status TooLong(size_t bytes, size_t longest) {
  return {Code::kInvalidArgument, "an index key of " + std::to_string(bytes) +
                                      " bytes is longer than the longest, " +
                                      std::to_string(longest)};
}

}  // namespace

BPlusTree::BPlusTree(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) { impl_->Register(this); }

BPlusTree::~BPlusTree() = default;

Result<std::unique_ptr<BPlusTree>> BPlusTree::Create(const FileContext& context,
                                                     const std::string& path,
                                                     pf::PageFileIdentity identity,
                                                     TreeOptions options, size_t page_size) {
  RegisterTreeOps();
  ASSIGN_OR_RETURN(auto file, pf::PageFile::Create(*context.pool, path, identity, page_size));
  auto impl = std::make_unique<Impl>(context, std::move(file), std::move(options));
  if (Status status = impl->Format(); !status.ok()) {
    impl->Abandon();
    impl.reset();
    const Status removed = context.pool->env().RemoveFile(path);
    return removed.ok() ? status : status.Annotate("(" + removed.message() + ")");
  }
  return std::make_unique<BPlusTree>(std::move(impl));
}

Result<std::unique_ptr<BPlusTree>> BPlusTree::Open(const FileContext& context,
                                                   const std::string& path,
                                                   pf::PageFileIdentity identity,
                                                   TreeOptions options) {
  RegisterTreeOps();
  ASSIGN_OR_RETURN(auto file, pf::PageFile::Open(*context.pool, path, identity));
  return Load(std::make_unique<Impl>(context, std::move(file), std::move(options)));
}

Result<std::unique_ptr<BPlusTree>> BPlusTree::OpenAsStored(const FileContext& context,
                                                           const std::string& path,
                                                           pf::PageFileIdentity identity) {
  RegisterTreeOps();
  ASSIGN_OR_RETURN(auto file, pf::PageFile::Open(*context.pool, path, identity));
  auto impl = std::make_unique<Impl>(context, std::move(file), TreeOptions());
  Result<TreeOptions> options = impl->StoredOptions();
  if (!options.ok()) {
    impl->Abandon();
    return std::move(options).status();
  }
  impl->SetOptions(*std::move(options));
  return Load(std::move(impl));
}

Result<std::unique_ptr<BPlusTree>> BPlusTree::Load(std::unique_ptr<Impl> impl) {
  if (Status status = impl->Load(); !status.ok()) {
    impl->Abandon();
    return status;
  }
  return std::make_unique<BPlusTree>(std::move(impl));
}

void BPlusTree::RegisterLogRecords() { RegisterTreeOps(); }

Status BPlusTree::Insert(tx::Transaction& transaction, std::string_view key, Rid rid,
                         const ChangerOf* changer_of) {
  if (key.size() > max_key_bytes()) {
    return TooLong(key.size(), max_key_bytes());
  }
  const EntryBuffer entry(key, rid);
  return impl_->Insert(&transaction, entry.view(), changer_of);
}

Status BPlusTree::Erase(tx::Transaction& transaction, std::string_view key, Rid rid) {
  if (key.size() > max_key_bytes()) {
    return TooLong(key.size(), max_key_bytes());
  }
  const EntryBuffer entry(key, rid);
  return impl_->Erase(&transaction, entry.view());
}

Status BPlusTree::Undo(tx::UndoKind kind, std::span<const std::byte> payload) {
  const std::string_view entry = AsChars(payload);
  if (entry.size() < kRidBytes || entry.size() > max_key_bytes() + kRidBytes) {
    return {Code::kCorruption, file().path() + ": an undo record without a key"};
  }
  // Done before, or never done: the change to take back was not made.
  Status status =
      kind == kUndoInsert ? impl_->Erase(nullptr, entry) : impl_->Insert(nullptr, entry);
  const Code done = kind == kUndoInsert ? Code::kNotFound : Code::kAlreadyExists;
  return status.code() == done ? Status() : status;
}

Status BPlusTree::Lookup(std::string_view key, std::vector<Rid>* rids) const {
  return impl_->Lookup(key, rids);
}

const RemovedEntries& BPlusTree::removed() const { return impl_->removed(); }

bool BPlusTree::has_removed() const { return !impl_->removed().empty(); }

Status BPlusTree::AddRemoved(std::string_view prefix, size_t first, std::vector<Rid>* rids) const {
  const std::string end = PrefixSuccessor(std::string(prefix));
  RemovedRange range{.from = prefix};
  if (!end.empty()) {
    range.to = end;
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> removed, impl_->removed().List(range));
  for (const std::string& entry : removed) {
    rids->push_back(RidOf(entry));
  }
  const auto begin = rids->begin() + static_cast<ptrdiff_t>(first);
  std::sort(begin, rids->end());
  rids->erase(std::unique(begin, rids->end()), rids->end());
  return {};
}

Result<std::optional<Rid>> BPlusTree::LookupOne(std::string_view key) const {
  return impl_->LookupOne(key);
}

Result<bool> BPlusTree::Contains(std::string_view key, Rid rid) const {
  if (key.size() > max_key_bytes()) {
    return false;
  }
  const EntryBuffer entry(key, rid);
  return impl_->Contains(entry.view());
}

Status BPlusTree::BulkBuild(const EntrySource& source) {
  if (impl_->entries() != 0 || impl_->nodes() != 1) {
    return {Code::kInternal, file().path() + ": bulk build of a tree that is not empty"};
  }
  RETURN_IF_ERROR(impl_->BeginChange());
  BulkBuilder builder(file());
  std::string last;
  uint64_t count = 0;
  for (Entry entry;; ++count) {
    ASSIGN_OR_RETURN(const bool more, source(&entry));
    if (!more) {
      break;
    }
    if (entry.key.size() > max_key_bytes()) {
      return TooLong(entry.key.size(), max_key_bytes());
    }
    const EntryBuffer bytes(entry.key, entry.rid);
    if (count > 0) {
      RETURN_IF_ERROR(impl_->CheckNext(last, bytes.view()));
    }
    RETURN_IF_ERROR(builder.Add(bytes.view()));
    last = bytes.view();
  }
  RETURN_IF_ERROR(builder.Finish());
  impl_->AddCounts(count, builder.nodes());
  return {};
}

TreeStatistics BPlusTree::statistics() const {
  return {impl_->entries(), impl_->height(), impl_->nodes()};
}

const TreeOptions& BPlusTree::options() const { return impl_->options(); }

size_t BPlusTree::max_key_bytes() const { return impl_->max_key_bytes(); }

pf::PageFile& BPlusTree::file() const { return impl_->file(); }

Status BPlusTree::Flush() {
  RETURN_IF_ERROR(impl_->SaveCounts());
  return file().Flush();
}

Status BPlusTree::Close() { return impl_->Close(); }

void BPlusTree::Abandon() { impl_->Abandon(); }

void BPlusTree::Check(common::CheckReport* report) const {
  const size_t before = report->problems.size();
  file().Check(report);
  if (report->problems.size() == before) {
    report->Note(impl_->Validate());
  }
}

Status BPlusTree::Validate() const {
  common::CheckReport report;
  Check(&report);
  return report.First();
}

Result<std::string> BPlusTree::Draw() const { return impl_->Draw(); }

}  // namespace redbase::ix
