#include "ix/internal/tree.h"

#include <cassert>

#include "common/bytes.h"
#include "ix/internal/tree_ops.h"

namespace redbase::ix {

namespace {

std::string MetaBytes(const TreeOptions& options) {
  std::string bytes;
  ByteWriter writer(&bytes);
  MetaHeader meta{};
  meta.magic = kTreeMagic;
  meta.version = kTreeVersion;
  meta.unique = options.unique ? 1 : 0;
  meta.columns = static_cast<uint32_t>(options.key.size());
  meta.nodes = 1;
  writer.Put(meta);
  for (const KeyColumn& column : options.key) {
    const int flags = (column.descending ? 1 : 0) | (column.nulls_first ? 2 : 0);
    writer.Put(MetaColumn{static_cast<uint8_t>(column.type.id), static_cast<uint8_t>(flags),
                          column.type.scale, 0, column.type.length});
  }
  return bytes;
}

bool HoldsNull(const std::vector<Value>& values) {
  return std::any_of(values.begin(), values.end(), [](const Value& v) { return v.is_null(); });
}

}  // namespace

BPlusTree::Impl::Impl(const FileContext& context, std::unique_ptr<pf::PageFile> file,
                      TreeOptions options)
    : undo_targets_(context.undo_targets), file_(std::move(file)), options_(std::move(options)) {}

BPlusTree::Impl::~Impl() {
  if (registered_) {
    undo_targets_->Remove(file_->id());
  }
  if (open_) {
    const Status saved = SaveCounts();  // Close reports failures
    static_cast<void>(saved.ok());
  }
}

void BPlusTree::Impl::Register(UndoTarget* target) {
  undo_targets_->Add(file_->id(), target);
  registered_ = true;
}

Status BPlusTree::Impl::Format() {
  const std::string meta = MetaBytes(options_);
  if (meta.size() > file_->page_size() - pf::kPageHeaderSize) {
    return {Code::kInvalidArgument,
            file_->path() + ": an index on " + std::to_string(options_.key.size()) + " columns"};
  }
  pf::MiniTransaction change(file_->pool());
  ASSIGN_OR_RETURN(const pf::PageRef meta_page, change.Allocate(*file_, kTreeMetaPage));
  ASSIGN_OR_RETURN(const pf::PageRef root, change.Allocate(*file_, kTreeNodePage));
  if (change.page_num(meta_page) != kMetaPageNum || change.page_num(root) != kRootPageNum) {
    return {Code::kInternal, file_->path() + ": the first pages of a new file are taken"};
  }
  change.Apply(meta_page, kFormatOp, meta);
  change.Apply(root, kRewriteOp, NodeRewrite(0, "", "").Payload());
  change.Commit();
  nodes_ = 1;
  return {};
}

Result<TreeOptions> BPlusTree::Impl::StoredOptions() const {
  ASSIGN_OR_RETURN(const pf::PinnedPage page, file_->Read(kMetaPageNum));
  ByteReader reader(page.bytes().subspan(pf::kPageHeaderSize));
  const auto meta = reader.Get<MetaHeader>();
  TreeOptions options;
  options.unique = meta.unique != 0;
  for (uint32_t i = 0; i < meta.columns && reader.ok(); ++i) {
    const auto column = reader.Get<MetaColumn>();
    options.key.push_back({{static_cast<TypeId>(column.type), column.length, column.scale},
                           (column.flags & 1) != 0,
                           (column.flags & 2) != 0});
  }
  return options;
}

Status BPlusTree::Impl::Load() {
  ASSIGN_OR_RETURN(const pf::PinnedPage page, file_->Read(kMetaPageNum));
  ByteReader reader(page.bytes().subspan(pf::kPageHeaderSize));
  const auto meta = reader.Get<MetaHeader>();
  if (pf::ReadPageHeader(page.bytes()).kind != kTreeMetaPage || meta.magic != kTreeMagic) {
    return DamagedNode(*file_, kMetaPageNum, "does not describe a B+ tree");
  }
  if (meta.version != kTreeVersion) {
    return DamagedNode(*file_, kMetaPageNum,
                       "B+ tree of version " + std::to_string(meta.version) +
                           ", this program knows " + std::to_string(kTreeVersion));
  }
  const std::string want = MetaBytes(options_);
  const std::string_view found = AsChars(page.bytes().subspan(pf::kPageHeaderSize));
  const bool same_columns = meta.columns == options_.key.size() &&
                            found.substr(sizeof(MetaHeader), want.size() - sizeof(MetaHeader)) ==
                                std::string_view{want}.substr(sizeof(MetaHeader));
  if (!same_columns || (meta.unique != 0) != options_.unique) {
    return DamagedNode(*file_, kMetaPageNum, "the B+ tree has another key than the catalog says");
  }
  entries_ = meta.entries;
  nodes_ = meta.nodes;
  clean_ = meta.unclean == 0;
  return clean_ ? Status() : Recount();
}

Result<std::optional<pf::PageRef>> BPlusTree::Impl::Latch(pf::MiniTransaction* change,
                                                          NodeReader* reader,
                                                          std::string_view entry,
                                                          uint16_t level) const {
  RETURN_IF_ERROR(reader->Find(entry, Seek::kAt, level));
  const PageNum page = reader->page_num();
  if (reader->optimistic()) {
    return change->WriteIfUnchanged(*file_, page, reader->seen());
  }
  reader->Release();
  ASSIGN_OR_RETURN(const pf::PageRef ref, change->Write(*file_, page));
  const NodeView node(change->bytes(ref));
  const bool right_level = node.level() == level || (page == kRootPageNum && node.level() < level);
  if (!node.IsNode() || !right_level || !node.Covers(entry)) {
    change->Unlatch(ref);
    return std::optional<pf::PageRef>();
  }
  return std::optional<pf::PageRef>(ref);
}

Result<pf::PageRef> BPlusTree::Impl::LatchLeaf(pf::MiniTransaction* change, NodeReader* reader,
                                               std::string_view entry) const {
  std::optional<pf::PageRef> ref;
  while (!ref) {
    ASSIGN_OR_RETURN(ref, Latch(change, reader, entry, 0));
  }
  if (const char* problem = Node(*change, *ref).CheckHeader()) {
    return DamagedNode(*file_, change->page_num(*ref), problem);
  }
  return *ref;
}

Status BPlusTree::Impl::CheckNew(std::string_view entry, NodeView::Position at) const {
  if (!at.equal) {
    return {};
  }
  const std::string_view key = entry.substr(0, entry.size() - kRidBytes);
  return {Code::kAlreadyExists, "entry " + KeyText(options_.key, key) + " of this very record"};
}

// The leaf is latched, so nobody takes the key in or out meanwhile, and who is about to had
// said so before.  All entries of a key that may not repeat would be in this leaf.
Result<std::optional<BPlusTree::Impl::Obstacle>> BPlusTree::Impl::FindObstacle(
    const tx::TransactionState& own, const NodeView& leaf, std::string_view entry,
    NodeView::Position at, const ChangerOf* changer_of) const {
  const std::string_view key = entry.substr(0, entry.size() - kRidBytes);
  for (const size_t index : {at.index - 1, at.index}) {
    if (index >= leaf.count() || !leaf.HasKey(index, key)) {
      continue;
    }
    if (MayRepeat(key)) {
      return std::optional<Obstacle>();
    }
    std::shared_ptr<const tx::TransactionState> changer;
    if (changer_of != nullptr) {
      ASSIGN_OR_RETURN(changer, (*changer_of)(leaf.RidAt(index)));
    }
    const bool is_there = changer == nullptr || changer.get() == &own;
    return std::optional<Obstacle>({is_there, std::move(changer)});
  }
  std::shared_ptr<const tx::TransactionState> other;
  if (!removed_->empty() && !MayRepeat(key)) {
    ASSIGN_OR_RETURN(other, removed_->RemoverOf(key, own));
  }
  if (other == nullptr && !reserved_->empty()) {
    other = reserved_->OwnerOf(key);
  }
  return other == nullptr || other.get() == &own
             ? std::optional<Obstacle>()
             : std::optional<Obstacle>({false, std::move(other)});
}

Status BPlusTree::Impl::CheckUnique(tx::Transaction& transaction, const NodeView& leaf,
                                    std::string_view entry, NodeView::Position at,
                                    const ChangerOf* changer_of) const {
  ASSIGN_OR_RETURN(std::optional<Obstacle> obstacle,
                   FindObstacle(transaction.state(), leaf, entry, at, changer_of));
  if (!obstacle) {
    return {};
  }
  return obstacle->is_there ? Duplicate(entry.substr(0, entry.size() - kRidBytes))
                            : transaction.state().BlockedBy(std::move(obstacle->other));
}

Result<bool> BPlusTree::Impl::Reserve(ReservedKeys::Handle owner, std::string_view key,
                                      const ChangerOf& changer_of) {
  if (key.size() > max_key_bytes()) {
    return false;
  }
  const EntryBuffer least(key, Rid{});
  const std::string_view entry = least.view();
  NodeReader reader(*file_);
  pf::MiniTransaction change(file_->pool());
  ASSIGN_OR_RETURN(const pf::PageRef ref, LatchLeaf(&change, &reader, entry));
  const NodeView leaf = Node(change, ref);
  ASSIGN_OR_RETURN(const std::optional<Obstacle> obstacle,
                   FindObstacle(*owner->owner, leaf, entry, leaf.LowerBound(entry), &changer_of));
  return !obstacle && reserved_->Add(owner, key);
}

bool BPlusTree::Impl::MayRepeat(std::string_view key) const {
  const Result<std::vector<Value>> values = DecodeKey(options_.key, key);
  return values.ok() && HoldsNull(*values);
}

Status BPlusTree::Impl::Duplicate(std::string_view key) const {
  return {Code::kConstraint, "key " + KeyText(options_.key, key) + " already exists"};
}

Status BPlusTree::Impl::CheckNext(std::string_view last, std::string_view entry) const {
  if (entry <= last) {
    return {Code::kInternal, file_->path() + ": entries of a bulk build are not in order"};
  }
  const std::string_view key = entry.substr(0, entry.size() - kRidBytes);
  const bool same_key =
      last.size() == entry.size() && last.substr(0, last.size() - kRidBytes) == key;
  return options_.unique && same_key && !MayRepeat(key) ? Duplicate(key) : Status();
}

Status BPlusTree::Impl::Insert(tx::Transaction* transaction, std::string_view entry,
                               const ChangerOf* changer_of) {
  RETURN_IF_ERROR(BeginChange());
  NodeReader reader(*file_);
  while (true) {
    pf::MiniTransaction change(file_->pool());
    ASSIGN_OR_RETURN(const pf::PageRef ref, LatchLeaf(&change, &reader, entry));
    const NodeView leaf = Node(change, ref);
    const std::string_view suffix = leaf.Suffix(entry);
    if (const char* problem = leaf.NeedsCompaction(suffix.size()) ? leaf.Check() : nullptr) {
      return DamagedNode(*file_, change.page_num(ref), problem);
    }
    const NodeView::Position at = leaf.LowerBound(entry);
    RETURN_IF_ERROR(CheckNew(entry, at));
    // Undo puts back what was there: its uniqueness is not in question.
    if (options_.unique && transaction != nullptr) {
      RETURN_IF_ERROR(CheckUnique(*transaction, leaf, entry, at, changer_of));
    }
    if (leaf.HasRoom(suffix.size())) {
      EntryBuffer payload;
      payload.Put(static_cast<uint16_t>(at.index));
      payload.Append(suffix);
      if (transaction != nullptr) {
        transaction->NoteUndo(file_->id(), kUndoInsert, AsBytes(entry));
      }
      change.Apply(ref, kInsertOp, payload.view());
      change.Commit();
      entries_.fetch_add(1, std::memory_order_relaxed);
      return {};
    }
    change.Unlatch(ref);
    RETURN_IF_ERROR(Split(0, entry, entry.size()));
  }
}

Status BPlusTree::Impl::Erase(tx::Transaction* transaction, std::string_view entry) {
  RETURN_IF_ERROR(BeginChange());
  NodeReader reader(*file_);
  pf::MiniTransaction change(file_->pool());
  ASSIGN_OR_RETURN(const pf::PageRef ref, LatchLeaf(&change, &reader, entry));
  const NodeView leaf = Node(change, ref);
  const NodeView::Position at = leaf.LowerBound(entry);
  if (!at.equal) {
    return {Code::kNotFound, "no entry " +
                                 KeyText(options_.key, entry.substr(0, entry.size() - kRidBytes)) +
                                 " of this record"};
  }
  // A sparse leaf whose neighbours are full is not looked at every time.
  const size_t left = leaf.count() - 1;
  const bool merge = leaf.EntryBytes() < leaf.capacity() / 4 && left % 8 == 0;
  EntryBuffer payload;
  payload.Put(static_cast<uint16_t>(at.index));
  if (transaction != nullptr) {
    transaction->NoteUndo(file_->id(), kUndoErase, AsBytes(entry));
    transaction->state().Keep(removed_);
    removed_->Add(entry, transaction->stamp().by);
  }
  change.Apply(ref, kEraseOp, payload.view());
  change.Commit();
  entries_.fetch_sub(1, std::memory_order_relaxed);
  return merge ? Rebalance(entry) : Status();
}

Status BPlusTree::Impl::Lookup(std::string_view key, std::vector<Rid>* rids) const {
  if (key.size() > max_key_bytes()) {
    return {};
  }
  NodeReader reader(*file_);
  std::string from(key);  // then the next leaf's low fence
  while (true) {
    const size_t before = rids->size();
    RETURN_IF_ERROR(reader.Find(from, Seek::kAt));
    const NodeView leaf = reader.node();
    const size_t count = leaf.count();
    size_t i = leaf.LowerBound(from).index;
    for (; i < count && leaf.HasKey(i, key); ++i) {
      rids->push_back(leaf.RidAt(i));
    }
    const bool more = i == count && leaf.high().substr(0, key.size()) == key;
    std::string next(more ? leaf.high() : std::string_view());
    if (!reader.Valid()) {
      rids->resize(before);
      continue;
    }
    if (!more) {
      return {};
    }
    if (next <= from) {
      return DamagedNode(*file_, reader.page_num(), "does not hold the keys that its parent says");
    }
    from = std::move(next);
    reader.Restart();
  }
}

Result<std::optional<Rid>> BPlusTree::Impl::LookupOne(std::string_view key) const {
  if (key.size() > max_key_bytes()) {
    return std::optional<Rid>();
  }
  NodeReader reader(*file_);
  while (true) {
    RETURN_IF_ERROR(reader.Find(key, Seek::kAt));
    const NodeView leaf = reader.node();
    const size_t i = leaf.LowerBound(key).index;
    const bool in_next = i == leaf.count() && leaf.high().substr(0, key.size()) == key;
    std::optional<Rid> rid;
    if (i < leaf.count() && leaf.HasKey(i, key)) {
      rid = leaf.RidAt(i);
    }
    if (!reader.Valid()) {
      continue;
    }
    if (!in_next) {
      return rid;
    }
    reader.Release();
    std::vector<Rid> rids;
    RETURN_IF_ERROR(Lookup(key, &rids));
    return rids.empty() ? std::optional<Rid>() : rids.front();
  }
}

Result<bool> BPlusTree::Impl::Contains(std::string_view entry) const {
  NodeReader reader(*file_);
  while (true) {
    RETURN_IF_ERROR(reader.Find(entry, Seek::kAt));
    const bool found = reader.node().LowerBound(entry).equal;
    if (reader.Valid()) {
      return found;
    }
  }
}

Status BPlusTree::Impl::WriteCounts(bool clean) {
  std::string payload;
  ByteWriter writer(&payload);
  writer.Put(entries());
  writer.Put(nodes());
  writer.Put(uint32_t{clean ? 0U : 1U});
  pf::MiniTransaction change(file_->pool());
  ASSIGN_OR_RETURN(const pf::PageRef meta, change.Write(*file_, kMetaPageNum));
  const std::string_view saved =
      AsChars(change.bytes(meta))
          .substr(pf::kPageHeaderSize + offsetof(MetaHeader, entries), payload.size());
  if (saved != payload) {
    change.Apply(meta, kCountsOp, payload);
    change.Commit();
  }
  return {};
}

Status BPlusTree::Impl::SaveCounts() {
  const common::MutexLock lock(clean_mutex_);
  if (clean_.load()) {
    return {};
  }
  RETURN_IF_ERROR(WriteCounts(/*clean=*/true));
  clean_.store(true);
  return {};
}

Status BPlusTree::Impl::BeginChange() {
  if (!clean_.load(std::memory_order_acquire)) {
    return {};
  }
  const common::MutexLock lock(clean_mutex_);
  if (clean_.load()) {
    RETURN_IF_ERROR(WriteCounts(/*clean=*/false));
    clean_.store(false, std::memory_order_release);
  }
  return {};
}

Status BPlusTree::Impl::Close() {
  open_ = false;
  RETURN_IF_ERROR(SaveCounts());
  return file_->Close();
}

void BPlusTree::Impl::Abandon() {
  open_ = false;
  file_->Abandon();
}

uint32_t BPlusTree::Impl::height() const {
  const Result<pf::PinnedPage> root = file_->Read(kRootPageNum);
  return root.ok() ? NodeView(root->bytes()).level() + uint32_t{1} : 0;
}

}  // namespace redbase::ix
