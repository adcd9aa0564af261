#include "common/check_report.h"

#include <algorithm>
#include <utility>

namespace redbase::common {

void CheckReport::Note(Status outcome) {
  const auto is_it = [&outcome](const Status& known) {
    return known.message() == outcome.message();
  };
  if (!outcome.ok() && std::none_of(problems.begin(), problems.end(), is_it)) {
    problems.push_back(std::move(outcome));
  }
}

void CheckReport::Annotate(size_t first, std::string_view context) {
  for (size_t i = first; i < problems.size(); ++i) {
    problems[i] = std::move(problems[i]).Annotate(context);
  }
}

void CheckReport::Add(CheckReport other) {
  for (Status& problem : other.problems) {
    Note(std::move(problem));
  }
  relations += other.relations;
  indexes += other.indexes;
  pages += other.pages;
}

}  // namespace redbase::common
