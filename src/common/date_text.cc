#include "common/date_text.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>

namespace redbase::common {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// The front of a text, taken piece by piece.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {
    while (!rest_.empty() && IsBlank(rest_.back())) {
      rest_.remove_suffix(1);
    }
    SkipBlanks();
  }

  bool empty() const { return rest_.empty(); }
  char peek(size_t i = 0) const { return i < rest_.size() ? rest_[i] : '\0'; }
  void SkipBlanks(bool commas = false) {
    while (!rest_.empty() && (IsBlank(rest_.front()) || (commas && rest_.front() == ','))) {
      rest_.remove_prefix(1);
    }
  }
  bool Take(char c) {
    if (peek() != c) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view TakeDigits() { return TakeWhile(IsDigit); }
  // In lower case.
  std::string TakeWord() {
    std::string word(TakeWhile(IsLetter));
    for (char& c : word) {
      c = c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return word;
  }

 private:
  template <typename Is>
  std::string_view TakeWhile(Is is) {
    size_t n = 0;
    while (n < rest_.size() && is(rest_[n])) {
      ++n;
    }
    const std::string_view taken = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return taken;
  }

  std::string_view rest_;
};

// Digits as a number; more than fit are a large number that no field takes.
int64_t NumberOf(std::string_view digits) {
  constexpr int64_t kLarge = 999'999'999'999;
  int64_t value = 0;
  return ParseNumber(digits, &value) == ParseOutcome::kOk && value < kLarge ? value : kLarge;
}

// The first digits of a fraction as millionths, rounded.
int64_t MillionthsOf(std::string_view digits) {
  int64_t value = 0;
  for (size_t i = 0; i < 6; ++i) {
    value = value * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  }
  return value + (digits.size() > 6 && digits[6] >= '5' ? 1 : 0);
}

std::optional<int32_t> MonthOf(std::string_view word) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "january", "february", "march",     "april",   "may",      "june",
      "july",    "august",   "september", "october", "november", "december"};
  for (size_t i = 0; i < kMonths.size(); ++i) {
    const bool whole = word == kMonths[i] || (word == "sept" && i == 8);
    if (whole || (word.size() == 3 && kMonths[i].substr(0, 3) == word)) {
      return static_cast<int32_t>(i) + 1;
    }
  }
  return std::nullopt;
}

