// What `print partitions`, `print page`, `print tree`, `print buffer` and `print
// io` show, and which nodes a plan's rows come from.
#include <algorithm>
#include <iomanip>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "db/internal/session_impl.h"
#include "ql/ddl_binder.h"

namespace redbase::db {
namespace {

// Drawings of several nodes under one another, each below its heading.
std::string Stack(const std::vector<std::pair<uint32_t, std::string>>& drawings) {
  std::string text;
  for (const auto& [node, drawing] : drawings) {
    if (node != 0) {
      text += "\n* In data node number " + std::to_string(node) + " *\n";
    }
    text += drawing;
  }
  return text;
}

// "(-open, 10)", "[10, 20)", "[20, open)".
std::string RangeText(const sm::PartitionRange& range) {
  std::string text = range.lower ? "[" + range.lower->ToString() : "(open";
  return text + ", " + (range.upper ? range.upper->ToString() : "open") + ")";
}

// The partitions that the literal rows of an insert go to, ascending.
std::vector<uint32_t> PartitionsOf(const ql::Route& route, const ql::Values& values) {
  std::vector<uint32_t> partitions;
  for (const std::vector<Value>& row : values.rows) {
    partitions.push_back(route.vector.PartitionOf(row[route.vector.column()]));
  }
  std::sort(partitions.begin(), partitions.end());
  partitions.erase(std::unique(partitions.begin(), partitions.end()), partitions.end());
  return partitions;
}

Result<std::string> DrawPartitions(ex::CommLayer& nodes, const sm::Relation& relation) {
  ASSIGN_OR_RETURN(const std::vector<ex::PartitionSize> sizes, nodes.PartitionSizes(relation));
  std::ostringstream out;
  if (relation.partitioning) {
    out << relation.name << " is distributed by "
        << relation.schema[relation.partitioning->column()].name << "\n";
  } else {
    out << relation.name << " is not distributed\n";
  }
  out << std::left << std::setw(8) << "node" << std::right << std::setw(14) << "rows"
      << std::setw(16) << "bytes"
      << "  range\n";
  for (const ex::PartitionSize& size : sizes) {
    out << std::left << std::setw(8)
        << (size.partition == 0 ? "master" : std::to_string(size.partition)) << std::right
        << std::setw(14) << size.rows << std::setw(16) << size.bytes << "  ";
    out << (size.partition == 0 ? "all" : RangeText(relation.partitioning->RangeOf(size.partition)))
        << "\n";
  }
  return out.str();
}

Result<std::string> DrawPage(ex::CommLayer& nodes, const sm::Relation& relation,
                             const parser::Print& print) {
  if (print.page < 0 || print.page >= int64_t{static_cast<uint32_t>(kNoPage)}) {
    return Status(Code::kInvalidArgument,
                  "PF warning: invalid page number: " + std::to_string(print.page));
  }
  ASSIGN_OR_RETURN(const auto drawings,
                   nodes.DrawPage(relation, PageNum{static_cast<uint32_t>(print.page)}));
  return Stack(drawings);
}

Result<std::string> DrawTree(ex::CommLayer& nodes, const sm::CatalogSnapshot& catalog,
                             const parser::Print& print) {
  ASSIGN_OR_RETURN(const ql::BoundIndex bound,
                   ql::BindIndex(catalog, print.relation, print.columns));
  ASSIGN_OR_RETURN(const sm::IndexInfo index, ql::FindIndex(bound));
  ASSIGN_OR_RETURN(const auto drawings, nodes.DrawTree(*bound.relation, index));
  return Stack(drawings);
}

}  // namespace

std::vector<uint32_t> NodesOf(const ql::PlanNode& plan) {
  if (const auto* gather = plan.As<ql::Gather>()) {
    return gather->partitions;
  }
  const auto* route = plan.As<ql::Route>();
  if (route == nullptr) {
    return {};
  }
  if (const auto* values = plan.children[0]->As<ql::Values>()) {
    return PartitionsOf(*route, *values);
  }
  return NodesOf(*plan.children[0]);
}

Result<std::string> Draw(ex::CommLayer& nodes, const sm::CatalogSnapshot& catalog,
                         const sm::Relation& relation, const parser::Print& print) {
  switch (print.target) {
    case parser::Print::Target::kPage:
      return DrawPage(nodes, relation, print);
    case parser::Print::Target::kTree:
      return DrawTree(nodes, catalog, print);
    default:
      return DrawPartitions(nodes, relation);
  }
}

std::string DescribeBuffer(const pf::BufferPool& pool, size_t page_size) {
  std::ostringstream out;
  out << "Buffer contains " << pool.budget_bytes() / page_size << " pages of size " << page_size
      << ".\n";
  out << "Contents in order of slot number:\n";
  size_t slot = 0;
  for (const pf::FrameInfo& frame : pool.Frames()) {
    out << slot++ << " :: file = " << frame.file << ", page = " << static_cast<uint32_t>(frame.page)
        << ", size = " << frame.page_size << ", dirty = " << (frame.dirty ? 1 : 0)
        << ", pins = " << frame.pins << "\n";
  }
  return out.str();
}

std::string DescribeIo(const pf::IoStatistics& statistics) {
  std::ostringstream out;
  out << "Statistics\n----------\n";
  out << "GETPAGE::" << statistics.get_page << "\n";
  out << "PAGEFOUND::" << statistics.page_found << "\n";
  out << "PAGENOTFOUND::" << statistics.page_not_found << "\n";
  out << "READPAGE::" << statistics.read_page << "\n";
  out << "WRITEPAGE::" << statistics.write_page << "\n";
  out << "FLUSHPAGES::" << statistics.flush_pages << "\n";
  return out.str();
}

}  // namespace redbase::db
