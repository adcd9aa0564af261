#include "ex/internal/node_check.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "ex/internal/cluster.h"
#include "ex/internal/local_relation.h"
#include "ix/key_encoding.h"
#include "rm/record_scan.h"

namespace redbase::ex {

namespace {

// Records that have something wrong in common.
struct Culprits {
  uint64_t count = 0;
  Rid first{};

  void Add(Rid rid) { first = count++ == 0 ? rid : first; }
  // "3 records, the first on page 7, slot 2".
  std::string ToString() const {
    return std::to_string(count) + (count == 1 ? " record" : " records, the first") + " on page " +
           std::to_string(static_cast<uint32_t>(first.page)) + ", slot " +
           std::to_string(static_cast<uint16_t>(first.slot));
  }
};

// The rows of one relation against its range and its indexes.
class RowCheck {
 public:
  RowCheck(sm::Catalog& catalog, const sm::Relation& relation)
      : relation_(relation), catalog_(catalog) {}

  // The index files are in order.
  Status Open(const std::vector<sm::IndexInfo>& indexes) {
    for (const sm::IndexInfo& index : indexes) {
      ASSIGN_OR_RETURN(const ix::BPlusTree* const tree, catalog_.Tree(relation_, index));
      indexes_.push_back({index, tree, {}});
    }
    return {};
  }

  Status Run() {
    ASSIGN_OR_RETURN(rm::RecordFile* const records, catalog_.Records(relation_));
    std::vector<uint32_t> all(relation_.schema.size());
    std::iota(all.begin(), all.end(), 0U);
    rm::MorselSource morsels(*records);
    rm::RecordScan scan(*records, all, {}, /*with_rids=*/true);
    Batch batch(relation_.schema);
    while (const std::optional<rm::Morsel> morsel = morsels.Take()) {
      scan.Start(*morsel);
      while (true) {
        ASSIGN_OR_RETURN(const bool more, scan.Next(&batch));
        if (!more) {
          break;
        }
        RETURN_IF_ERROR(Look(batch));
      }
    }
    return {};
  }

  void Tell(common::CheckReport* report) const {
    if (strangers_.count > 0) {
      report->Note({Code::kCorruption, relation_.schema[relation_.range->column].name +
                                           " is out of the node's range in " +
                                           strangers_.ToString()});
    }
    for (const Index& index : indexes_) {
      if (index.lacking.count > 0) {
        report->Note({Code::kCorruption, "index " + index.info.name + " lacks the entry of " +
                                             index.lacking.ToString()});
      }
      const uint64_t entries = index.tree->statistics().entries;
      if (const uint64_t own = rows_ - index.lacking.count; entries != own) {
        report->Note({Code::kCorruption, "index " + index.info.name + " has " +
                                             std::to_string(entries) + " entries, " +
                                             std::to_string(own) + " of them of records"});
      }
    }
  }

 private:
  struct Index {
    sm::IndexInfo info;
    const ix::BPlusTree* tree;
    Culprits lacking;
  };

  Status Look(const Batch& batch) {
    rows_ += batch.selected();
    for (size_t i = 0; relation_.range && i < batch.selected(); ++i) {
      const size_t row = batch.RowAt(i);
      if (!relation_.range->Contains(batch.GetValue(relation_.range->column, row))) {
        strangers_.Add(batch.rids()[row]);
      }
    }
    for (Index& index : indexes_) {
      RETURN_IF_ERROR(LookUp(batch, &index));
    }
    return {};
  }

  // Only the row's own entry: a key may be that of all rows.
  static Status LookUp(const Batch& batch, Index* index) {
    std::string key;
    for (size_t i = 0; i < batch.selected(); ++i) {
      const size_t row = batch.RowAt(i);
      key.clear();
      ix::EncodeKey(index->tree->options().key, batch, index->info.columns, row, &key);
      ASSIGN_OR_RETURN(const bool found, index->tree->Contains(key, batch.rids()[row]));
      if (!found) {
        index->lacking.Add(batch.rids()[row]);
      }
    }
    return {};
  }

  const sm::Relation& relation_;
  sm::Catalog& catalog_;
  std::vector<Index> indexes_;
  uint64_t rows_ = 0;
  Culprits strangers_;
};

void CheckRows(sm::Catalog& catalog, const sm::Relation& relation,
               const std::vector<sm::IndexInfo>& indexes, common::CheckReport* report) {
  RowCheck check(catalog, relation);
  common::CheckReport found;
  Status outcome = check.Open(indexes);
  if (outcome.ok()) {
    outcome = check.Run();
  }
  if (outcome.ok()) {
    check.Tell(&found);
  }
  found.Note(std::move(outcome));
  found.Annotate(0, "relation " + relation.name);
  report->Add(std::move(found));
}

// Others may have been made on the node, opened alone: they are kept up like these.
bool HasIndexes(const sm::Relation& relation, const std::vector<sm::IndexInfo>& indexes) {
  return std::all_of(indexes.begin(), indexes.end(), [&relation](const sm::IndexInfo& index) {
    const sm::IndexInfo* const found = FindIndex(relation, index.columns);
    return found != nullptr && found->unique == index.unique;
  });
}

Status CheckFragment(const sm::Catalog& catalog, const FragmentDefinition& definition) {
  ASSIGN_OR_RETURN(const sm::RelationPtr relation, FindRelation(catalog, definition.relation));
  const bool same = relation->schema == definition.schema && relation->range == definition.range &&
                    HasIndexes(*relation, definition.indexes);
  return same ? Status() : DiffersFromMaster(definition.relation);
}

}  // namespace

void CheckNode(sm::Catalog& catalog, common::CheckReport* report) {
  catalog.CheckCatalog(report);
  for (const sm::RelationPtr& relation : catalog.Relations(/*with_system=*/true)) {
    if (relation->kind == sm::RelationKind::kView || relation->partitioning) {
      continue;
    }
    const sm::SoundFiles sound = catalog.CheckFiles(*relation, report);
    if (sound.records) {
      CheckRows(catalog, *relation, sound.indexes, report);
    }
  }
}

void CheckMaster(sm::Catalog& catalog, common::CheckReport* report) {
  CheckNode(catalog, report);
  for (const sm::RelationPtr& relation : catalog.Relations(/*with_system=*/false)) {
    ++report->relations;
    report->indexes += relation->indexes.size();
  }
}

void CheckFragments(const sm::Catalog& catalog, const std::vector<FragmentDefinition>& fragments,
                    common::CheckReport* report) {
  for (const FragmentDefinition& definition : fragments) {
    report->Note(CheckFragment(catalog, definition));
  }
  for (const sm::RelationPtr& relation : catalog.Relations(/*with_system=*/false)) {
    const auto is_it = [&relation](const FragmentDefinition& definition) {
      return definition.relation == relation->name;
    };
    if (relation->range && std::none_of(fragments.begin(), fragments.end(), is_it)) {
      report->Note(
          {Code::kCorruption, "relation " + relation->name + " is not known to the master"});
    }
  }
}

std::vector<FragmentDefinition> FragmentsOf(const sm::Catalog& master, uint32_t node) {
  std::vector<FragmentDefinition> fragments;
  for (const sm::RelationPtr& relation : master.Relations(/*with_system=*/false)) {
    if (!relation->partitioning) {
      continue;
    }
    for (const uint32_t partition : relation->partitioning->AllPartitions()) {
      if (NodeOfPartition(partition) == node) {
        fragments.push_back({relation->name, relation->schema,
                             relation->partitioning->RangeOf(partition), relation->indexes});
      }
    }
  }
  return fragments;
}

}  // namespace redbase::ex
