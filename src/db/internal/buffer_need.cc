#include "db/internal/buffer_need.h"

#include <algorithm>
#include <string>

namespace redbase::db {

size_t LargestPage(const sm::DatabaseOptions& options) {
  return std::max(options.record_page_size, options.tree_page_size);
}

Status CheckBuffer(size_t bytes, const sm::DatabaseOptions& options) {
  const size_t page = LargestPage(options);
  if (bytes >= kLeastBufferPages * page) {
    return {};
  }
  return {Code::kInvalidArgument,
          "PF warning: attempting to resize the buffer too small: " + std::to_string(bytes) +
              " bytes, at least " + std::to_string(kLeastBufferPages) + " pages of " +
              std::to_string(page) + " bytes are needed"};
}

unsigned HelpersWithRoom(size_t bytes, const sm::DatabaseOptions& options, unsigned wanted) {
  const size_t threads = bytes / (kPagesOfAThread * LargestPage(options));
  return static_cast<unsigned>(std::min<size_t>(wanted, threads - 1));
}

}  // namespace redbase::db
