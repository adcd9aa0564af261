// Runner: runs files of logic tests, each against a fresh database on a disk in memory.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/sim_env.h"
#include "db/database.h"
#include "db/session.h"
#include "testers/slt/answer.h"
#include "testers/slt/record.h"

namespace redbase::slt {

enum class Mode : uint8_t {
  kOne,        // a plain database
  kFour,       // four data nodes, every table distributed by its first column
  kOther,      // by its last
  kSmallPool,  // a plain database with small pages, 40 of them in the buffer
};

// "one", "four", "other", "small-pool".
std::string ModeName(Mode mode);

struct Counts {
  uint64_t passed = 0;
  uint64_t failed = 0;
};

class Runner {
 public:
  // With `update`, queries take what they are given as what is expected of them.
  Runner(Mode mode, bool update) : mode_(mode), update_(update) {}

  // Reports every record that fails, with file and line, on standard output.  An error
  // when the file cannot be read, is no logic test, or its database cannot be made.
  // Last, the database is closed and checked for damage, which counts as a record.
  Status RunFile(const std::string& path);

  const Counts& counts() const { return counts_; }

 private:
  struct Given {
    Status status;
    std::vector<Row> rows;
    uint64_t changed = 0;
  };

  Status RunIn(db::Database& database);
  Status CheckDatabase();
  // The values of loop variables are in `variables_`.  False after `halt`.
  bool RunRecords(size_t begin, size_t end);
  void RunLoop(size_t begin, size_t end);
  size_t EndOfLoop(size_t begin) const;
  void RunStatement(const Record& record);
  void RunQuery(Record* record);
  bool Applies(const Record& record) const;

  Given Execute(const Record& record, const std::string& types);
  std::string TextFor(const Record& record) const;
  void Pass() { ++counts_.passed; }
  void Fail(const Record& record, const std::string& why);
  Status WriteUpdated() const;

  Mode mode_;
  bool update_;
  Counts counts_;

  // Of the file that runs.
  std::string path_;
  std::vector<std::string> lines_;
  std::vector<Record> records_;
  common::SimEnv* env_ = nullptr;
  db::Session* session_ = nullptr;
  std::vector<std::pair<std::string, int64_t>> variables_;
  std::map<std::string, std::string> hash_of_label_;
  uint64_t hash_threshold_ = 0;
};

}  // namespace redbase::slt