bool IsWeekday(std::string_view word) {
  static constexpr std::array<std::string_view, 7> kDays = {
      "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
  for (const std::string_view day : kDays) {
    if (word == day || (word.size() == 3 && day.substr(0, 3) == word)) {
      return true;
    }
  }
  return false;
}

// h:m[:s[.f]]; the caller has taken the hour.
struct Clock {
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t micros = 0;

  int64_t total() const {
    return hour * kMicrosPerHour + minute * kMicrosPerMinute + second * kMicrosPerSecond + micros;
  }
  // 23:59:60 is the next minute.
  bool IsTimeOfDay() const {
    return minute < 60 && second <= 60 && (hour < 24 || total() == kMicrosPerDay) &&
           total() <= kMicrosPerDay;
  }
};

bool TakeClock(Cursor* text, int64_t hour, Clock* clock) {
  clock->hour = hour;
  for (int64_t* field : {&clock->minute, &clock->second}) {
    if (!text->Take(':')) {
      return field != &clock->minute;
    }
    const std::string_view digits = text->TakeDigits();
    if (digits.empty()) {
      return false;
    }
    *field = NumberOf(digits);
  }
  clock->micros = text->Take('.') ? MillionthsOf(text->TakeDigits()) : 0;
  return true;
}

// Date, time and zone of a text, each perhaps absent.
class MomentParser {
 public:
  explicit MomentParser(std::string_view text) : text_(text) {}

  ParseOutcome Parse() {
    while (!text_.empty() && outcome_ == ParseOutcome::kOk) {
      if (!TakePart()) {
        return ParseOutcome::kMalformed;
      }
      text_.SkipBlanks(true);
    }
    return outcome_ == ParseOutcome::kOk ? Finish() : outcome_;
  }

  std::optional<CivilDate> date;
  std::optional<int64_t> time;         // microseconds of the day
  std::optional<int64_t> zone;         // microseconds east of UTC
  std::optional<bool> minus_infinity;  // true or false: an infinity

 private:
  struct Number {
    int64_t value = 0;
    size_t digits = 0;
  };

  bool TakePart() {
    if (IsDigit(text_.peek())) {
      return TakeNumber();
    }
    if (text_.peek() == '-' || text_.peek() == '+') {
      const bool minus = text_.peek() == '-';
      text_.Take(text_.peek());
      return IsLetter(text_.peek()) ? TakeInfinity(minus) : TakeZone(minus);
    }
    return IsLetter(text_.peek()) && TakeWord(text_.TakeWord());
  }

  bool TakeInfinity(bool minus) {
    const std::string word = text_.TakeWord();
    minus_infinity = minus;
    return (word == "infinity" || word == "inf") && !date_begun_ && text_.empty();
  }

  bool TakeNumber() {
    const std::string_view digits = text_.TakeDigits();
    const Number number{NumberOf(digits), digits.size()};
    if (text_.peek() == ':') {
      return !time && TakeTime(number.value);
    }
    date_begun_ = true;
    if (text_.peek() == '-' || text_.peek() == '/') {
      return TakeDate(number);
    }
    if (number.digits == 8 && !fields_ && loose_count_ == 0 && !month_) {
      SetDate(number.value / 10000, number.value / 100 % 100, number.value % 100);
      return true;
    }
    if (loose_count_ == loose_.size()) {
      return false;
    }
    loose_[loose_count_++] = number;
    return true;
  }

  // The first part of a date with separators has been taken.
  bool TakeDate(Number first) {
    const char separator = text_.peek();
    text_.Take(separator);
    std::optional<int32_t> named;
    Number second;
    if (IsLetter(text_.peek())) {
      named = MonthOf(text_.TakeWord());
      if (!named) {
        return false;
      }
    } else {
      const std::string_view digits = text_.TakeDigits();
      second = {NumberOf(digits), digits.size()};
    }
    if (fields_ || month_ || !text_.Take(separator)) {
      return false;
    }
    const std::string_view digits = text_.TakeDigits();
    const Number third{NumberOf(digits), digits.size()};
    if (third.digits == 0 || (!named && second.digits == 0)) {
      return false;
    }
    if (first.digits > 2) {
      SetDate(first.value, named ? *named : second.value, third.value);
    } else if (named) {
      SetDate(YearOf(third), *named, first.value);
    } else {
      SetDate(YearOf(third), first.value, second.value);
    }
    return true;
  }

  bool TakeTime(int64_t hour) {
    Clock clock;
    if (!TakeClock(&text_, hour, &clock)) {
      return false;
    }
    if (!clock.IsTimeOfDay()) {
      outcome_ = ParseOutcome::kOutOfRange;
    }
    time = clock.total();
    return true;
  }

  bool TakeZone(bool minus) {
    constexpr int64_t kMostHours = 15;
    const std::string_view digits = text_.TakeDigits();
    if (digits.empty() || digits.size() > 4 || !time || zone) {
      return false;
    }
    Clock clock;
    int64_t hour = NumberOf(digits);
    if (digits.size() > 2) {
      clock.minute = hour % 100;
      clock.hour = hour / 100;
    } else if (text_.peek() == ':' ? !TakeClock(&text_, hour, &clock) : false) {
      return false;
    } else {
      clock.hour = hour;
    }
    if (clock.hour > kMostHours || clock.minute > 59 || clock.second > 59) {
      outcome_ = ParseOutcome::kOutOfRange;
    }
    zone = minus ? -clock.total() : clock.total();
    return true;
  }

  bool TakeWord(const std::string& word) {
    if (const std::optional<int32_t> month = MonthOf(word)) {
      const bool first = !month_ && !fields_;
      month_ = month;
      date_begun_ = true;
      return first;
    }
    if (word == "t") {
      return date_begun_ && !time && IsDigit(text_.peek());
    }
    if (word == "z" || word == "utc" || word == "gmt") {
      const bool first = time.has_value() && !zone;
      zone = 0;
      return first;
    }
    if (word == "am" || word == "pm") {
      return TakeHalf(word == "pm");
    }
    if (word == "bc" || word == "ad") {
      before_christ_ = word == "bc";
      return date_begun_;
    }
    if (word == "infinity" || word == "inf") {
      minus_infinity = false;
      return !date_begun_ && text_.empty();
    }
    return IsWeekday(word);
  }

  bool TakeHalf(bool afternoon) {
    constexpr int64_t kNoon = 12 * kMicrosPerHour;
    if (!time || *time >= kNoon + kMicrosPerHour) {
      outcome_ = ParseOutcome::kOutOfRange;
      return time.has_value();
    }
    *time = *time % kNoon + (afternoon ? kNoon : 0);
    return true;
  }

  // Two digits are a year near ours.
  static int64_t YearOf(Number number) {
    return number.digits > 2 ? number.value : number.value + (number.value < 70 ? 2000 : 1900);
  }

  void SetDate(int64_t year, int64_t month, int64_t day) { fields_ = {year, month, day}; }

  ParseOutcome Finish() {
    if (month_) {
      // January 8, 1999; 1999 Jan 8.
      if (loose_count_ != 2) {
        return ParseOutcome::kMalformed;
      }
      const bool year_first = loose_[0].digits > 2;
      SetDate(YearOf(loose_[year_first ? 0 : 1]), *month_, loose_[year_first ? 1 : 0].value);
    } else if (loose_count_ != 0 || (before_christ_ && !fields_)) {
      return ParseOutcome::kMalformed;
    }
    if (!fields_) {
      return ParseOutcome::kOk;
    }
    auto [year, month, day] = *fields_;
    if (year > 9'999'999 || month < 1 || month > 12 || day < 1 || day > 31 || year == 0) {
      return ParseOutcome::kOutOfRange;
    }
    date = CivilDate{static_cast<int32_t>(before_christ_ ? 1 - year : year),
                     static_cast<int32_t>(month), static_cast<int32_t>(day)};
    return ParseOutcome::kOk;
  }

  Cursor text_;
  ParseOutcome outcome_ = ParseOutcome::kOk;
  std::optional<std::array<int64_t, 3>> fields_;  // year, month, day
  std::optional<int32_t> month_;                  // by name
  std::array<Number, 2> loose_;                   // beside the name
  size_t loose_count_ = 0;
  bool date_begun_ = false;
  bool before_christ_ = false;
};

// A moment with its date, which may be infinite.
ParseOutcome ParseLocal(std::string_view text, int64_t* zone, bool* has_zone, Timestamp* out) {
  MomentParser parser(text);
  if (const ParseOutcome outcome = parser.Parse(); outcome != ParseOutcome::kOk) {
    return outcome;
  }
  if (parser.minus_infinity) {
    *out = {*parser.minus_infinity ? Timestamp::kMinusInfinity : Timestamp::kInfinity};
    return ParseOutcome::kOk;
  }
  if (!parser.date) {
    return ParseOutcome::kMalformed;
  }
  *has_zone = parser.zone.has_value();
  *zone = parser.zone.value_or(0);
  const std::optional<Date> date = DateOf(*parser.date);
  const std::optional<Timestamp> timestamp =
      date ? TimestampOf(*date, parser.time.value_or(0)) : std::nullopt;
  if (!timestamp) {
    return ParseOutcome::kOutOfRange;
  }
  *out = *timestamp;
  return ParseOutcome::kOk;
}

// A number of a unit, in billionths.
constexpr Int128 kBillion = 1'000'000'000;

// How a unit counts: months, days or microseconds.
struct Unit {
  std::string_view name;
  enum class Part : uint8_t { kMonths, kDays, kMicros } part;
  int64_t size;
};

std::optional<Unit> UnitOf(std::string_view word) {
  using Part = Unit::Part;
  static constexpr std::array<Unit, 35> kUnits = {{
      {"year", Part::kMonths, 12},
      {"y", Part::kMonths, 12},
      {"yr", Part::kMonths, 12},
      {"month", Part::kMonths, 1},
      {"mon", Part::kMonths, 1},
      {"decade", Part::kMonths, 120},
      {"dec", Part::kMonths, 120},
      {"century", Part::kMonths, 1200},
      {"centurie", Part::kMonths, 1200},
      {"cent", Part::kMonths, 1200},
      {"c", Part::kMonths, 1200},
      {"millennium", Part::kMonths, 12000},
      {"millennia", Part::kMonths, 12000},
      {"mil", Part::kMonths, 12000},
      {"week", Part::kDays, 7},
      {"w", Part::kDays, 7},
      {"day", Part::kDays, 1},
      {"d", Part::kDays, 1},
      {"hour", Part::kMicros, kMicrosPerHour},
      {"hr", Part::kMicros, kMicrosPerHour},
      {"h", Part::kMicros, kMicrosPerHour},
      {"minute", Part::kMicros, kMicrosPerMinute},
      {"min", Part::kMicros, kMicrosPerMinute},
      {"m", Part::kMicros, kMicrosPerMinute},
      {"second", Part::kMicros, kMicrosPerSecond},
      {"sec", Part::kMicros, kMicrosPerSecond},
      {"s", Part::kMicros, kMicrosPerSecond},
      {"millisecond", Part::kMicros, 1000},
      {"msec", Part::kMicros, 1000},
      {"ms", Part::kMicros, 1000},
      {"microsecond", Part::kMicros, 1},
      {"usec", Part::kMicros, 1},
      {"us", Part::kMicros, 1},
      {"quarter", Part::kMonths, 3},
      {"milsec", Part::kMicros, 1000},
  }};
  const auto find = [](std::string_view name) -> std::optional<Unit> {
    for (const Unit& unit : kUnits) {
      if (unit.name == name) {
        return unit;
      }
    }
    return std::nullopt;
  };
  if (const std::optional<Unit> unit = find(word)) {
    return unit;
  }
  const bool plural = word.size() > 2 && word.back() == 's';
  return plural ? find(word.substr(0, word.size() - 1)) : std::nullopt;
}

// Reads the forms of an interval; the parts add up.
class IntervalParser {
 public:
  explicit IntervalParser(std::string_view text) : text_(text) {}

  ParseOutcome Parse(Interval* out) {
    const bool iso = text_.peek() == 'P';
    if (!(iso ? ParseIso() : ParseWords()) || !any_) {
      return ParseOutcome::kMalformed;
    }
    if (overflow_ || !Fits(months_, int32_t{}) || !Fits(days_, int32_t{}) ||
        !Fits(micros_, int64_t{})) {
      return ParseOutcome::kOutOfRange;
    }
    *out = {static_cast<int32_t>(months_), static_cast<int32_t>(days_),
            static_cast<int64_t>(micros_)};
    return ParseOutcome::kOk;
  }

 private:
  template <typename T>
  static bool Fits(Int128 v, T /*of*/) {
    return v >= Int128{std::numeric_limits<T>::min()} && v <= Int128{std::numeric_limits<T>::max()};
  }

  // Digits with a fraction, in billionths; false when there are none.
  bool TakeBillionths(Int128* out) {
    const std::string_view whole = text_.TakeDigits();
    std::string_view fraction;
    if (text_.Take('.')) {
      fraction = text_.TakeDigits();
    }
    if (whole.empty() && fraction.empty()) {
      return false;
    }
    constexpr size_t kMostDigits = 18;
    overflow_ = overflow_ || whole.size() > kMostDigits;
    *out = overflow_ || whole.empty() ? 0 : NumberOfWhole(whole) * kBillion;
    Int128 place = kBillion;
    for (const char digit : fraction.substr(0, 9)) {
      place /= 10;
      *out += (digit - '0') * place;
    }
    return true;
  }
  static Int128 NumberOfWhole(std::string_view digits) {
    Int128 value = 0;
    for (const char digit : digits) {
      value = value * 10 + (digit - '0');
    }
    return value;
  }
  static Int128 RoundBillionths(Int128 v) {
    return (v + (v < 0 ? -kBillion / 2 : kBillion / 2)) / kBillion;
  }

  // What months leave goes to days, what days leave to microseconds.
  void Add(Int128 billionths, const Unit& unit) {
    any_ = true;
    const Int128 amount = billionths * unit.size;
    switch (unit.part) {
      case Unit::Part::kMonths:
        if (unit.size > 1) {
          months_ += RoundBillionths(amount);
        } else {
          months_ += amount / kBillion;
          AddDays(amount % kBillion * 30);
        }
        return;
      case Unit::Part::kDays:
        return AddDays(amount);
      case Unit::Part::kMicros:
        micros_ += RoundBillionths(amount);
        return;
    }
  }
  void AddDays(Int128 billionths) {
    days_ += billionths / kBillion;
    micros_ += RoundBillionths(billionths % kBillion * kMicrosPerDay);
  }

  bool ParseIso() {
    text_.Take('P');
    bool in_time = false;
    while (!text_.empty()) {
      if (text_.Take('T')) {
        if (in_time) {
          return false;
        }
        in_time = true;
        continue;
      }
      const bool minus = text_.peek() == '-';
      if (minus || text_.peek() == '+') {
        text_.Take(text_.peek());
      }
      Int128 number = 0;
      if (!TakeBillionths(&number)) {
        return false;
      }
      const char letter = text_.peek();
      const std::string_view known = in_time ? "HMS" : "YMWD";
      const size_t found = known.find(letter);
      if (letter == '\0' || found == std::string_view::npos) {
        return false;
      }
      text_.Take(letter);
      static constexpr std::array<std::string_view, 7> kNames = {"year", "month",  "week",  "day",
                                                                 "hour", "minute", "second"};
      Add(minus ? -number : number, *UnitOf(kNames[found + (in_time ? 4 : 0)]));
    }
    return true;
  }

  bool ParseWords() {
    text_.Take('@');
    text_.SkipBlanks();
    while (!text_.empty()) {
      if (IsLetter(text_.peek())) {
        const bool ago = text_.TakeWord() == "ago" && text_.empty();
        months_ = -months_;
        days_ = -days_;
        micros_ = -micros_;
        return ago;
      }
      if (!TakeAmount()) {
        return false;
      }
      text_.SkipBlanks();
    }
    return true;
  }

  bool TakeAmount() {
    const bool minus = text_.peek() == '-';
    if (minus || text_.peek() == '+') {
      text_.Take(text_.peek());
    }
    Int128 number = 0;
    if (!TakeBillionths(&number)) {
      return false;
    }
    const int64_t sign = minus ? -1 : 1;
    if (text_.peek() == ':') {
      return TakeClockOf(number, sign);
    }
    if (text_.peek() == '-' && IsDigit(text_.peek(1))) {
      return TakeYearMonth(number, sign);
    }
    text_.SkipBlanks();
    if (!IsLetter(text_.peek())) {
      // A number before a time is days; at the end it is seconds.
      const bool last = text_.empty();
      Add(number * sign, *UnitOf(last ? "second" : "day"));
      return last || IsTimeNext();
    }
    const std::optional<Unit> unit = UnitOf(text_.TakeWord());
    if (unit) {
      Add(number * sign, *unit);
    }
    return unit.has_value();
  }

  bool IsTimeNext() const {
    size_t i = text_.peek() == '-' || text_.peek() == '+' ? 1 : 0;
    while (IsDigit(text_.peek(i))) {
      ++i;
    }
    return i > 0 && text_.peek(i) == ':';
  }

  bool TakeClockOf(Int128 hours, int64_t sign) {
    Clock clock;
    const bool taken = hours % kBillion == 0 && TakeClock(&text_, 0, &clock);
    overflow_ = overflow_ || clock.minute > 59 || clock.second > 60;
    Add(hours * sign, *UnitOf("hour"));
    micros_ += overflow_ ? 0 : sign * clock.total();
    return taken;
  }

  bool TakeYearMonth(Int128 years, int64_t sign) {
    text_.Take('-');
    const int64_t months = NumberOf(text_.TakeDigits());
    overflow_ = overflow_ || months > 11;
    Add(years * sign, *UnitOf("year"));
    months_ += overflow_ ? 0 : sign * months;
    return years % kBillion == 0;
  }

  Cursor text_;
  Int128 months_ = 0;
  Int128 days_ = 0;
  Int128 micros_ = 0;
  bool any_ = false;
  bool overflow_ = false;
};

void AppendPadded(std::string* out, int64_t value, size_t width) {
  const size_t start = out->size();
  AppendInteger(out, value);
  const size_t digits = out->size() - start;
  if (digits < width) {
    out->insert(start, width - digits, '0');
  }
}

// ":05.25" without zeros at the end.
void AppendFraction(std::string* out, int64_t micros) {
  if (micros == 0) {
    return;
  }
  out->push_back('.');
  AppendPadded(out, micros, 6);
  out->erase(out->find_last_not_of('0') + 1);
}

// Hours may be more than a day has.
void AppendClock(std::string* out, uint64_t micros) {
  const auto part = [](uint64_t v) { return static_cast<int64_t>(v); };
  AppendPadded(out, part(micros / kMicrosPerHour), 2);
  out->push_back(':');
  AppendPadded(out, part(micros / kMicrosPerMinute % 60), 2);
  out->push_back(':');
  AppendPadded(out, part(micros / kMicrosPerSecond % 60), 2);
  AppendFraction(out, part(micros % kMicrosPerSecond));
}

// The year of an era before or after year 1, and what stands behind the date.
std::string_view AppendCivil(std::string* out, CivilDate civil) {
  const bool before_christ = civil.year <= 0;
  AppendPadded(out, before_christ ? 1 - civil.year : civil.year, 4);
  out->push_back('-');
  AppendPadded(out, civil.month, 2);
  out->push_back('-');
  AppendPadded(out, civil.day, 2);
  return before_christ ? " BC" : "";
}

void AppendMoment(std::string* out, Timestamp timestamp, std::string_view zone) {
  if (!timestamp.is_finite()) {
    out->append(timestamp.micros == Timestamp::kInfinity ? "infinity" : "-infinity");
    return;
  }
  const std::string_view era = AppendCivil(out, CivilOf(DateOf(timestamp)));
  out->push_back(' ');
  AppendTime(out, TimeOf(timestamp));
  out->append(zone).append(era);
}

}  // namespace

