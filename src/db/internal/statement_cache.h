// StatementCache: the statements of the texts that a session has run last, with their
// plans, so that a text that comes again is neither parsed nor planned.
//
// Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "db/internal/prepared_statement_impl.h"

namespace redbase::db {

class StatementCache {
 public:
  // Long texts do not come again.  Parameters are for prepared statements.
  static bool Takes(std::string_view text) {
    return text.size() <= kMaxBytes && text.find('$') == std::string_view::npos;
  }
  // Null when it is not there.
  PreparedStatement::Impl* Find(std::string_view text) {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [text](const Entry& entry) { return entry.text == text; });
    if (found == entries_.end()) {
      return nullptr;
    }
    std::rotate(entries_.begin(), found, found + 1);  // the last one used is the first
    return entries_.front().statement.get();
  }
  // The one used longest ago goes for it.
  PreparedStatement::Impl& Keep(std::string_view text,
                                std::unique_ptr<PreparedStatement::Impl> statement) {
    if (entries_.size() == kMaxEntries) {
      entries_.pop_back();
    }
    entries_.insert(entries_.begin(), {std::string(text), std::move(statement)});
    return *entries_.front().statement;
  }

 private:
  static constexpr size_t kMaxEntries = 16;
  static constexpr size_t kMaxBytes = 512;

  struct Entry {
    std::string text;
    std::unique_ptr<PreparedStatement::Impl> statement;
  };

  std::vector<Entry> entries_;
};

}  // namespace redbase::db
