#include "ql/internal/index_set.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "common/text.h"

namespace redbase::ql {

namespace {

// The part of the statement's memory that entries collected may take.
constexpr size_t kCollectedShare = 4;

}  // namespace

Status DuplicateKey(const sm::IndexInfo& index, const ix::BPlusTree& tree, std::string_view key) {
  std::string values;
  const Result<std::vector<Value>> decoded = ix::DecodeKey(tree.options().key, key);
  if (decoded.ok()) {
    for (const Value& value : *decoded) {
      values += values.empty() ? "" : ", ";
      values += value.is_string() ? common::Quoted(value.string_value()) : value.ToString();
    }
  }
  return {Code::kConstraint, "duplicate key (" + values + ") in unique index " + index.name};
}

Result<IndexSet> IndexSet::Open(const sm::Relation& relation, ExecContext& context,
                                const std::function<bool(const sm::IndexInfo&)>& choose) {
  ASSIGN_OR_RETURN(const rm::RecordFile* const records, context.catalog->Records(relation));
  IndexSet set(context, [records](Rid rid) { return records->ChangerOf(rid); });
  for (const sm::IndexInfo& info : relation.indexes) {
    if (choose(info)) {
      ASSIGN_OR_RETURN(ix::BPlusTree * tree, context.catalog->Tree(relation, info));
      set.indexes_.push_back({info, tree, std::make_unique<EntryList>(context.memory),
                              ix::LongestKey(tree->options().key) > tree->max_key_bytes()});
    }
  }
  return set;
}

bool IndexSet::has_unique() const {
  return std::any_of(indexes_.begin(), indexes_.end(),
                     [](const Index& index) { return index.info.unique; });
}

Result<bool> IndexSet::Reserve(const Batch& rows, size_t row) {
  for (Index& index : indexes_) {
    const std::vector<uint32_t>& columns = index.info.columns;
    const bool may_repeat =
        !index.info.unique || std::any_of(columns.begin(), columns.end(), [&](uint32_t column) {
          return !rows.column(column).IsValid(row);
        });
    if (may_repeat && !index.may_be_too_long) {
      continue;
    }
    key_.clear();
    ix::EncodeKey(index.tree->options().key, rows, columns, row, &key_);
    if (key_.size() > index.tree->max_key_bytes()) {
      return false;
    }
    if (may_repeat) {
      continue;
    }
    if (index.reserved == nullptr) {
      index.reserved =
          std::make_unique<ix::KeyReservation>(*index.tree, context_->transaction->stamp().by);
    }
    ASSIGN_OR_RETURN(const bool reserved, index.reserved->Add(key_, changer_of_));
    if (!reserved) {
      return false;
    }
  }
  return true;
}

void IndexSet::EndReservations() {
  for (Index& index : indexes_) {
    index.reserved.reset();
  }
}

Status IndexSet::Insert(const Batch& rows, std::span<const Rid> rids) {
  return Collect(Change::kInsert, rows, rids);
}

Status IndexSet::Erase(const Batch& rows, std::span<const Rid> rids) {
  return Collect(Change::kErase, rows, rids);
}

Status IndexSet::Collect(Change change, const Batch& rows, std::span<const Rid> rids) {
  assert(change == change_ || std::all_of(indexes_.begin(), indexes_.end(), [](const Index& index) {
           return index.entries->size() == 0;
         }));
  change_ = change;
  const size_t most = context_->memory->limit() / kCollectedShare / std::max(size(), size_t{1});
  for (const Index& index : indexes_) {
    Status status = index.entries->Add(index.tree->options().key, rows, index.info.columns, rids);
    if (!status.ok() && status.code() != Code::kNoMemory) {
      return status;
    }
    if (!status.ok() || index.entries->bytes() > most) {
      RETURN_IF_ERROR(ApplyTo(index));
    }
  }
  return {};
}

Status IndexSet::Apply() {
  for (const Index& index : indexes_) {
    RETURN_IF_ERROR(ApplyTo(index));
  }
  return {};
}

Status IndexSet::ApplyTo(const Index& index) {
  EntryList& entries = *index.entries;
  entries.Sort();
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i % kBatchCapacity == 0 && context_->cancel != nullptr) {
      RETURN_IF_ERROR(context_->cancel->Check());
    }
    RETURN_IF_ERROR(ApplyOne(index, entries[i]));
  }
  entries.Clear();
  return {};
}

Status IndexSet::ApplyOne(const Index& index, const ix::Entry& entry) {
  Status status =
      change_ == Change::kInsert
          ? index.tree->Insert(*context_->transaction, entry.key, entry.rid, &changer_of_)
          : index.tree->Erase(*context_->transaction, entry.key, entry.rid);
  if (status.code() == Code::kConstraint) {
    return DuplicateKey(index.info, *index.tree, entry.key);
  }
  return status.ok() ? status : std::move(status).Annotate("index " + index.info.name);
}

}  // namespace redbase::ql