void AppendDate(std::string* out, Date date) {
  if (!date.is_finite()) {
    out->append(date.days == Date::kInfinity ? "infinity" : "-infinity");
    return;
  }
  const std::string_view era = AppendCivil(out, CivilOf(date));
  out->append(era);
}

void AppendTime(std::string* out, TimeOfDay time) {
  AppendClock(out, static_cast<uint64_t>(time.micros));
}

void AppendTimestamp(std::string* out, Timestamp timestamp) { AppendMoment(out, timestamp, ""); }

void AppendTimestamptz(std::string* out, Timestamptz moment) {
  AppendMoment(out, moment.is_finite() ? InSessionZone(moment) : Timestamp{moment.micros}, "+00");
}

void AppendInterval(std::string* out, const Interval& interval) {
  bool negative = false;  // the part before
  bool any = false;
  const auto sign = [&](bool minus) {
    out->append(any ? " " : "").append(minus ? "-" : (any && negative ? "+" : ""));
    any = true;
    negative = minus;
  };
  const auto part = [&](int64_t value, const char* unit) {
    if (value != 0) {
      sign(value < 0);
      AppendInteger(out, std::abs(value));
      out->append(unit).append(value == 1 ? "" : "s");
    }
  };
  part(interval.months / 12, " year");
  part(interval.months % 12, " mon");
  part(interval.days, " day");
  if (interval.micros != 0 || !any) {
    const auto micros = static_cast<uint64_t>(interval.micros);
    sign(interval.micros < 0);
    AppendClock(out, interval.micros < 0 ? -micros : micros);
  }
}

