#include "ix/index_scan.h"

#include <algorithm>
#include <deque>

#include "ix/internal/removed_entries.h"
#include "ix/internal/tree.h"
#include "ix/internal/tree_ops.h"

namespace redbase::ix {

// Where the scan stands is a bound of entries, never a page: forward, the least
// entry still to come; backward, the least entry no longer to come.  Each step
// descends to the bound and copies what one leaf has.
class IndexScan::Impl {
 public:
  Impl(const BPlusTree& tree, KeyRange range, Direction direction, Entries entries)
      : file_(tree.file()),
        removed_(entries == Entries::kAlsoRemoved ? &tree.removed() : nullptr),
        range_(std::move(range)),
        direction_(direction) {
    place_.bound = (direction == Direction::kForward ? range_.lower : range_.upper).value_or("");
    // An empty upper bound lets nothing pass.
    place_.done =
        range_.upper && (range_.upper->empty() || (range_.lower && *range_.upper <= *range_.lower));
  }

  Result<bool> Next(size_t limit, std::vector<Rid>* rids, std::vector<std::string>* keys) {
    begin_ = place_;
    const size_t before = rids->size();
    while (rids->size() - before < limit) {
      const size_t room = limit - (rids->size() - before);
      if (!place_.merged.empty()) {
        TakeMerged(rids, keys);
      } else if (place_.done) {
        break;
      } else {
        RETURN_IF_ERROR(Step(room, rids, keys));
      }
    }
    return rids->size() > before;
  }

  void Repeat() { place_ = begin_; }

 private:
  // Of the removed entries that a step takes.
  static constexpr size_t kMostRemoved = 1000;

  struct Place {
    std::string bound;  // empty is the open end
    bool done = false;
    std::deque<std::string> merged;  // entries to give out before going on
  };

  // The next entries of one leaf.
  Status Step(size_t limit, std::vector<Rid>* rids, std::vector<std::string>* keys) {
    const auto step = [&](std::vector<Rid>* to_rids, std::vector<std::string>* to_keys) {
      NodeReader reader(file_);
      return direction_ == Direction::kForward ? StepForward(&reader, limit, to_rids, to_keys)
                                               : StepBackward(&reader, limit, to_rids, to_keys);
    };
    const size_t before = rids->size();
    Place from;
    if (removed_ != nullptr) {
      from = place_;
    }
    RETURN_IF_ERROR(step(rids, keys));
    // Looked at after the leaf: what left the leaf before is there.
    if (removed_ == nullptr || removed_->empty()) {
      return {};
    }
    rids->resize(before);
    if (keys != nullptr) {
      keys->resize(before);
    }
    place_ = from;
    std::vector<Rid> step_rids;
    std::vector<std::string> step_keys;
    RETURN_IF_ERROR(step(&step_rids, &step_keys));
    return Merge(from.bound, step_rids, step_keys);
  }

  // What a step from `from` found, and what was removed between there and place_.
  // Where too much was removed, the step ends earlier.
  Status Merge(const std::string& from, const std::vector<Rid>& rids,
               const std::vector<std::string>& keys) {
    std::vector<std::string> entries;
    for (size_t i = 0; i < rids.size(); ++i) {
      entries.emplace_back(EntryBuffer(keys[i], rids[i]).view());
    }
    const bool forward = direction_ == Direction::kForward;
    std::string low = forward ? from : place_.bound;
    std::string high = forward ? place_.bound : from;
    if (place_.done) {
      (forward ? high : low) = (forward ? range_.upper : range_.lower).value_or("");
    }
    const bool stood = !place_.done && from == place_.bound;  // a leaf that changed meanwhile
    if (!stood) {
      RemovedRange range{.from = low, .backward = !forward, .limit = kMostRemoved};
      if (!high.empty()) {
        range.to = high;
      }
      ASSIGN_OR_RETURN(std::vector<std::string> removed, removed_->List(range));
      if (removed.size() == kMostRemoved) {
        EndStepAt(removed.back(), &entries);
      }
      entries.insert(entries.end(), std::make_move_iterator(removed.begin()),
                     std::make_move_iterator(removed.end()));
      std::sort(entries.begin(), entries.end());
      entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
      if (!forward) {
        std::reverse(entries.begin(), entries.end());
      }
    }
    place_.merged.assign(std::make_move_iterator(entries.begin()),
                         std::make_move_iterator(entries.end()));
    return {};
  }

  // The step goes no further than `last`; of the tree's entries those behind are left out.
  void EndStepAt(const std::string& last, std::vector<std::string>* entries) {
    if (direction_ == Direction::kForward) {
      place_.bound = last + '\0';  // what comes next
      std::erase_if(*entries, [&](const std::string& each) { return each >= place_.bound; });
    } else {
      place_.bound = last;
      std::erase_if(*entries, [&](const std::string& each) { return each < place_.bound; });
    }
    place_.done = false;
  }

