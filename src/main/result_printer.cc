#include "main/result_printer.h"

#include <utility>
#include <vector>

#include "ql/plan_printer.h"

namespace redbase::main {
namespace {

std::string NodeHeading(uint32_t node) {
  return "\n* In data node number " + std::to_string(node) + " *\n";
}

// The names of the relations that a Gather brings, "T" or "T, U".
std::string RelationNames(const ql::Gather& gather) {
  std::string names;
  for (const std::string& relation : gather.relations) {
    names += (names.empty() ? "" : ", ") + relation;
  }
  return names;
}

// What each node does for a change: the part of the plan below its exchanges.
const ql::PlanNode& ChangeOf(const ql::PlanNode& plan) {
  const ql::PlanNode* node = &plan;
  while (node->As<ql::Route>() != nullptr || node->As<ql::Gather>() != nullptr) {
    node = node->children[0].get();
  }
  return *node;
}

}  // namespace

Status ResultPrinter::Print() {
  switch (result_.kind()) {
    case db::ResultKind::kNone:
      return Drain();
    case db::ResultKind::kText:
      text_ = result_.text();
      return Emit(true);
    case db::ResultKind::kRows:
      return PrintRows();
    case db::ResultKind::kInserted:
    case db::ResultKind::kDeleted:
    case db::ResultKind::kUpdated:
      return PrintChange();
    case db::ResultKind::kExit:
      return {};
  }
  return {};
}

Status ResultPrinter::Drain() {
  Batch batch;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, result_.Next(&batch));
    if (!more) {
      return {};
    }
  }
}

Status ResultPrinter::PrintRows() {
  if (layout_.plans && result_.plan() != nullptr) {
    PrintShuffles(*result_.plan());
  }
  table_.AppendHeader(&text_);
  Batch batch;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, result_.Next(&batch));
    if (!more) {
      break;
    }
    if (layout_.dots) {
      AdvanceTo(batch.partition());
    }
    table_.AppendRows(batch, &text_);
    rows_ += batch.selected();
    RETURN_IF_ERROR(Emit(false));
  }
  if (layout_.dots) {
    AdvanceToLast();
  }
  ClassicPrinter::AppendFooter(rows_, &text_);
  PrintPlanOfSelect();
  return Emit(true);
}

Status ResultPrinter::PrintChange() {
  const std::vector<uint32_t>& nodes = result_.nodes();
  BeginSection(nodes.empty() ? 0 : nodes[0]);
  Batch batch;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, result_.Next(&batch));
    if (!more) {
      break;
    }
    AdvanceTo(batch.partition());
    table_.AppendRows(batch, &text_);
    rows_ += batch.selected();
    RETURN_IF_ERROR(Emit(false));
  }
  AdvanceToLast();
  EndSection();
  if (result_.reshuffled()) {
    text_ += "\n* Reshuffling data *\n";
  }
  PrintPlanOfChange();
  return Emit(true);
}

void ResultPrinter::PrintShuffles(const ql::PlanNode& plan) {
  if (const auto* gather = plan.As<ql::Gather>()) {
    text_ += "\n* Getting data for " + RelationNames(*gather) + " *\n";
    for (const uint32_t partition : gather->partitions) {
      text_ += ql::PrintShuffle(plan, partition);
    }
    return;
  }
  for (const ql::PlanPtr& child : plan.children) {
    PrintShuffles(*child);
  }
}

void ResultPrinter::PrintPlanOfSelect() {
  if (layout_.plans && result_.plan() != nullptr) {
    text_ += "\nPhysical Query Plan:\n";
    text_ += ql::PrintPlan(*result_.plan(), ql::PlanStyle::kClassic);
  }
}

void ResultPrinter::PrintPlanOfChange() {
  if (layout_.plans && result_.kind() != db::ResultKind::kInserted && result_.plan() != nullptr) {
    text_ += "\nPhysical Query Plan :\n";
    text_ += ql::PrintPlan(ChangeOf(*result_.plan()), ql::PlanStyle::kClassic);
  }
}

void ResultPrinter::BeginSection(uint32_t node) {
  if (node != 0) {
    text_ += NodeHeading(node);
  }
  switch (result_.kind()) {
    case db::ResultKind::kInserted:
      text_ += layout_.one_row ? "Inserted tuple:\n" : "Inserted tuples:\n";
      break;
    case db::ResultKind::kDeleted:
      text_ += "Deleted tuples:\n";
      break;
    default:
      text_ += "Updated tuples:\n";
  }
  table_.AppendHeader(&text_);
  rows_ = 0;
}

void ResultPrinter::EndSection() { ClassicPrinter::AppendFooter(rows_, &text_); }

void ResultPrinter::AdvanceTo(uint32_t node) {
  const std::vector<uint32_t>& nodes = result_.nodes();
  while (section_ + 1 < nodes.size() && nodes[section_] < node) {
    ++section_;
    if (layout_.dots) {
      text_ += ".......\n";
    } else {
      EndSection();
      BeginSection(nodes[section_]);
    }
  }
}

void ResultPrinter::AdvanceToLast() {
  if (!result_.nodes().empty()) {
    AdvanceTo(result_.nodes().back());
  }
}

Status ResultPrinter::Emit(bool all) {
  if (!all && text_.size() < kHeld) {
    return {};
  }
  out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
  text_.clear();
  return out_ ? Status() : Status(Code::kIoError, "cannot write the output");
}

}  // namespace redbase::main
