#include "sm/internal/table_assembly.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "common/name_match.h"
#include "common/text.h"
#include "sm/internal/bound_text.h"
#include "sm/internal/stored_type.h"
#include "sm/internal/system_relations.h"

namespace redbase::sm {

namespace {

Status Damaged(const std::string& what) { return {Code::kCorruption, what}; }

// The values of one row.  A null or negative value where there must be a
// natural number is remembered: ask ok() at the end.
class RowReader {
 public:
  RowReader(const Batch& rows, size_t row) : rows_(rows), row_(row) {}

  std::optional<uint32_t> MaybeNumber(uint32_t column) {
    if (!rows_.column(column).IsValid(row_)) {
      return std::nullopt;
    }
    const int32_t number = rows_.column(column).data<int32_t>()[row_];
    ok_ = ok_ && number >= 0;
    return static_cast<uint32_t>(number);
  }
  uint32_t Number(uint32_t column) {
    const std::optional<uint32_t> number = MaybeNumber(column);
    ok_ = ok_ && number;
    return number.value_or(0);
  }
  std::optional<std::string> MaybeText(uint32_t column) const {
    if (!rows_.column(column).IsValid(row_)) {
      return std::nullopt;
    }
    return std::string(rows_.column(column).data<StringView>()[row_].view());
  }
  std::string Text(uint32_t column) {
    std::optional<std::string> text = MaybeText(column);
    ok_ = ok_ && text && !text->empty();
    return text.value_or("");
  }

  bool ok() const { return ok_; }

