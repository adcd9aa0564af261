// What a BPlusTree is made of.
//
// Structure changes (splits, merges) are mini-transactions of their own, made
// before or after the change of the entry that calls for them: they are never
// undone.  Each concerns one parent and its children:
//
//   split   latches parent and child, allocates a node; when the parent has no
//           room for the separator, the parent is split first, and all begins
//           again
//   merge   latches parent and two neighbours, gives one back
//   root    grows by copying its entries down into two new nodes, and shrinks
//           by copying its only child up, so it stays where it is
//
// Latches are taken from the root down, children of one parent only under the
// parent's exclusive latch.  Readers hold one latch, or a parent's and then its
// child's; those who change an entry hold one.  So nobody waits in a circle.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/sync.h"
#include "ix/bplus_tree.h"
#include "ix/internal/node_reader.h"
#include "ix/internal/removed_entries.h"
#include "ix/internal/reserved_keys.h"
#include "ix/tree_page.h"
#include "pf/mini_transaction.h"

namespace redbase::ix {

inline constexpr tx::UndoKind kUndoInsert{0x0200};  // payload: the entry
inline constexpr tx::UndoKind kUndoErase{0x0201};   // payload: the entry

// "(5, 'abc')"; a key cut short is completed with the least values.
std::string KeyText(std::span<const KeyColumn> key, std::string_view encoded);

class BPlusTree::Impl {
 public:
  Impl(const FileContext& context, std::unique_ptr<pf::PageFile> file, TreeOptions options);
  ~Impl();

  Status Format();
  Status Load();
  // What the file says of its key; Load checks it.
  Result<TreeOptions> StoredOptions() const;
  void SetOptions(TreeOptions options) { options_ = std::move(options); }
  void Register(UndoTarget* target);

  // The changes of one entry; no undo is noted when `transaction` is null.
  Status Insert(tx::Transaction* transaction, std::string_view entry,
                const ChangerOf* changer_of = nullptr);
  Status Erase(tx::Transaction* transaction, std::string_view entry);
  // See KeyReservation::Add.
  Result<bool> Reserve(ReservedKeys::Handle owner, std::string_view key,
                       const ChangerOf& changer_of);
  const std::shared_ptr<ReservedKeys>& reserved() const { return reserved_; }
  Status Lookup(std::string_view key, std::vector<Rid>* rids) const;
  Result<std::optional<Rid>> LookupOne(std::string_view key) const;
  Result<bool> Contains(std::string_view entry) const;
  const RemovedEntries& removed() const { return *removed_; }
  // Whether `entry` may follow `last` in a bulk build.
  Status CheckNext(std::string_view last, std::string_view entry) const;

  Status SaveCounts() EXCLUDES(clean_mutex_);
  Status Close();
  void Abandon();
  Status Validate() const;
  Result<std::string> Draw() const;

  pf::PageFile& file() const { return *file_; }
  const TreeOptions& options() const { return options_; }
  size_t max_key_bytes() const { return MaxEntryBytes(file_->page_size()) - kRidBytes; }
  uint64_t entries() const { return entries_.load(std::memory_order_relaxed); }
  uint32_t nodes() const { return nodes_.load(std::memory_order_relaxed); }
  uint32_t height() const;
  // Says in the file that its counts no longer hold.  Before every change.
  Status BeginChange() EXCLUDES(clean_mutex_);
  // Counts what a bulk build added.
  void AddCounts(uint64_t entries, uint32_t nodes) {
    entries_.fetch_add(entries, std::memory_order_relaxed);
    nodes_.fetch_add(nodes, std::memory_order_relaxed);
  }

 private:
  struct Cut;  // where a node is split
  enum class Merge : uint8_t { kNothing, kMerged, kOnlyChild };
  struct Totals {
    uint64_t entries = 0;
    uint32_t nodes = 0;
    std::set<PageNum>* pages = nullptr;  // of the nodes, where wanted
  };

