#include "common/schema.h"

namespace redbase {

Schema Schema::Join(const Schema& left, const Schema& right) {
  std::vector<Column> columns = left.columns_;
  columns.insert(columns.end(), right.columns_.begin(), right.columns_.end());
  return Schema(std::move(columns));
}

Schema Schema::Project(const std::vector<uint32_t>& indexes) const {
  std::vector<Column> columns;
  columns.reserve(indexes.size());
  for (const uint32_t index : indexes) {
    columns.push_back(columns_[index]);
  }
  return Schema(std::move(columns));
}

}  // namespace redbase
