#include "testers/generate/business.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace redbase::generate {
namespace {

constexpr std::array<std::string_view, 32> kNouns = {
    "invoices", "parcels",   "crates",   "shipments", "ledgers",  "harbours", "warehouses",
    "couriers", "contracts", "receipts", "pallets",   "tickets",  "wagons",   "barrels",
    "orders",   "drivers",   "engines",  "counters",  "tariffs",  "sailors",  "clerks",
    "bundles",  "forecasts", "letters",  "samples",   "deposits", "bridges",  "markets",
    "lorries",  "samplers",  "traders",  "journals"};
constexpr std::array<std::string_view, 24> kVerbs = {
    "wait",   "arrive", "travel", "gather",  "vanish", "return", "settle", "hurry",
    "linger", "leave",  "depart", "balance", "grow",   "shrink", "wander", "rest",
    "pass",   "move",   "turn",   "close",   "open",   "sort",   "count",  "weigh"};
constexpr std::array<std::string_view, 24> kAdjectives = {
    "heavy", "light",  "late",   "early",  "narrow", "bright",  "dusty",  "spare",
    "royal", "modest", "sealed", "broken", "cheap",  "precise", "recent", "former",
    "plain", "sturdy", "tidy",   "remote", "local",  "foreign", "idle",   "busy"};
constexpr std::array<std::string_view, 16> kAdverbs = {
    "slowly", "rarely", "often",  "gladly",  "hardly",   "soon",  "again",   "always",
    "never",  "partly", "neatly", "quickly", "silently", "early", "roughly", "together"};
constexpr std::array<std::string_view, 14> kPrepositions = {
    "behind", "beside", "under",  "above",   "before", "after", "among",
    "near",   "beyond", "inside", "outside", "during", "past",  "along"};

constexpr size_t kTextBytes = size_t{4} << 20;

std::string MakeText() {
  std::string text;
  text.reserve(kTextBytes + 200);
  Random random(20);
  const auto add = [&](std::string_view word) { text.append(word).push_back(' '); };
  while (text.size() < kTextBytes) {
    if (random.OneIn(2)) {
      add("the");
    }
    if (random.OneIn(2)) {
      add(OneOf(kAdjectives, &random));
    }
    add(OneOf(kNouns, &random));
    add(OneOf(kVerbs, &random));
    if (random.OneIn(2)) {
      add(OneOf(kAdverbs, &random));
    }
    if (!random.OneIn(3)) {
      add(OneOf(kPrepositions, &random));
      add("the");
      if (random.OneIn(3)) {
        add(OneOf(kAdjectives, &random));
      }
      add(OneOf(kNouns, &random));
    }
    text.back() = random.OneIn(5) ? ';' : '.';
    text.push_back(' ');
  }
  return text;
}

std::vector<std::string> MakeDates() {
  std::vector<std::string> dates;
  for (int64_t day = 0; day < kDays; ++day) {
    const auto [year, month, of_month] = DateOf(day);
    std::string text = std::to_string(year) + "-";
    text += static_cast<char>('0' + month / 10);
    text += static_cast<char>('0' + month % 10);
    text += '-';
    text += static_cast<char>('0' + of_month / 10);
    text += static_cast<char>('0' + of_month % 10);
    dates.push_back(std::move(text));
  }
  return dates;
}

std::string Joined(std::string_view first, std::string_view second) {
  return std::string(first).append(" ").append(second);
}

}  // namespace

const std::array<Nation, 25> kNations = {{
    {"ALGERIA", 0},       {"ARGENTINA", 1}, {"BRAZIL", 1}, {"CANADA", 1},
    {"EGYPT", 4},         {"ETHIOPIA", 0},  {"FRANCE", 3}, {"GERMANY", 3},
    {"INDIA", 2},         {"INDONESIA", 2}, {"IRAN", 4},   {"IRAQ", 4},
    {"JAPAN", 2},         {"JORDAN", 4},    {"KENYA", 0},  {"MOROCCO", 0},
    {"MOZAMBIQUE", 0},    {"PERU", 1},      {"CHINA", 2},  {"ROMANIA", 3},
    {"SAUDI ARABIA", 4},  {"VIETNAM", 2},   {"RUSSIA", 3}, {"UNITED KINGDOM", 3},
    {"UNITED STATES", 1},
}};

