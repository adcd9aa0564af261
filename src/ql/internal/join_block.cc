#include "ql/internal/join_block.h"

namespace redbase::ql {

void JoinBlock::Add(JoinSource source) {
  const auto number = static_cast<uint32_t>(sources_.size());
  uint32_t position = 0;
  for (const ColumnId column : source.columns()) {
    origins_.emplace(column, std::pair(number, position++));
  }
  sources_.push_back(std::move(source));
}

}  // namespace redbase::ql
