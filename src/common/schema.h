// Schema: names and types of the columns of a relation or a result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/types.h"

namespace redbase {

// Longest name of a relation, column or index, in bytes.
inline constexpr size_t kMaxNameLength = 63;

struct Column {
  std::string name;
  LogicalType type;
  // The relation it comes from; empty for a computed column.
  std::string relation;

  bool operator==(const Column&) const = default;
};

class Schema {
 public:
  Schema() = default;
  explicit Schema(std::vector<Column> columns) : columns_(std::move(columns)) {}

  size_t size() const { return columns_.size(); }
  const Column& operator[](size_t i) const { return columns_[i]; }
  const std::vector<Column>& columns() const { return columns_; }
  void Add(Column column) { columns_.push_back(std::move(column)); }

  // Concatenation, for joins.
  static Schema Join(const Schema& left, const Schema& right);
  // The columns at `indexes`, in that order.
  Schema Project(const std::vector<uint32_t>& indexes) const;

  bool operator==(const Schema&) const = default;

 private:
  std::vector<Column> columns_;
};

}  // namespace redbase