  void TakeMerged(std::vector<Rid>* rids, std::vector<std::string>* keys) {
    const std::string_view entry = place_.merged.front();
    rids->push_back(RidOf(entry));
    if (keys != nullptr) {
      keys->emplace_back(entry.substr(0, entry.size() - kRidBytes));
    }
    place_.merged.pop_front();
  }

  // Copies entry i; the last one copied is left in entry_ when `limit` ends
  // the step.
  void Copy(const NodeView& leaf, size_t i, std::vector<Rid>* rids,
            std::vector<std::string>* keys) {
    rids->push_back(leaf.RidAt(i));
    if (keys != nullptr) {
      leaf.GetEntry(i, &entry_);
      keys->push_back(entry_.substr(0, entry_.size() - std::min(entry_.size(), kRidBytes)));
    }
  }

  // Takes the step back when the leaf changed meanwhile.
  static bool Keep(const NodeReader& reader, size_t copied, std::vector<Rid>* rids,
                   std::vector<std::string>* keys) {
    if (reader.Valid()) {
      return true;
    }
    rids->resize(rids->size() - copied);
    if (keys != nullptr) {
      keys->resize(keys->size() - copied);
    }
    return false;
  }

  // The bound moves to entry_; a damaged tree must not lead in a circle.
  Status GoOn(NodeReader* reader, bool more, bool moved) {
    if (more && !moved) {
      return DamagedNode(file_, reader->page_num(), "does not hold the keys that its parent says");
    }
    place_.bound.swap(entry_);
    place_.done = !more;
    reader->Restart();
    return {};
  }

  Status StepForward(NodeReader* reader, size_t limit, std::vector<Rid>* rids,
                     std::vector<std::string>* keys) {
    RETURN_IF_ERROR(reader->Find(place_.bound, Seek::kAt));
    const NodeView leaf = reader->node();
    const std::string_view high = leaf.high();
    const bool ends_here =
        high.empty() || (range_.upper && std::string_view{*range_.upper} <= high);
    const size_t begin = leaf.LowerBound(place_.bound).index;
    const size_t end =
        ends_here && range_.upper ? leaf.LowerBound(*range_.upper).index : leaf.count();
    const size_t count = std::min(end - std::min(begin, end), limit);
    for (size_t i = begin; i < begin + count; ++i) {
      Copy(leaf, i, rids, keys);
    }
    const bool cut = begin + count < end;
    if (cut) {
      leaf.GetEntry(begin + count, &entry_);
    } else {
      entry_ = high;
    }
    if (!Keep(*reader, count, rids, keys)) {
      return {};
    }
    // What is inserted before the bound from now on is not seen.
    return GoOn(reader, cut || !ends_here, entry_ > place_.bound);
  }

  Status StepBackward(NodeReader* reader, size_t limit, std::vector<Rid>* rids,
                      std::vector<std::string>* keys) {
    RETURN_IF_ERROR(reader->Find(place_.bound, Seek::kBelow));
    const NodeView leaf = reader->node();
    const std::string_view low = leaf.low();
    const bool ends_here = low.empty() || (range_.lower && std::string_view{*range_.lower} >= low);
    const size_t end = place_.bound.empty() ? leaf.count() : leaf.LowerBound(place_.bound).index;
    const size_t begin =
        ends_here && range_.lower ? leaf.LowerBound(*range_.lower).index : size_t{0};
    const size_t count = std::min(end - std::min(begin, end), limit);
    for (size_t i = end; i > end - count; --i) {
      Copy(leaf, i - 1, rids, keys);
    }
    const bool cut = begin + count < end;
    if (cut) {
      leaf.GetEntry(end - count, &entry_);
    } else {
      entry_ = low;
    }
    if (!Keep(*reader, count, rids, keys)) {
      return {};
    }
    return GoOn(reader, cut || !ends_here, place_.bound.empty() || entry_ < place_.bound);
  }

  pf::PageFile& file_;
  const RemovedEntries* const removed_;  // may be null
  const KeyRange range_;
  const Direction direction_;
  Place place_;
  Place begin_;  // where the last Next began
  std::string entry_;
};

IndexScan::IndexScan(const BPlusTree& tree, KeyRange range, Direction direction, Entries entries)
    : impl_(std::make_unique<Impl>(tree, std::move(range), direction, entries)) {}

IndexScan::~IndexScan() = default;

Result<bool> IndexScan::Next(size_t limit, std::vector<Rid>* rids, std::vector<std::string>* keys) {
  return impl_->Next(limit, rids, keys);
}

void IndexScan::Repeat() { impl_->Repeat(); }

}  // namespace redbase::ix
