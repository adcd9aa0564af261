#include "ql/internal/like_pattern.h"

#include <algorithm>

#include "common/name_match.h"
#include "common/text.h"

namespace redbase::ql {

namespace {

// Where the character at `at` ends.
size_t EndOfCharacter(std::string_view text, size_t at) {
  ++at;
  while (at < text.size() && common::ContinuesUtf8(text[at])) {
    ++at;
  }
  return at;
}

}  // namespace

void LikePattern::Add(Step step, char byte) {
  steps_.push_back(step);
  bytes_.push_back(byte);
}

Result<LikePattern> LikePattern::Compile(std::string_view pattern, std::string_view escape,
                                         bool fold_case) {
  LikePattern compiled;
  compiled.fold_case_ = fold_case;
  std::string folded;
  std::string folded_escape;
  if (fold_case) {
    folded = common::FoldCase(pattern);
    folded_escape = common::FoldCase(escape);
    pattern = folded;
    escape = folded_escape;
  }
  std::string_view rest = pattern;
  while (!rest.empty()) {
    if (!escape.empty() && rest.starts_with(escape)) {
      rest.remove_prefix(escape.size());
      if (rest.empty()) {
        return Status(Code::kInvalidArgument, "LIKE pattern must not end with escape character");
      }
      compiled.Add(Step::kByte, rest.front());
    } else if (rest.front() == '%') {
      if (compiled.steps_.empty() || compiled.steps_.back() != Step::kMany) {
        compiled.Add(Step::kMany, 0);
      }
    } else {
      compiled.Add(rest.front() == '_' ? Step::kOne : Step::kByte, rest.front());
    }
    rest.remove_prefix(1);
  }
  compiled.Classify();
  return compiled;
}

void LikePattern::Classify() {
  const auto is_byte = [](Step step) { return step == Step::kByte; };
  const auto first = std::find_if(steps_.begin(), steps_.end(), is_byte);
  const auto last = std::find_if_not(first, steps_.end(), is_byte);
  const auto before = first - steps_.begin();
  const auto behind = steps_.end() - last;
  if (!fold_case_) {
    const auto end = std::find_if_not(steps_.begin(), steps_.end(), is_byte);
    prefix_ = bytes_.substr(0, static_cast<size_t>(end - steps_.begin()));
  }
  const bool simple = (before == 0 || (before == 1 && steps_.front() == Step::kMany)) &&
                      (behind == 0 || (behind == 1 && *last == Step::kMany));
  if (!simple) {
    return;
  }
  kind_ = before == 0 ? (behind == 0 ? Kind::kText : Kind::kPrefix)
                      : (behind == 0 ? Kind::kSuffix : Kind::kPart);
  part_ = bytes_.substr(static_cast<size_t>(before), static_cast<size_t>(last - first));
}

bool LikePattern::Matches(std::string_view text) const {
  std::string folded;
  if (fold_case_) {
    folded = common::FoldCase(text);
    text = folded;
  }
  switch (kind_) {
    case Kind::kText:
      return text == part_;
    case Kind::kPrefix:
      return text.starts_with(part_);
    case Kind::kSuffix:
      return text.ends_with(part_);
    case Kind::kPart:
      return text.find(part_) != std::string_view::npos;
    case Kind::kGeneral:
      break;
  }
  return MatchesSteps(text);
}

// What follows the last `%` is tried further and further behind; those before it need no
// other try, since what followed them was found as early as can be.
bool LikePattern::MatchesSteps(std::string_view text) const {
  constexpr size_t kNone = SIZE_MAX;
  size_t at = 0;
  size_t step = 0;
  size_t many = kNone;  // the last `%`
  size_t many_end = 0;  // where what it stands for ends
  while (at < text.size()) {
    if (step < steps_.size() && steps_[step] == Step::kMany) {
      many = step++;
      many_end = at;
    } else if (step < steps_.size() && steps_[step] == Step::kOne) {
      at = EndOfCharacter(text, at);
      ++step;
    } else if (step < steps_.size() && bytes_[step] == text[at]) {
      ++at;
      ++step;
    } else if (many != kNone) {
      many_end = EndOfCharacter(text, many_end);
      at = many_end;
      step = many + 1;
    } else {
      return false;
    }
  }
  return step == steps_.size() || (step + 1 == steps_.size() && steps_[step] == Step::kMany);
}

}  // namespace redbase::ql
