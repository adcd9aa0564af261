#include "ix/index_scan.h"

#include "ix/internal/tree.h"

namespace redbase::ix {

// Where the scan stands is a bound of entries, never a page: forward, the least
// entry still to come; backward, the least entry no longer to come.  Each step
// descends to the bound and copies what one leaf has.
class IndexScan::Impl {
 public:
  Impl(const BPlusTree& tree, KeyRange range, Direction direction)
      : file_(tree.file()), range_(std::move(range)), direction_(direction) {
    bound_ = (direction == Direction::kForward ? range_.lower : range_.upper).value_or("");
    // An empty upper bound lets nothing pass.
    done_ =
        range_.upper && (range_.upper->empty() || (range_.lower && *range_.upper <= *range_.lower));
  }

  Result<bool> Next(size_t limit, std::vector<Rid>* rids, std::vector<std::string>* keys) {
    const size_t before = rids->size();
    NodeReader reader(file_);
    while (!done_ && rids->size() - before < limit) {
      const size_t room = limit - (rids->size() - before);
      RETURN_IF_ERROR(direction_ == Direction::kForward ? StepForward(&reader, room, rids, keys)
                                                        : StepBackward(&reader, room, rids, keys));
    }
    return rids->size() > before;
  }

 private:
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
    bound_.swap(entry_);
    done_ = !more;
    reader->Restart();
    return {};
  }

  Status StepForward(NodeReader* reader, size_t limit, std::vector<Rid>* rids,
                     std::vector<std::string>* keys) {
    RETURN_IF_ERROR(reader->Find(bound_, Seek::kAt));
    const NodeView leaf = reader->node();
    const std::string_view high = leaf.high();
    const bool ends_here =
        high.empty() || (range_.upper && std::string_view{*range_.upper} <= high);
    const size_t begin = leaf.LowerBound(bound_).index;
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
    return GoOn(reader, cut || !ends_here, entry_ > bound_);
  }

  Status StepBackward(NodeReader* reader, size_t limit, std::vector<Rid>* rids,
                      std::vector<std::string>* keys) {
    RETURN_IF_ERROR(reader->Find(bound_, Seek::kBelow));
    const NodeView leaf = reader->node();
    const std::string_view low = leaf.low();
    const bool ends_here = low.empty() || (range_.lower && std::string_view{*range_.lower} >= low);
    const size_t end = bound_.empty() ? leaf.count() : leaf.LowerBound(bound_).index;
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
    return GoOn(reader, cut || !ends_here, bound_.empty() || entry_ < bound_);
  }

  pf::PageFile& file_;
  const KeyRange range_;
  const Direction direction_;
  std::string bound_;  // empty is the open end
  std::string entry_;
  bool done_ = false;
};

IndexScan::IndexScan(const BPlusTree& tree, KeyRange range, Direction direction)
    : impl_(std::make_unique<Impl>(tree, std::move(range), direction)) {}

IndexScan::~IndexScan() = default;

Result<bool> IndexScan::Next(size_t limit, std::vector<Rid>* rids, std::vector<std::string>* keys) {
  return impl_->Next(limit, rids, keys);
}

}  // namespace redbase::ix