  // Latches the node at `level` for `entry`, or the root when that is lower;
  // nullopt when somebody else was quicker: try again.
  Result<std::optional<pf::PageRef>> Latch(pf::MiniTransaction* change, NodeReader* reader,
                                           std::string_view entry, uint16_t level) const;
  // Latches the leaf for `entry`; its header is in order.
  Result<pf::PageRef> LatchLeaf(pf::MiniTransaction* change, NodeReader* reader,
                                std::string_view entry) const;
  Result<pf::PageRef> LatchChild(pf::MiniTransaction* change, pf::PageRef parent,
                                 size_t index) const;
  // Whether the key may be there twice, since it holds a null.
  bool MayRepeat(std::string_view key) const;
  // kConstraint.
  Status Duplicate(std::string_view key) const;
  // Whether the leaf that has place for `entry` at `at` may take it.
  Status CheckNew(std::string_view entry, NodeView::Position at) const;
  // The same of a unique tree, whose keys others may be about to change.
  Status CheckUnique(tx::Transaction& transaction, const NodeView& leaf, std::string_view entry,
                     NodeView::Position at, const ChangerOf* changer_of) const;
  // Why a unique tree may not take a key.
  struct Obstacle {
    bool is_there = false;
    // Whose end it depends on.
    std::shared_ptr<const tx::TransactionState> other{};
  };
  // nullopt when it may.  The leaf has place for `entry` at `at`.
  Result<std::optional<Obstacle>> FindObstacle(const tx::TransactionState& own,
                                               const NodeView& leaf, std::string_view entry,
                                               NodeView::Position at,
                                               const ChangerOf* changer_of) const;

  // Makes room for `length` more bytes of an entry in the node for `entry`.
  Status Split(uint16_t level, std::string_view entry, size_t length);
  // False when nothing could be done before the parent is split, which needs
  // room for `*length` bytes then.
  Result<bool> TrySplit(uint16_t level, std::string_view entry, size_t* length);
  Status GrowRoot(pf::MiniTransaction* change, pf::PageRef root, std::string_view entry);
  // The right half begins after `target` bytes of entries, more or less.
  static Cut CutAfter(const NodeView& node, size_t target);
  static Cut ChooseCut(const NodeView& node, std::string_view entry);

  // Merges nodes around the leaf for `entry` as long as that helps.
  Status Rebalance(std::string_view entry);
  Result<Merge> TryMerge(uint16_t level, std::string_view entry);
  // False when the children at `left` and the next do not fit into one.
  Result<bool> MergePair(pf::MiniTransaction* change, pf::PageRef parent, size_t left);
  Status ShrinkRoot(pf::MiniTransaction* change, pf::PageRef root);

  Status WriteCounts(bool clean) REQUIRES(clean_mutex_);
  // Makes the counts anew from the nodes.
  Status Recount();
  Status CheckSubtree(PageNum page, uint16_t level, std::string_view low, std::string_view high,
                      Totals* totals) const;
  // Every page is one of the tree's, or free.
  Status CheckNoOthers(const std::set<PageNum>& nodes) const;
  Status DrawLevel(uint16_t level, const std::vector<PageNum>& pages, std::string* out,
                   std::vector<PageNum>* children) const;

  NodeView Node(const pf::MiniTransaction& change, pf::PageRef ref) const {
    return NodeView(change.bytes(ref));
  }

  tx::UndoTargets* undo_targets_;
  std::unique_ptr<pf::PageFile> file_;
  TreeOptions options_;
  const std::shared_ptr<RemovedEntries> removed_ =
      std::make_shared<RemovedEntries>(file_->pool().env(), common::DirectoryOf(file_->path()));
  const std::shared_ptr<ReservedKeys> reserved_ = std::make_shared<ReservedKeys>();
  std::atomic<uint64_t> entries_{0};
  std::atomic<uint32_t> nodes_{0};
  common::Mutex clean_mutex_;  // before latches; held while the counts are written
  std::atomic<bool> clean_{true};
  bool open_ = true;
  bool registered_ = false;
};

}  // namespace redbase::ix