const std::array<std::string_view, 92> kColors = {
    "amber",  "apricot", "aqua",    "ash",      "auburn",   "azure",   "beige",    "black",
    "blue",   "bone",    "brass",   "brick",    "bronze",   "brown",   "buff",     "burgundy",
    "camel",  "caramel", "carmine", "cedar",    "charcoal", "cherry",  "chestnut", "cinnamon",
    "clay",   "cobalt",  "copper",  "coral",    "cream",    "crimson", "cyan",     "denim",
    "ebony",  "ecru",    "emerald", "fawn",     "flax",     "forest",  "fuchsia",  "garnet",
    "ginger", "gold",    "granite", "graphite", "green",    "grey",    "hazel",    "honey",
    "indigo", "ink",     "ivory",   "jade",     "jet",      "khaki",   "lavender", "lemon",
    "lilac",  "lime",    "linen",   "magenta",  "mahogany", "maroon",  "mauve",    "mint",
    "moss",   "mustard", "navy",    "ochre",    "olive",    "orange",  "orchid",   "peach",
    "pearl",  "pine",    "pink",    "plum",     "purple",   "red",     "rose",     "ruby",
    "rust",   "saffron", "salmon",  "sand",     "scarlet",  "sepia",   "silver",   "slate",
    "tan",    "teal",    "violet",  "white"};

Date DateOf(int64_t day) {
  const std::chrono::year_month_day date(std::chrono::sys_days(std::chrono::days(kFirstDay + day)));
  return {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day()))};
}

std::string_view IsoDate(int64_t day) {
  static const std::vector<std::string> kDates = MakeDates();
  return kDates[static_cast<size_t>(day)];
}

int64_t RetailPrice(int64_t part) { return 90'000 + part / 10 % 20'001 + 100 * (part % 1'000); }

std::string Phone(uint64_t nation, Random* random) {
  const auto part = [random](int64_t low, int64_t high) {
    return "-" + std::to_string(Between(low, high, random));
  };
  std::string phone = std::to_string(nation + 10);
  phone += part(100, 999);
  phone += part(100, 999);
  phone += part(1000, 9999);
  return phone;
}

std::string Address(int64_t longest, Random* random) {
  static constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ";
  std::string address;
  for (int64_t rest = Between(10, longest, random); rest > 0; --rest) {
    address.push_back(OneOf(kLetters, random));
  }
  // No blank at an end: some readers would drop it.
  for (char* end : {&address.front(), &address.back()}) {
    *end = *end == ' ' ? 'x' : *end;
  }
  return address;
}

std::string PartType(Random* random) {
  static constexpr std::array<std::string_view, 6> kSizes = {"STANDARD", "SMALL",   "MEDIUM",
                                                             "LARGE",    "ECONOMY", "PROMO"};
  static constexpr std::array<std::string_view, 5> kFinishes = {"ANODIZED", "BURNISHED", "PLATED",
                                                                "POLISHED", "BRUSHED"};
  static constexpr std::array<std::string_view, 5> kMetals = {"TIN", "NICKEL", "BRASS", "STEEL",
                                                              "COPPER"};
  const std::string_view size = OneOf(kSizes, random);
  const std::string_view finish = OneOf(kFinishes, random);
  return Joined(Joined(size, finish), OneOf(kMetals, random));
}

std::string Container(Random* random) {
  static constexpr std::array<std::string_view, 5> kSizes = {"SM", "LG", "MED", "JUMBO", "WRAP"};
  static constexpr std::array<std::string_view, 8> kKinds = {"CASE", "BOX",  "BAG", "JAR",
                                                             "PKG",  "PACK", "CAN", "DRUM"};
  const std::string_view size = OneOf(kSizes, random);
  return Joined(size, OneOf(kKinds, random));
}

std::string ColorWords(size_t count, Random* random) {
  std::array<std::string_view, 8> words;
  std::string text;
  for (size_t i = 0; i < count;) {
    const std::string_view word = OneOf(kColors, random);
    const auto* chosen = words.begin() + i;
    if (std::find(words.cbegin(), chosen, word) == chosen) {
      words[i++] = word;
      text.append(text.empty() ? "" : " ").append(word);
    }
  }
  return text;
}

std::string_view Comment(size_t shortest, size_t longest, Random* random) {
  static const std::string kText = MakeText();
  const std::string_view text = kText;
  const auto length = static_cast<size_t>(
      Between(static_cast<int64_t>(shortest), static_cast<int64_t>(longest), random));
  size_t begin = random->Below(kTextBytes - 2 * longest);
  // Blanks are single, so one of the next places will do.
  while (text[begin] == ' ' || text[begin + length - 1] == ' ') {
    ++begin;
  }
  return text.substr(begin, length);
}

}  // namespace redbase::generate
