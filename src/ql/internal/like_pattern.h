// LikePattern: the pattern of `like`, ready to be matched with many texts.
//
// `%` stands for any characters, `_` for one character of UTF-8, anything else for its
// bytes; behind the escape character, `%`, `_` and itself do, too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace redbase::ql {

class LikePattern {
 public:
  // `escape` is one character, or empty: none.  `fold_case`: letters of ASCII match in
  // either case.  kInvalidArgument when the pattern ends with the escape character.
  static Result<LikePattern> Compile(std::string_view pattern, std::string_view escape,
                                     bool fold_case);

  bool Matches(std::string_view text) const;
  // What every text that matches begins with.
  const std::string& prefix() const { return prefix_; }
  // Whether it is all that matters of a text that it begins with the prefix, and whether it
  // is the prefix.  Neither when letters match in either case.
  bool is_prefix() const { return kind_ == Kind::kPrefix && !fold_case_; }
  bool is_text() const { return kind_ == Kind::kText && !fold_case_; }

 private:
  // `abc`, `abc%`, `%abc`, `%abc%` and all others.
  enum class Kind : uint8_t { kText, kPrefix, kSuffix, kPart, kGeneral };
  enum class Step : uint8_t { kByte, kOne, kMany };

  void Add(Step step, char byte);
  void Classify();
  bool MatchesSteps(std::string_view text) const;

  Kind kind_ = Kind::kGeneral;
  bool fold_case_ = false;
  std::vector<Step> steps_;
  std::string bytes_;   // of each step; unless kByte, of no meaning
  std::string prefix_;  // empty when letters match in either case
  std::string part_;    // the bytes of a pattern that is not kGeneral
};

}  // namespace redbase::ql
