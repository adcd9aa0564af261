#include "ex/message.h"

#include <array>
#include <string_view>

#include "common/bytes.h"
#include "ql/plan_printer.h"

namespace redbase::ex {

namespace {

void PutBound(ByteWriter* writer, const std::optional<Value>& bound) {
  writer->Put(static_cast<uint8_t>(bound.has_value()));
  if (!bound) {
    return;
  }
  if (bound->is_real()) {
    writer->Put(bound->real_value());
  } else if (bound->is_double()) {
    writer->Put(bound->double_value());
  } else {
    writer->PutString(bound->ToString());
  }
}

// FNV-1a.
uint64_t Hash(std::string_view bytes) {
  uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001B3ULL;
  }
  return hash;
}

std::string ColumnList(const std::vector<uint32_t>& columns) {
  std::string text;
  for (const uint32_t column : columns) {
    text += (text.empty() ? "" : ", ") + std::to_string(column);
  }
  return "(" + text + ")";
}

// "[1.500000, 2.500000)", open ends as blanks.
std::string RangeText(const sm::PartitionRange& range) {
  return "[" + (range.lower ? range.lower->ToString() : "") + ", " +
         (range.upper ? range.upper->ToString() : "") + ")";
}

struct RequestText {
  std::string operator()(const CreateTableRequest& request) const {
    const sm::TableDefinition& table = request.definition;
    std::string text = "CreateTable " + table.name;
    if (table.range) {
      text += " " + table.columns[table.range->column].name + " in " + RangeText(*table.range);
    }
    return text;
  }
  std::string operator()(const DropTableRequest& request) const {
    return "DropTable " + request.relation;
  }
  std::string operator()(const CreateIndexRequest& request) const {
    return std::string("CreateIndex ") + (request.unique ? "unique " : "") + request.relation +
           ColumnList(request.columns);
  }
  std::string operator()(const DropIndexRequest& request) const {
    return "DropIndex " + request.relation + ColumnList(request.columns);
  }
  std::string operator()(const PrepareRequest& /*request*/) const { return "Prepare"; }
  std::string operator()(const CommitRequest& /*request*/) const { return "Commit"; }
  std::string operator()(const RollbackRequest& /*request*/) const { return "Rollback"; }
  std::string operator()(const RollbackToRequest& request) const {
    return "RollbackTo " + std::to_string(static_cast<uint64_t>(request.statement));
  }
  std::string operator()(const SizeRequest& request) const { return "Size " + request.relation; }
  std::string operator()(const DrawPageRequest& request) const {
    return "DrawPage " + request.relation + " " +
           std::to_string(static_cast<uint32_t>(request.page));
  }
  std::string operator()(const DrawTreeRequest& request) const {
    return "DrawTree " + request.relation + ColumnList(request.columns);
  }
  std::string operator()(const FlushRequest& /*request*/) const { return "Flush"; }
  std::string operator()(const SyncLogRequest& /*request*/) const { return "SyncLog"; }
  std::string operator()(const CheckpointRequest& /*request*/) const { return "Checkpoint"; }
  std::string operator()(const CopyRequest& request) const {
    static constexpr std::array<const char*, 4> kSteps{"files", "moment", "log", "end"};
    return std::string("Copy ") + kSteps[static_cast<size_t>(request.step)] + " " +
           request.directory;
  }
  std::string operator()(const CloseRequest& /*request*/) const { return "Close"; }
  std::string operator()(const CheckReadsRequest& /*request*/) const { return "CheckReads"; }
  std::string operator()(const ValidateRequest& request) const {
    return "Validate " + std::to_string(request.fragments.size()) + " relations";
  }
};

// One node of a plan: "Name arguments", for scans "Scan relation (conditions)".
std::string NodeText(const ql::PlanNode& node) {
  std::string text = ql::Describe(node, ql::PlanStyle::kExplain);
  const size_t open = text.find('(');
  if (open == std::string::npos) {
    return text;
  }
  std::string name = text.substr(0, open);
  std::string arguments = text.substr(open + 1, text.size() - open - 2);
  if (node.As<ql::FileScan>() == nullptr && node.As<ql::IndexScan>() == nullptr) {
    return name + " " + arguments;
  }
  if (node.As<ql::FileScan>() != nullptr) {
    name = "Scan";
  }
  const size_t comma = arguments.find(", ");
  if (comma != std::string::npos) {
    arguments = arguments.substr(0, comma) + " (" + arguments.substr(comma + 2) + ")";
  }
  return name + " " + arguments;
}

}  // namespace

uint64_t ShapeFingerprint(const Schema& schema, const std::optional<sm::PartitionRange>& range) {
  std::string bytes;
  ByteWriter writer(&bytes);
  for (const Column& column : schema.columns()) {
    writer.PutString(column.name);
    writer.Put(static_cast<uint8_t>(column.type.id));
    writer.Put(column.type.length);
    writer.Put(column.type.scale);
  }
  if (range) {
    writer.Put(range->column);
    PutBound(&writer, range->lower);
    PutBound(&writer, range->upper);
  }
  return Hash(bytes);
}

std::string ToText(const RequestBody& body) { return std::visit(RequestText(), body); }

std::string ToText(const ql::PlanNode& plan) {
  std::string text = NodeText(plan);
  for (size_t i = 0; i < plan.children.size(); ++i) {
    const ql::PlanNode& child = *plan.children[i];
    const bool join = child.children.size() > 1;
    text += (i == 0 ? " of " : " and ") + std::string(join ? "(" : "") + ToText(child) +
            (join ? ")" : "");
  }
  return text;
}

}  // namespace redbase::ex
