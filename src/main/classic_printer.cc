#include "main/classic_printer.h"

#include <algorithm>
#include <unordered_map>

#include "common/text.h"
#include "common/type_text.h"

namespace redbase::main {
namespace {

constexpr size_t kNumberWidth = 12;
constexpr size_t kLongestString = 53;
constexpr size_t kCutLength = 50;

// How often each name stands in the result.
std::unordered_map<std::string_view, size_t> CountNames(const Schema& schema) {
  std::unordered_map<std::string_view, size_t> counts;
  for (const Column& column : schema.columns()) {
    ++counts[column.name];
  }
  return counts;
}

bool MayBeLong(LogicalType type) {
  return PhysicalTypeOf(type) == PhysicalType::kString &&
         (type.length == 0 || type.length > kLongestString);
}

// The longest text of a type that is no string, and a blank.
size_t FixedWidth(LogicalType type) {
  switch (type.id) {
    case TypeId::kBigint:
      return sizeof("-9223372036854775808");
    case TypeId::kDecimal:
      return size_t{type.length} + sizeof("-0.");
    case TypeId::kDate:
      return sizeof("5874897-12-31");
    case TypeId::kTime:
      return sizeof("23:59:59.999999");
    case TypeId::kTimestamp:
      return sizeof("294276-12-31 23:59:59.999999");
    case TypeId::kTimestamptz:
      return sizeof("294276-12-31 23:59:59.999999+00");
    case TypeId::kInterval:
      return sizeof("-99 years -11 mons -30 days -23:59:59.999999");
    case TypeId::kUuid:
      return sizeof("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    default:
      return kNumberWidth;
  }
}

size_t NaturalWidth(LogicalType type) {
  if (PhysicalTypeOf(type) != PhysicalType::kString) {
    return std::max(kNumberWidth, FixedWidth(type));
  }
  return MayBeLong(type) ? kLongestString : type.length;
}

// The first kCutLength bytes of a long value, without half of a character.
std::string_view CutLength(std::string_view value) {
  size_t length = kCutLength;
  while (length > kCutLength - 4 && length < value.size() && common::ContinuesUtf8(value[length])) {
    --length;
  }
  return value.substr(0, length);
}

// Reals the classic way.
void AppendNumber(const Vector& vector, size_t row, std::string* out) {
  switch (vector.physical()) {
    case PhysicalType::kFloat32:
      return common::AppendFixed(out, vector.data<float>()[row]);
    case PhysicalType::kFloat64:
      return common::AppendFixed(out, vector.data<double>()[row]);
    default:
      return AppendText(vector, row, out);
  }
}

// Returns how many characters were shown.
size_t AppendString(std::string_view value, bool cut, std::string* out) {
  if (!cut || value.size() < kCutLength) {
    out->append(value);
    return ShownLength(value);
  }
  const std::string_view shown = CutLength(value);
  out->append(shown).append("..");
  return ShownLength(shown) + 2;
}

}  // namespace

size_t ShownLength(std::string_view text) {
  return text.size() -
         static_cast<size_t>(std::count_if(text.begin(), text.end(), common::ContinuesUtf8));
}

ClassicPrinter::ClassicPrinter(const Schema& schema) {
  const auto counts = CountNames(schema);
  for (const Column& column : schema.columns()) {
    Cell cell;
    cell.name = column.name;
    if (!column.relation.empty() && counts.at(column.name) > 1) {
      cell.name = column.relation + "." + column.name;
    }
    cell.width = std::max(NaturalWidth(column.type), ShownLength(cell.name) + 1);
    cell.cut = MayBeLong(column.type);
    cells_.push_back(std::move(cell));
  }
}

void ClassicPrinter::AppendHeader(std::string* out) const {
  size_t length = 0;
  for (const Cell& cell : cells_) {
    out->append(cell.name).append(cell.width - ShownLength(cell.name), ' ');
    length += cell.width;
  }
  out->append("\n").append(length, '-').append("\n");
}

void ClassicPrinter::AppendValue(const Cell& cell, const Vector& vector, size_t row,
                                 std::string* out) {
  const size_t start = out->size();
  size_t shown = 0;
  if (!vector.IsValid(row)) {
    out->append("NULL");
    shown = 4;
  } else if (vector.type().id == TypeId::kChar || vector.type().id == TypeId::kBytea) {
    std::string text;
    AppendText(vector, row, &text);
    shown = AppendString(text, cell.cut, out);
  } else if (vector.physical() == PhysicalType::kString) {
    shown = AppendString(vector.data<StringView>()[row].view(), cell.cut, out);
  } else {
    AppendNumber(vector, row, out);
    shown = out->size() - start;
  }
  if (shown != cell.width) {
    out->append(shown < cell.width ? cell.width - shown : 1, ' ');
  }
}

void ClassicPrinter::AppendRows(const Batch& batch, std::string* out) const {
  for (size_t i = 0; i < batch.selected(); ++i) {
    const size_t row = batch.RowAt(i);
    for (size_t column = 0; column < cells_.size(); ++column) {
      AppendValue(cells_[column], batch.column(column), row, out);
    }
    out->push_back('\n');
  }
}

void ClassicPrinter::AppendFooter(uint64_t rows, std::string* out) {
  out->push_back('\n');
  common::AppendInteger(out, static_cast<int64_t>(rows));
  out->append(" tuple(s).\n");
}

}  // namespace redbase::main
