// What the two decision-support schemas, TPC-H and SSB, have in common: nations, dates,
// names of things, and texts from word lists of our own.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/random.h"

namespace redbase::generate {

struct Nation {
  std::string_view name;
  size_t region;  // in kRegions
};
inline constexpr std::array<std::string_view, 5> kRegions = {"AFRICA", "AMERICA", "ASIA", "EUROPE",
                                                             "MIDDLE EAST"};
extern const std::array<Nation, 25> kNations;

inline constexpr std::array<std::string_view, 5> kSegments = {"AUTOMOBILE", "BUILDING", "FURNITURE",
                                                              "MACHINERY", "HOUSEHOLD"};
inline constexpr std::array<std::string_view, 5> kPriorities = {"1-URGENT", "2-HIGH", "3-MEDIUM",
                                                                "4-NOT SPECIFIED", "5-LOW"};
inline constexpr std::array<std::string_view, 7> kShipModes = {"REG AIR", "AIR",  "RAIL", "SHIP",
                                                               "TRUCK",   "MAIL", "FOB"};
extern const std::array<std::string_view, 92> kColors;

// One of a list, each as likely as the others.
template <typename List>
const auto& OneOf(const List& list, Random* random) {
  return list[random->Below(list.size())];
}

// Uniform, both ends included.
inline int64_t Between(int64_t low, int64_t high, Random* random) {
  return low + static_cast<int64_t>(random->Below(static_cast<uint64_t>(high - low) + 1));
}

// Days are counted from 1992-01-01; orders are placed on the first kOrderDays days.
inline constexpr int64_t kDays = 2557;  // to 1998-12-31
inline constexpr int64_t kOrderDays = kDays - 151;
inline constexpr int64_t kFirstDay = 8035;  // 1992-01-01, from 1970-01-01
struct Date {
  int year;
  int month;
  int day;
};
Date DateOf(int64_t day);
// "1995-06-17".
std::string_view IsoDate(int64_t day);

// What a part costs, in hundredths.
int64_t RetailPrice(int64_t part);

// `12-345-678-9012`: the country's code before a number.
std::string Phone(uint64_t nation, Random* random);
// 10 to `longest` letters, digits and blanks.
std::string Address(int64_t longest, Random* random);
// "SMALL PLATED BRASS", "JUMBO PKG".
std::string PartType(Random* random);
std::string Container(Random* random);
// Colour words, all different.
std::string ColorWords(size_t count, Random* random);

// Cut from a long text that is made once, of sentences from our own words.  It has
// none of the words that queries look for.
std::string_view Comment(size_t shortest, size_t longest, Random* random);

}  // namespace redbase::generate
