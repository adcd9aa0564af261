// CrashWorkload: random statements, and what the tables hold after each.
//
// All tables have the columns (k int, g int, s varchar(3000)); k is never null and
// is what a distributed table is split by.  Statements that must fail are among
// them: duplicate keys, load files with rubbish at their end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/random.h"

namespace redbase::db {

struct ModelRow {
  int k = 0;
  std::optional<int> g;
  std::string s;

  // As Do() writes it.
  std::string Line() const;
};

struct ModelTable {
  std::vector<ModelRow> rows;
  std::map<std::string, bool> indexes;  // "k" or "g, k" -> unique

  bool HasDuplicateKeys() const;
};

// Copies share the tables.
using ModelState = std::map<std::string, std::shared_ptr<const ModelTable>>;

class CrashWorkload {
 public:
  static constexpr const char* kLoadFile = "/rows.txt";
  static constexpr int kKeys = 1000;

  struct Step {
    std::string text;
    std::string load_text = {};  // the load file, when it is a load
    bool fails = false;
    ModelState after = {};
  };

  CrashWorkload(uint64_t seed, uint32_t nodes) : random_(seed), nodes_(nodes) {}

  // A statement that changes something, or fails, in this state.
  Step Next(const ModelState& now);
  Random& random() { return random_; }

 private:
  int Below(int n) { return static_cast<int>(random_.Below(static_cast<uint64_t>(n))); }
  const std::string& AnyTable(const ModelState& now);
  ModelRow Row();

  Step CreateTable(const ModelState& now);
  Step DropTable(const ModelState& now);
  Step CreateIndex(const ModelState& now);
  Step DropIndex(const ModelState& now);
  Step Insert(const ModelState& now);
  Step Load(const ModelState& now);
  Step Update(const ModelState& now);
  Step Delete(const ModelState& now);

  using Change = std::function<void(ModelTable*)>;
  // The step that changes one table so, or fails when keys become equal.
  static Step Changing(const ModelState& now, const std::string& table, std::string text,
                       const Change& change);

  Random random_;
  const uint32_t nodes_;
};

}  // namespace redbase::db
