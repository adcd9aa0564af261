#include "testers/generate/tpch.h"

#include <array>
#include <string>

#include "testers/generate/business.h"

namespace redbase::generate {
namespace {

// 1995-06-17: what was received by then may have been returned.
constexpr int64_t kToday = 1263;
constexpr int64_t kSuppliersOfPart = 4;

enum Table : uint64_t { kSupplier, kPart, kPartSupp, kCustomer, kOrder, kOrderText, kLineText };

struct Line {
  int64_t part;
  int64_t supplier;
  int64_t quantity;
  int64_t price;     // of all of it, in hundredths
  int64_t discount;  // in hundredths
  int64_t tax;       // in hundredths
  int64_t ship_day;
  int64_t commit_day;
  int64_t receipt_day;
  char return_flag;
  char status;
};

struct Order {
  int64_t key;
  int64_t customer;
  int64_t day;
  size_t line_count;
  std::array<Line, 7> lines;
};

class Tpch {
 public:
  Tpch(double scale, uint64_t seed)
      : seed_(seed),
        suppliers_(static_cast<int64_t>(Scaled(scale, 10'000))),
        parts_(static_cast<int64_t>(Scaled(scale, 200'000))),
        customers_(static_cast<int64_t>(Scaled(scale, 150'000))),
        orders_(static_cast<int64_t>(Scaled(scale, 1'500'000))),
        clerks_(static_cast<int64_t>(Scaled(scale, 1'000))) {}

  std::vector<TableSource> Tables() const {
    const auto rows = [](int64_t count) { return static_cast<uint64_t>(count); };
    return {Source("region", kRegions.size(), &Tpch::AppendRegion),
            Source("nation", kNations.size(), &Tpch::AppendNation),
            Source("supplier", rows(suppliers_), &Tpch::AppendSupplier),
            Source("part", rows(parts_), &Tpch::AppendPart),
            Source("partsupp", rows(parts_), &Tpch::AppendPartSuppliers),
            Source("customer", rows(customers_), &Tpch::AppendCustomer),
            Source("orders", rows(orders_), &Tpch::AppendOrder),
            Source("lineitem", rows(orders_), &Tpch::AppendLines)};
  }

 private:
  using Append = void (Tpch::*)(uint64_t, RowWriter*) const;

  TableSource Source(std::string name, uint64_t units, Append append) const {
    return {std::move(name), units,
            [append, tpch = *this](uint64_t unit, RowWriter* out) { (tpch.*append)(unit, out); }};
  }

  // The i-th supplier of a part: four different ones, spread over all of them.
  int64_t SupplierOf(int64_t part, int64_t i) const {
    return (part + i * (suppliers_ / kSuppliersOfPart + (part - 1) / suppliers_)) % suppliers_ + 1;
  }

  void AppendRegion(uint64_t row, RowWriter* out) const {
    Random random = RandomOf(seed_, kOrderText, ~row);
    out->Int(static_cast<int64_t>(row)).Text(kRegions[row]).Text(Comment(31, 115, &random));
    out->EndRow();
  }

  void AppendNation(uint64_t row, RowWriter* out) const {
    Random random = RandomOf(seed_, kLineText, ~row);
    out->Int(static_cast<int64_t>(row)).Text(kNations[row].name);
    out->Int(static_cast<int64_t>(kNations[row].region)).Text(Comment(31, 114, &random));
    out->EndRow();
  }

  void AppendSupplier(uint64_t row, RowWriter* out) const {
    Random random = RandomOf(seed_, kSupplier, row);
    const auto key = static_cast<int64_t>(row) + 1;
    const uint64_t nation = random.Below(kNations.size());
    out->Int(key).Numbered("Supplier#", key).Text(Address(40, &random));
    out->Int(static_cast<int64_t>(nation)).Text(Phone(nation, &random));
    out->Hundredths(Between(-999'99, 9'999'99, &random));
    out->Text(SupplierComment(key, &random)).EndRow();
  }

  // In one of 2000 a customer complains, and in another one is content.
  static std::string SupplierComment(int64_t key, Random* random) {
    std::string comment(Comment(25, 60, random));
    constexpr int64_t kPeriod = 2000;
    if (key % kPeriod == 83 || key % kPeriod == 1083) {
      comment += " Customer ";
      comment += Comment(3, 12, random);
      comment += key % kPeriod == 83 ? " Complaints" : " Recommends";
    }
    return comment;
  }

  void AppendPart(uint64_t row, RowWriter* out) const {
    Random random = RandomOf(seed_, kPart, row);
    const auto key = static_cast<int64_t>(row) + 1;
    const int64_t maker = Between(1, 5, &random);
    out->Int(key).Text(ColorWords(5, &random)).Numbered("Manufacturer#", maker, 1);
    out->Numbered("Brand#", maker * 10 + Between(1, 5, &random), 2).Text(PartType(&random));
    out->Int(Between(1, 50, &random)).Text(Container(&random)).Hundredths(RetailPrice(key));
    out->Text(Comment(5, 22, &random)).EndRow();
  }

  void AppendPartSuppliers(uint64_t row, RowWriter* out) const {
    Random random = RandomOf(seed_, kPartSupp, row);
    const auto part = static_cast<int64_t>(row) + 1;
    for (int64_t i = 0; i < kSuppliersOfPart; ++i) {
      out->Int(part).Int(SupplierOf(part, i)).Int(Between(1, 9'999, &random));
      out->Hundredths(Between(1'00, 1'000'00, &random)).Text(Comment(49, 198, &random)).EndRow();
    }
  }

  void AppendCustomer(uint64_t row, RowWriter* out) const {
    Random random = RandomOf(seed_, kCustomer, row);
    const auto key = static_cast<int64_t>(row) + 1;
    const uint64_t nation = random.Below(kNations.size());
    out->Int(key).Numbered("Customer#", key).Text(Address(40, &random));
    out->Int(static_cast<int64_t>(nation)).Text(Phone(nation, &random));
    out->Hundredths(Between(-999'99, 9'999'99, &random)).Text(OneOf(kSegments, &random));
    out->Text(Comment(29, 116, &random)).EndRow();
  }

  // What orders and lineitem both follow from.
  Order DrawOrder(uint64_t row) const {
    Random random = RandomOf(seed_, kOrder, row);
    Order order;
    // Eight keys of each 32 are used.
    const auto number = static_cast<int64_t>(row) + 1;
    order.key = (number / 8) * 32 + number % 8;
    // A third of the customers never orders.
    do {
      order.customer = Between(1, customers_, &random);
    } while (order.customer % 3 == 0);
    order.day = Between(0, kOrderDays - 1, &random);
    order.line_count = static_cast<size_t>(Between(1, 7, &random));
    for (size_t i = 0; i < order.line_count; ++i) {
      order.lines[i] = DrawLine(order.day, &random);
    }
    return order;
  }

  Line DrawLine(int64_t order_day, Random* random) const {
    Line line;
    line.part = Between(1, parts_, random);
    line.supplier = SupplierOf(line.part, Between(0, kSuppliersOfPart - 1, random));
    line.quantity = Between(1, 50, random);
    line.price = line.quantity * RetailPrice(line.part);
    line.discount = Between(0, 10, random);
    line.tax = Between(0, 8, random);
    line.ship_day = order_day + Between(1, 121, random);
    line.commit_day = order_day + Between(30, 90, random);
    line.receipt_day = line.ship_day + Between(1, 30, random);
    line.return_flag = line.receipt_day > kToday ? 'N' : random->OneIn(2) ? 'R' : 'A';
    line.status = line.ship_day > kToday ? 'O' : 'F';
    return line;
  }

  void AppendOrder(uint64_t row, RowWriter* out) const {
    const Order order = DrawOrder(row);
    int64_t total = 0;  // in millionths
    size_t open = 0;
    for (size_t i = 0; i < order.line_count; ++i) {
      const Line& line = order.lines[i];
      total += line.price * (100 - line.discount) * (100 + line.tax);
      open += line.status == 'O' ? 1 : 0;
    }
    Random random = RandomOf(seed_, kOrderText, row);
    out->Int(order.key).Int(order.customer);
    out->Text(open == 0 ? "F" : open == order.line_count ? "O" : "P");
    out->Hundredths((total + 5'000) / 10'000).Text(IsoDate(order.day));
    out->Text(OneOf(kPriorities, &random));
    out->Numbered("Clerk#", Between(1, clerks_, &random)).Int(0);
    out->Text(OrderComment(&random)).EndRow();
  }

  // One of a hundred has special requests; in another the words stand the other way
  // round.
  static std::string OrderComment(Random* random) {
    if (!random->OneIn(50)) {
      return std::string(Comment(19, 78, random));
    }
    const bool asks = random->OneIn(2);
    std::string comment(Comment(5, 20, random));
    comment += asks ? " special " : " requests ";
    comment += Comment(5, 20, random);
    comment += asks ? " requests " : " special ";
    return comment += Comment(5, 18, random);
  }

  void AppendLines(uint64_t row, RowWriter* out) const {
    static constexpr std::array<std::string_view, 4> kInstructions = {
        "DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"};
    const Order order = DrawOrder(row);
    Random random = RandomOf(seed_, kLineText, row);
    for (size_t i = 0; i < order.line_count; ++i) {
      const Line& line = order.lines[i];
      out->Int(order.key).Int(line.part).Int(line.supplier).Int(static_cast<int64_t>(i) + 1);
      out->Int(line.quantity).Hundredths(line.price).Hundredths(line.discount);
      out->Hundredths(line.tax).Text({&line.return_flag, 1}).Text({&line.status, 1});
      out->Text(IsoDate(line.ship_day)).Text(IsoDate(line.commit_day));
      out->Text(IsoDate(line.receipt_day)).Text(OneOf(kInstructions, &random));
      out->Text(OneOf(kShipModes, &random)).Text(Comment(10, 43, &random)).EndRow();
    }
  }

  uint64_t seed_;
  int64_t suppliers_;
  int64_t parts_;
  int64_t customers_;
  int64_t orders_;
  int64_t clerks_;
};

}  // namespace

std::vector<TableSource> TpchTables(double scale, uint64_t seed) {
  return Tpch(scale, seed).Tables();
}

}  // namespace redbase::generate
