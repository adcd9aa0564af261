#include "tests/db/crash_workload.h"

#include <algorithm>
#include <set>
#include <utility>

namespace redbase::db {
namespace {

constexpr int kTables = 4;
constexpr size_t kFullTable = 120;

std::string GroupText(const std::optional<int>& g) { return g ? std::to_string(*g) : "null"; }

// k in [first, last).
bool Within(const ModelRow& row, int first, int last) { return row.k >= first && row.k < last; }

std::string WhereWithin(int first, int last) {
  return " where k >= " + std::to_string(first) + " and k < " + std::to_string(last) + ";";
}

}  // namespace

std::string ModelRow::Line() const { return std::to_string(k) + " | " + GroupText(g) + " | " + s; }

bool ModelTable::HasDuplicateKeys() const {
  std::set<int> keys;
  return !std::all_of(rows.begin(), rows.end(),
                      [&keys](const ModelRow& row) { return keys.insert(row.k).second; });
}

CrashWorkload::Step CrashWorkload::Next(const ModelState& now) {
  if (now.empty() || (now.size() < kTables && random_.OneIn(8))) {
    return CreateTable(now);
  }
  switch (Below(20)) {
    case 0:
      return now.size() > 1 && random_.OneIn(2) ? DropTable(now) : Insert(now);
    case 1:
    case 2:
      return CreateIndex(now);
    case 3:
      return DropIndex(now);
    case 4:
    case 5:
    case 6:
      return Load(now);
    case 7:
    case 8:
    case 9:
      return Delete(now);
    case 10:
    case 11:
    case 12:
    case 13:
      return Update(now);
    default:
      return Insert(now);
  }
}

const std::string& CrashWorkload::AnyTable(const ModelState& now) {
  return std::next(now.begin(), Below(static_cast<int>(now.size())))->first;
}

ModelRow CrashWorkload::Row() {
  const int length = random_.OneIn(12) ? 300 + Below(2500) : 1 + Below(40);
  ModelRow row{Below(kKeys), Below(8), std::string(static_cast<size_t>(length), ' ')};
  const int first = Below(26);
  for (size_t i = 0; i < row.s.size(); ++i) {
    row.s[i] = static_cast<char>('a' + (static_cast<size_t>(first) + i * 7) % 26);
  }
  return row;
}

CrashWorkload::Step CrashWorkload::Changing(const ModelState& now, const std::string& table,
                                            std::string text, const Change& change) {
  Step step{std::move(text)};
  step.after = now;
  ModelTable changed = *now.at(table);
  change(&changed);
  const auto unique = changed.indexes.find("k");
  if (unique != changed.indexes.end() && unique->second && changed.HasDuplicateKeys()) {
    step.fails = true;
  } else {
    step.after[table] = std::make_shared<const ModelTable>(std::move(changed));
  }
  return step;
}

CrashWorkload::Step CrashWorkload::CreateTable(const ModelState& now) {
  std::string name = "t0";
  while (now.count(name) != 0) {
    ++name[1];
  }
  Step step{"create table " + name + " (k int, g int, s varchar(3000))"};
  if (nodes_ > 0 && !random_.OneIn(4)) {
    step.text += " distribute k (";
    for (uint32_t node = 1; node < nodes_; ++node) {
      step.text += (node > 1 ? ", " : "") +
                   std::to_string(kKeys * static_cast<int>(node) / static_cast<int>(nodes_));
    }
    step.text += ")";
  }
  step.text += ";";
  step.after = now;
  step.after[name] = std::make_shared<const ModelTable>();
  return step;
}

CrashWorkload::Step CrashWorkload::DropTable(const ModelState& now) {
  const std::string name = AnyTable(now);
  Step step{"drop table " + name + ";"};
  step.after = now;
  step.after.erase(name);
  return step;
}

CrashWorkload::Step CrashWorkload::CreateIndex(const ModelState& now) {
  const std::string& name = AnyTable(now);
  const std::string columns = random_.OneIn(2) ? "k" : "g, k";
  if (now.at(name)->indexes.count(columns) != 0) {
    return Insert(now);
  }
  const bool unique = columns == "k" && random_.OneIn(2);
  const std::string text =
      std::string("create ") + (unique ? "unique " : "") + "index " + name + "(" + columns + ");";
  return Changing(now, name, text, [&](ModelTable* table) { table->indexes[columns] = unique; });
}

CrashWorkload::Step CrashWorkload::DropIndex(const ModelState& now) {
  const std::string& name = AnyTable(now);
  if (now.at(name)->indexes.empty()) {
    return CreateIndex(now);
  }
  const std::string columns = now.at(name)->indexes.begin()->first;
  return Changing(now, name, "drop index " + name + "(" + columns + ");",
                  [&](ModelTable* table) { table->indexes.erase(columns); });
}

CrashWorkload::Step CrashWorkload::Insert(const ModelState& now) {
  const std::string& name = AnyTable(now);
  std::vector<ModelRow> rows;
  std::string text;
  for (int i = Below(5); i >= 0; --i) {
    ModelRow row = Row();
    row.g = random_.OneIn(6) ? std::nullopt : row.g;
    text += std::string(text.empty() ? "(" : ", (") + std::to_string(row.k) + ", " +
            GroupText(row.g) + ", '" + row.s + "')";
    rows.push_back(std::move(row));
  }
  return Changing(
      now, name, "insert into " + name + " values " + text + ";",
      [&](ModelTable* table) { table->rows.insert(table->rows.end(), rows.begin(), rows.end()); });
}

CrashWorkload::Step CrashWorkload::Load(const ModelState& now) {
  const std::string& name = AnyTable(now);
  if (now.at(name)->rows.size() > kFullTable) {
    return Delete(now);
  }
  std::vector<ModelRow> rows;
  std::string text;
  const bool many = random_.OneIn(6);  // so that an index of them has several nodes
  for (int i = many ? 250 + Below(150) : Below(40); i >= 0; --i) {
    rows.push_back(Row());
    rows.back().s.resize(std::min(rows.back().s.size(), many ? size_t{8} : size_t{3000}));
    text +=
        std::to_string(rows.back().k) + "," + GroupText(rows.back().g) + "," + rows.back().s + "\n";
  }
  Step step = Changing(
      now, name, "load " + name + "(\"" + kLoadFile + "\");",
      [&](ModelTable* table) { table->rows.insert(table->rows.end(), rows.begin(), rows.end()); });
  if (random_.OneIn(6)) {
    text += "rubbish\n";
    step.fails = true;
    step.after = now;
  }
  step.load_text = std::move(text);
  return step;
}

CrashWorkload::Step CrashWorkload::Update(const ModelState& now) {
  const std::string& name = AnyTable(now);
  const std::vector<ModelRow>& rows = now.at(name)->rows;
  const int first = rows.empty()
                        ? Below(kKeys)
                        : rows[static_cast<size_t>(Below(static_cast<int>(rows.size())))].k;
  const ModelRow value = Row();
  const int kind = Below(3);
  const int last = first + (kind == 0 ? 1 : 1 + Below(kKeys / 5));
  std::string text = "update " + name + " set ";
  text += kind == 0   ? "k = " + std::to_string(value.k)
          : kind == 1 ? "g = " + GroupText(value.g)
                      : "s = '" + value.s + "'";
  return Changing(now, name, text + WhereWithin(first, last), [&](ModelTable* table) {
    for (ModelRow& row : table->rows) {
      if (Within(row, first, last)) {
        row.k = kind == 0 ? value.k : row.k;
        row.g = kind == 1 ? value.g : row.g;
        row.s = kind == 2 ? value.s : row.s;
      }
    }
  });
}

CrashWorkload::Step CrashWorkload::Delete(const ModelState& now) {
  const std::string& name = AnyTable(now);
  const int first = Below(kKeys);
  const int last = first + (now.at(name)->rows.size() > kFullTable ? kKeys : Below(kKeys / 4));
  return Changing(
      now, name, "delete from " + name + WhereWithin(first, last), [&](ModelTable* table) {
        std::erase_if(table->rows,
                      [first, last](const ModelRow& row) { return Within(row, first, last); });
      });
}

}  // namespace redbase::db
