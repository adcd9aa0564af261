#include "ql/internal/index_set.h"

#include <algorithm>
#include <utility>

#include "common/text.h"

namespace redbase::ql {

namespace {

// The part of the statement's memory that entries kept back may take.
constexpr size_t kKeptShare = 4;

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
  IndexSet set(context);
  for (const sm::IndexInfo& info : relation.indexes) {
    if (choose(info)) {
      ASSIGN_OR_RETURN(ix::BPlusTree * tree, context.catalog->Tree(relation, info));
      set.indexes_.push_back({info, tree, nullptr});
    }
  }
  return set;
}

Status IndexSet::Insert(const Batch& rows, std::span<const Rid> rids) {
  for (const Index& index : indexes_) {
    EntryList entries(context_->memory);
    RETURN_IF_ERROR(entries.Add(index.tree->options().key, rows, index.info.columns, rids));
    RETURN_IF_ERROR(InsertAll(index, &entries));
  }
  return {};
}

Status IndexSet::Erase(const Batch& rows, std::span<const Rid> rids) {
  for (const Index& index : indexes_) {
    EntryList entries(context_->memory);
    RETURN_IF_ERROR(entries.Add(index.tree->options().key, rows, index.info.columns, rids));
    entries.Sort();
    for (size_t i = 0; i < entries.size(); ++i) {
      const ix::Entry entry = entries[i];
      Status status = index.tree->Erase(*context_->transaction, entry.key, entry.rid);
      if (!status.ok()) {
        return std::move(status).Annotate("index " + index.info.name);
      }
    }
  }
  return {};
}

Status IndexSet::InsertLater(const Batch& rows, std::span<const Rid> rids) {
  const size_t most = context_->memory->limit() / kKeptShare / std::max(size(), size_t{1});
  for (Index& index : indexes_) {
    if (index.kept == nullptr) {
      index.kept = std::make_unique<EntryList>(context_->memory);
    }
    const Status status =
        index.kept->Add(index.tree->options().key, rows, index.info.columns, rids);
    if (!status.ok() && status.code() != Code::kNoMemory) {
      return status;
    }
    if (!status.ok() || index.kept->bytes() > most) {
      RETURN_IF_ERROR(InsertAll(index, index.kept.get()));
    }
  }
  return {};
}

Status IndexSet::InsertKept() {
  for (Index& index : indexes_) {
    if (index.kept != nullptr) {
      RETURN_IF_ERROR(InsertAll(index, index.kept.get()));
    }
  }
  return {};
}

Status IndexSet::InsertAll(const Index& index, EntryList* entries) {
  entries->Sort();
  for (size_t i = 0; i < entries->size(); ++i) {
    if (i % kBatchCapacity == 0 && context_->cancel != nullptr) {
      RETURN_IF_ERROR(context_->cancel->Check());
    }
    const ix::Entry entry = (*entries)[i];
    Status status = index.tree->Insert(*context_->transaction, entry.key, entry.rid);
    if (status.code() == Code::kConstraint) {
      return DuplicateKey(index.info, *index.tree, entry.key);
    }
    if (!status.ok()) {
      return std::move(status).Annotate("index " + index.info.name);
    }
  }
  entries->Clear();
  return {};
}

}  // namespace redbase::ql