ParseOutcome ParseTimestamp(std::string_view text, Timestamp* out) {
  int64_t zone = 0;
  bool has_zone = false;
  return ParseLocal(text, &zone, &has_zone, out);
}

ParseOutcome ParseTimestamptz(std::string_view text, Timestamptz* out) {
  int64_t zone = 0;
  bool has_zone = false;
  Timestamp local;
  const ParseOutcome outcome = ParseLocal(text, &zone, &has_zone, &local);
  if (outcome != ParseOutcome::kOk) {
    return outcome;
  }
  if (!has_zone || !local.is_finite()) {
    *out = local.is_finite() ? FromSessionZone(local) : Timestamptz{local.micros};
    return ParseOutcome::kOk;
  }
  const std::optional<Timestamp> moment = CheckedTimestamp(Int128{local.micros} - zone);
  if (moment) {
    *out = {moment->micros};
  }
  return moment ? ParseOutcome::kOk : ParseOutcome::kOutOfRange;
}

ParseOutcome ParseDate(std::string_view text, Date* out) {
  MomentParser parser(text);
  if (const ParseOutcome outcome = parser.Parse(); outcome != ParseOutcome::kOk) {
    return outcome;
  }
  if (parser.minus_infinity) {
    *out = {*parser.minus_infinity ? Date::kMinusInfinity : Date::kInfinity};
    return ParseOutcome::kOk;
  }
  if (!parser.date) {
    return ParseOutcome::kMalformed;
  }
  const std::optional<Date> date = DateOf(*parser.date);
  if (date) {
    *out = *date;
  }
  return date ? ParseOutcome::kOk : ParseOutcome::kOutOfRange;
}

ParseOutcome ParseTime(std::string_view text, TimeOfDay* out) {
  MomentParser parser(text);
  if (const ParseOutcome outcome = parser.Parse(); outcome != ParseOutcome::kOk) {
    return outcome;
  }
  if (!parser.time) {
    return ParseOutcome::kMalformed;
  }
  *out = {*parser.time};
  return ParseOutcome::kOk;
}

ParseOutcome ParseInterval(std::string_view text, Interval* out) {
  return IntervalParser(text).Parse(out);
}

}  // namespace redbase::common
