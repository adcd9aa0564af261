#include "ql/read_check.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "common/batch.h"
#include "ql/internal/record_fetch.h"

namespace redbase::ql {

namespace {

// Of one relation: more count as a read of all its rows.
constexpr ptrdiff_t kMaxReads = 64;

Status InvalidRead(const std::string& relation) {
  return {Code::kConflict, "could not serialize access: what the transaction has read of " +
                               relation +
                               " was changed by others; it was rolled back and may be tried again"};
}

// The reads of one relation against what others have changed.
class RelationCheck {
 public:
  RelationCheck(const rm::RecordFile& records, sm::RelationPtr relation, const tx::View& view,
                std::span<const rm::RecordChange> changes)
      : records_(records), relation_(std::move(relation)), before_{view.snapshot, nullptr, 0} {
    for (const rm::RecordChange& change : changes) {
      whole_pages_ = whole_pages_ || !change.slot;
      if (change.slot) {
        rids_[change.ended].push_back({change.page, *change.slot});
      }
    }
    for (auto& [ended, rids] : rids_) {
      std::sort(rids.begin(), rids.end());
      rids.erase(std::unique(rids.begin(), rids.end()), rids.end());
    }
  }

  // Pages that were filled as a whole are not looked into.
  Result<bool> IsValid(const RelationRead& read) const {
    if (whole_pages_ || (read.predicates.empty() && !rids_.empty())) {
      return false;
    }
    for (const auto& [ended, rids] : rids_) {
      for (const tx::View& view : {before_, tx::View{ended, nullptr, 0}}) {
        ASSIGN_OR_RETURN(const bool any, AnySatisfies(read, rids, view));
        if (any) {
          return false;
        }
      }
    }
    return true;
  }

 private:
  Result<bool> AnySatisfies(const RelationRead& read, std::span<const Rid> rids,
                            const tx::View& view) const {
    const RecordFetch fetch(records_, relation_, {}, read.predicates, &view);
    Batch rows;
    for (size_t done = 0; done < rids.size(); done += kBatchCapacity) {
      RETURN_IF_ERROR(
          fetch.Fetch(rids.subspan(done, std::min(kBatchCapacity, rids.size() - done)), &rows));
      if (rows.selected() > 0) {
        return true;
      }
    }
    return false;
  }

  const rm::RecordFile& records_;
  const sm::RelationPtr relation_;
  const tx::View before_;
  bool whole_pages_ = false;
  std::map<tx::Timestamp, std::vector<Rid>> rids_;  // by the end of who changed them
};

// What each node of a plan reads.
struct ReadOf {
  std::vector<RelationRead>* reads;

  void operator()(const FileScan& scan) const {
    reads->push_back({scan.relation, scan.predicates});
  }
  void operator()(const IndexScan& scan) const {
    reads->push_back({scan.relation, scan.predicates});
  }
  void operator()(const IndexJoin& join) const { (*this)(join.inner); }
  template <typename Other>
  void operator()(const Other& /*node*/) const {}
};

void CollectReads(const PlanNode& plan, std::vector<RelationRead>* reads) {
  std::visit(ReadOf{reads}, plan.detail);
  for (const PlanPtr& child : plan.children) {
    CollectReads(*child, reads);
  }
}

}  // namespace

void ReadSet::Add(const PlanNode& plan) {
  std::vector<RelationRead> reads;
  CollectReads(plan, &reads);
  for (RelationRead& read : reads) {
    Add(std::move(read));
  }
}

void ReadSet::AddKeys(const PlanNode& plan) {
  if (const auto* insert = plan.As<Insert>()) {
    AddAll(insert->relation);
  } else if (const auto* update = plan.As<Update>()) {
    AddAll(update->relation);
  }
  for (const PlanPtr& child : plan.children) {
    AddKeys(*child);
  }
}

void ReadSet::Add(RelationRead read) {
  const auto is_of_it = [&read](const RelationRead& each) {
    return each.relation == read.relation;
  };
  const auto covers = [&](const RelationRead& each) {
    return is_of_it(each) && (each.predicates.empty() || each == read);
  };
  if (std::any_of(reads_.begin(), reads_.end(), covers)) {
    return;
  }
  if (std::count_if(reads_.begin(), reads_.end(), is_of_it) == kMaxReads) {
    read.predicates.clear();
  }
  if (read.predicates.empty()) {
    std::erase_if(reads_, is_of_it);
  }
  reads_.push_back(std::move(read));
}

Status ReadSet::Check(sm::Catalog& catalog, const tx::View& view) const {
  std::map<std::string, std::vector<const RelationRead*>> by_relation;
  for (const RelationRead& read : reads_) {
    by_relation[read.relation].push_back(&read);
  }
  for (const auto& [name, reads] : by_relation) {
    const Result<sm::RelationPtr> relation = catalog.Find(name);
    if (!relation.ok() || (*relation)->name != name ||
        (*relation)->kind == sm::RelationKind::kView || (*relation)->partitioning) {
      continue;
    }
    ASSIGN_OR_RETURN(const rm::RecordFile* const records, catalog.Records(**relation));
    ASSIGN_OR_RETURN(const std::vector<rm::RecordChange> changes, records->ChangedSince(view));
    const RelationCheck check(*records, *relation, view, changes);
    for (const RelationRead* const read : reads) {
      ASSIGN_OR_RETURN(const bool valid, check.IsValid(*read));
      if (!valid) {
        return InvalidRead(name);
      }
    }
  }
  return {};
}

}  // namespace redbase::ql