 private:
  const Batch& rows_;
  const size_t row_;
  bool ok_ = true;
};

Result<std::optional<Value>> ParseBound(const std::optional<std::string>& text, LogicalType type) {
  if (!text) {
    return std::optional<Value>();
  }
  ASSIGN_OR_RETURN(Value value, BoundFromText(*text, type));
  return std::optional(std::move(value));
}

// "2,0" -> {2, 0}; empty for anything else.
std::vector<uint32_t> ParseKeyColumns(std::string_view text) {
  std::vector<uint32_t> columns;
  while (true) {
    const size_t comma = text.find(',');
    int32_t column = -1;
    if (common::ParseNumber(text.substr(0, comma), &column) != common::ParseOutcome::kOk ||
        column < 0) {
      return {};
    }
    columns.push_back(static_cast<uint32_t>(column));
    if (comma == std::string_view::npos) {
      return columns;
    }
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

Status TableAssembly::AddRows(ObjectId system_relation, const Batch& rows) {
  for (size_t i = 0; i < rows.selected(); ++i) {
    const size_t row = rows.RowAt(i);
    Status status;
    if (system_relation == kSysRelations) {
      status = AddTable(rows, row);
    } else if (system_relation == kSysColumns) {
      status = AddColumn(rows, row);
    } else if (system_relation == kSysPartitions) {
      status = AddPartition(rows, row);
    } else {
      status = AddIndex(rows, row);
    }
    RETURN_IF_ERROR(std::move(status));
  }
  return {};
}

Status TableAssembly::AddTable(const Batch& rows, size_t row) {
  RowReader reader(rows, row);
  Draft draft;
  Relation& relation = draft.relation;
  relation.id = ObjectId{reader.Number(SysRelationsColumn::kId)};
  relation.name = reader.Text(SysRelationsColumn::kName);
  const uint32_t kind = reader.Number(SysRelationsColumn::kKind);
  relation.generation = reader.Number(SysRelationsColumn::kGeneration);
  const uint32_t column_count = reader.Number(SysRelationsColumn::kColumnCount);
  draft.partition_column = reader.MaybeNumber(SysRelationsColumn::kPartitionColumn);
  if (const auto view = reader.MaybeNumber(SysRelationsColumn::kPartitionView)) {
    relation.partition_view = ObjectId{*view};
  }
  draft.range_column = reader.MaybeNumber(SysRelationsColumn::kRangeColumn);
  draft.range = {reader.MaybeText(SysRelationsColumn::kRangeStart),
                 reader.MaybeText(SysRelationsColumn::kRangeEnd)};
  constexpr uint32_t kMostColumns = 1 << 16;  // bounds what a damaged row can ask for
  const bool right = reader.ok() && relation.id >= kFirstUserObject &&
                     kind == static_cast<uint32_t>(RelationKind::kTable) && column_count > 0 &&
                     column_count < kMostColumns &&
                     draft.partition_column.has_value() == relation.partition_view.has_value();
  if (!right) {
    return Damaged("the row of relation " + common::QuotedName(relation.name) + " is damaged");
  }
  draft.columns.resize(column_count);
  const ObjectId id = relation.id;
  if (!drafts_.emplace(id, std::move(draft)).second) {
    return Damaged("two relations have number " + std::to_string(static_cast<uint32_t>(id)));
  }
  return {};
}

TableAssembly::Draft* TableAssembly::Find(uint32_t id) {
  const auto found = drafts_.find(ObjectId{id});
  return found == drafts_.end() ? nullptr : &found->second;
}

Status TableAssembly::AddColumn(const Batch& rows, size_t row) {
  RowReader reader(rows, row);
  const uint32_t relation = reader.Number(SysColumnsColumn::kRelation);
  const uint32_t position = reader.Number(SysColumnsColumn::kPosition);
  Column column;
  column.name = reader.Text(SysColumnsColumn::kName);
  const uint32_t type_number = reader.Number(SysColumnsColumn::kType);
  const uint32_t length = reader.Number(SysColumnsColumn::kLength);
  const std::optional<LogicalType> type = TypeFromStored(type_number, length);
  Draft* const draft = Find(relation);
  if (!reader.ok() || !type || draft == nullptr || position >= draft->columns.size() ||
      !draft->columns[position].name.empty()) {
    return Damaged("column " + common::QuotedName(column.name) + " at " + std::to_string(position) +
                   " of relation " + std::to_string(relation) + " does not fit");
  }
  column.type = *type;
  column.relation = draft->relation.name;
  draft->columns[position] = std::move(column);
  return {};
}

Status TableAssembly::AddPartition(const Batch& rows, size_t row) {
  RowReader reader(rows, row);
  const uint32_t relation = reader.Number(SysPartitionsColumn::kRelation);
  const uint32_t number = reader.Number(SysPartitionsColumn::kNumber);
  const uint32_t node = reader.Number(SysPartitionsColumn::kNode);
  Draft* const draft = Find(relation);
  const bool right = reader.ok() && number == node && draft != nullptr && draft->partition_column;
  Partition bounds = {reader.MaybeText(SysPartitionsColumn::kStart),
                      reader.MaybeText(SysPartitionsColumn::kEnd)};
  if (!right || !draft->partitions.emplace(number, std::move(bounds)).second) {
    return Damaged("partition " + std::to_string(number) + " of relation " +
                   std::to_string(relation) + " does not fit");
  }
  return {};
}

Status TableAssembly::AddIndex(const Batch& rows, size_t row) {
  RowReader reader(rows, row);
  const uint32_t relation = reader.Number(SysIndexesColumn::kRelation);
  IndexInfo index;
  index.id = ObjectId{reader.Number(SysIndexesColumn::kId)};
  index.name = reader.Text(SysIndexesColumn::kName);
  index.unique = reader.Number(SysIndexesColumn::kIsUnique) != 0;
  index.generation = reader.Number(SysIndexesColumn::kGeneration);
  index.columns = ParseKeyColumns(reader.Text(SysIndexesColumn::kKeyColumns));
  Draft* const draft = Find(relation);
  if (!reader.ok() || index.id < kFirstUserObject || index.columns.empty() || draft == nullptr) {
    return Damaged("index " + common::QuotedName(index.name) + " of relation " +
                   std::to_string(relation) + " does not fit");
  }
  draft->relation.indexes.push_back(std::move(index));
  return {};
}

Status TableAssembly::FinishColumns(Draft* draft) {
  for (size_t i = 0; i < draft->columns.size(); ++i) {
    if (draft->columns[i].name.empty()) {
      return Damaged("sys_columns: column " + std::to_string(i) + " is missing");
    }
  }
  draft->relation.schema = Schema(std::move(draft->columns));
  return {};
}

Status TableAssembly::FinishPartitioning(Draft* draft) {
  if (!draft->partition_column) {
    return {};
  }
  const uint32_t column = *draft->partition_column;
  bool right = column < draft->relation.schema.size() && !draft->partitions.empty() &&
               !draft->partitions.begin()->second.start;
  std::vector<Value> bounds;
  std::optional<std::string> last_end;
  uint32_t next = 1;
  for (const auto& [number, partition] : draft->partitions) {
    right = right && number == next++ && partition.start == last_end;
    if (right && partition.start) {
      ASSIGN_OR_RETURN(Value bound,
                       BoundFromText(*partition.start, draft->relation.schema[column].type));
      bounds.push_back(std::move(bound));
    }
    last_end = partition.end;
    right = right && (last_end.has_value() || number == draft->partitions.size());
  }
  if (!right || last_end) {
    return Damaged("sys_partitions: the partitions do not follow one another");
  }
  auto vector = PartitionVector::Make(column, draft->relation.schema[column].type, bounds);
  if (!vector.ok()) {
    return Damaged("sys_partitions: " + vector.status().message());
  }
  draft->relation.partitioning = std::move(vector).value();
  return {};
}

Status TableAssembly::FinishRange(Draft* draft) {
  if (!draft->range_column) {
    return {};
  }
  PartitionRange range;
  range.column = *draft->range_column;
  if (range.column >= draft->relation.schema.size()) {
    return Damaged("sys_relations: the range is of no column");
  }
  const LogicalType type = draft->relation.schema[range.column].type;
  ASSIGN_OR_RETURN(range.lower, ParseBound(draft->range.start, type));
  ASSIGN_OR_RETURN(range.upper, ParseBound(draft->range.end, type));
  draft->relation.range = std::move(range);
  return {};
}

Status TableAssembly::FinishIndexes(Draft* draft) {
  std::vector<IndexInfo>& indexes = draft->relation.indexes;
  std::sort(indexes.begin(), indexes.end(),
            [](const IndexInfo& a, const IndexInfo& b) { return a.id < b.id; });
  for (const IndexInfo& index : indexes) {
    for (const uint32_t column : index.columns) {
      if (column >= draft->relation.schema.size()) {
        return Damaged("sys_indexes: index " + common::QuotedName(index.name) + " is on no column");
      }
    }
  }
  return {};
}

Result<std::vector<RelationPtr>> TableAssembly::Finish() && {
  std::vector<RelationPtr> tables;
  for (auto& entry : drafts_) {
    Draft& draft = entry.second;
    Status status = FinishColumns(&draft);
    if (status.ok()) {
      status = FinishPartitioning(&draft);
    }
    if (status.ok()) {
      status = FinishRange(&draft);
    }
    if (status.ok()) {
      status = FinishIndexes(&draft);
    }
    if (!status.ok()) {
      return std::move(status).Annotate("relation " + common::QuotedName(draft.relation.name));
    }
    tables.push_back(std::make_shared<const Relation>(std::move(draft.relation)));
  }
  return tables;
}

}  // namespace redbase::sm
