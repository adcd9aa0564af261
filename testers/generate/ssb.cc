#include "testers/generate/ssb.h"

#include <array>
#include <cmath>
#include <string>

#include "testers/generate/business.h"

namespace redbase::generate {
namespace {

// The calendar leaves out the last day of its seven years.
constexpr uint64_t kCalendarDays = 2556;
constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

enum Table : uint64_t { kCustomer = 16, kSupplier, kPart, kOrder };

// 19950617.
int64_t DateKey(int64_t day) {
  const auto [year, month, of_month] = DateOf(day);
  return int64_t{year} * 10'000 + int64_t{month} * 100 + of_month;
}

std::string_view SeasonOf(int month) {
  if (month >= 11) {
    return "Christmas";
  }
  return month <= 2 ? "Winter" : month <= 4 ? "Spring" : month <= 8 ? "Summer" : "Fall";
}

bool IsHoliday(const Date& date) {
  static constexpr std::array<std::pair<int, int>, 10> kHolidays = {
      {{1, 1}, {2, 20}, {4, 20}, {5, 1}, {5, 29}, {7, 4}, {9, 4}, {10, 9}, {11, 23}, {12, 25}}};
  for (const auto& [month, day] : kHolidays) {
    if (date.month == month && date.day == day) {
      return true;
    }
  }
  return false;
}

// The first nine letters of the nation, filled up with blanks, and a digit.
std::string CityOf(std::string_view nation, Random* random) {
  std::string city(nation.substr(0, 9));
  city.resize(9, ' ');
  return city += static_cast<char>('0' + random->Below(10));
}

// `part` is 200,000 at scale 1 and grows with the logarithm; below scale 1 with the scale.
int64_t PartCount(double scale) {
  constexpr uint64_t kParts = 200'000;
  return static_cast<int64_t>(Scaled(scale < 1 ? scale : std::floor(1 + std::log2(scale)), kParts));
}

class Ssb {
 public:
  Ssb(double scale, uint64_t seed)
      : seed_(seed),
        customers_(static_cast<int64_t>(Scaled(scale, 30'000))),
        suppliers_(static_cast<int64_t>(Scaled(scale, 2'000))),
        parts_(PartCount(scale)),
        orders_(static_cast<int64_t>(Scaled(scale, 1'500'000))) {}

  std::vector<TableSource> Tables() const {
    const auto rows = [](int64_t count) { return static_cast<uint64_t>(count); };
    return {Source("date", kCalendarDays, &Ssb::AppendDay),
            Source("customer", rows(customers_), &Ssb::AppendCustomer),
            Source("supplier", rows(suppliers_), &Ssb::AppendSupplier),
            Source("part", rows(parts_), &Ssb::AppendPart),
            Source("lineorder", rows(orders_), &Ssb::AppendOrder)};
  }

 private:
  using Append = void (Ssb::*)(uint64_t, RowWriter*) const;

  TableSource Source(std::string name, uint64_t units, Append append) const {
    return {std::move(name), units,
            [append, ssb = *this](uint64_t unit, RowWriter* out) { (ssb.*append)(unit, out); }};
  }

  void AppendDay(uint64_t row, RowWriter* out) const {
    const auto day = static_cast<int64_t>(row);
    const Date date = DateOf(day);
    const std::string_view month = kMonths[static_cast<size_t>(date.month) - 1];
    const std::string year = std::to_string(date.year);
    const int64_t of_year = day - FirstOfYear(date.year) + 1;
    const auto weekday = static_cast<size_t>((kFirstDay + day + 4) % 7);  // 0: Sunday
    out->Int(DateKey(day));
    out->Text(std::string(month) + " " + std::to_string(date.day) + " " + year);
    out->Text(kWeekdays[weekday]).Text(month).Int(date.year);
    out->Int(int64_t{date.year} * 100 + date.month).Text(std::string(month.substr(0, 3)) + year);
    out->Int(static_cast<int64_t>(weekday) + 1).Int(date.day).Int(of_year).Int(date.month);
    out->Int((of_year - 1) / 7 + 1).Text(SeasonOf(date.month));
    out->Int(weekday == 6 ? 1 : 0).Int(DateOf(day + 1).month != date.month ? 1 : 0);
    out->Int(IsHoliday(date) ? 1 : 0).Int(weekday > 0 && weekday < 6 ? 1 : 0).EndRow();
  }

  static int64_t FirstOfYear(int year) {
    const int64_t years = year - 1992;
    return years * 365 + (years + 3) / 4;
  }

  // Address, city, nation, region and phone.
  static void AppendPlace(Random* random, RowWriter* out) {
    const uint64_t number = random->Below(kNations.size());
    const Nation& nation = kNations[number];
    out->Text(Address(25, random)).Text(CityOf(nation.name, random)).Text(nation.name);
    out->Text(kRegions[nation.region]).Text(Phone(number, random));
  }

  void AppendCustomer(uint64_t row, RowWriter* out) const {
    Random random = RandomOf(seed_, kCustomer, row);
    const auto key = static_cast<int64_t>(row) + 1;
    out->Int(key).Numbered("Customer#", key);
    AppendPlace(&random, out);
    out->Text(OneOf(kSegments, &random)).EndRow();
  }

  void AppendSupplier(uint64_t row, RowWriter* out) const {
    Random random = RandomOf(seed_, kSupplier, row);
    const auto key = static_cast<int64_t>(row) + 1;
    out->Int(key).Numbered("Supplier#", key);
    AppendPlace(&random, out);
    out->EndRow();
  }

  void AppendPart(uint64_t row, RowWriter* out) const {
    Random random = RandomOf(seed_, kPart, row);
    const int64_t maker = Between(1, 5, &random);
    const int64_t category = maker * 10 + Between(1, 5, &random);
    const std::string kind = "MFGR#" + std::to_string(category);
    out->Int(static_cast<int64_t>(row) + 1).Text(ColorWords(2, &random));
    out->Numbered("MFGR#", maker, 1).Text(kind).Numbered(kind, Between(1, 40, &random), 1);
    out->Text(OneOf(kColors, &random)).Text(PartType(&random)).Int(Between(1, 50, &random));
    out->Text(Container(&random)).EndRow();
  }

  void AppendOrder(uint64_t row, RowWriter* out) const {
    struct Line {
      int64_t part, supplier, quantity, price, discount, tax, commit_day;
      std::string_view mode;
    };
    Random random = RandomOf(seed_, kOrder, row);
    const int64_t customer = Between(1, customers_, &random);
    const int64_t day = Between(0, kOrderDays - 1, &random);
    const std::string_view priority = OneOf(kPriorities, &random);
    std::array<Line, 7> lines;
    const auto count = static_cast<size_t>(Between(1, 7, &random));
    int64_t total = 0;  // in ten-thousandths
    for (size_t i = 0; i < count; ++i) {
      Line& line = lines[i];
      line.part = Between(1, parts_, &random);
      line.supplier = Between(1, suppliers_, &random);
      line.quantity = Between(1, 50, &random);
      line.price = line.quantity * RetailPrice(line.part);
      line.discount = Between(0, 10, &random);
      line.tax = Between(0, 8, &random);
      line.commit_day = day + Between(30, 90, &random);
      line.mode = OneOf(kShipModes, &random);
      total += line.price * (100 - line.discount) * (100 + line.tax);
    }
    for (size_t i = 0; i < count; ++i) {
      const Line& line = lines[i];
      out->Int(static_cast<int64_t>(row) + 1).Int(static_cast<int64_t>(i) + 1).Int(customer);
      out->Int(line.part).Int(line.supplier).Int(DateKey(day)).Text(priority).Int(0);
      out->Int(line.quantity).Int(line.price).Int(total / 10'000).Int(line.discount);
      out->Int(line.price * (100 - line.discount) / 100).Int(6 * RetailPrice(line.part) / 10);
      out->Int(line.tax).Int(DateKey(line.commit_day)).Text(line.mode).EndRow();
    }
  }

  uint64_t seed_;
  int64_t customers_;
  int64_t suppliers_;
  int64_t parts_;
  int64_t orders_;
};

}  // namespace

std::vector<TableSource> SsbTables(double scale, uint64_t seed) {
  return Ssb(scale, seed).Tables();
}

}  // namespace redbase::generate
