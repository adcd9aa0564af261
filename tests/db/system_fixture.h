// System: a database used as a program uses it, through sessions, on a simulated
// disk.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/random.h"
#include "common/sim_env.h"
#include "db/database.h"
#include "db/session.h"
#include "tests/support/expect_status.h"

namespace redbase::db {

// The sanitizers make everything many times slower: what is tried often is tried less.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

using Lines = std::vector<std::string>;

Lines Sorted(Lines lines);
// REDBASE_SEED, or one that nobody can foresee; printed.
uint64_t NewSeed();

// A pool of 4 MB and two helpers.
DatabaseOptions SmallOptions();

// One statement, rows as "1 | abc | null".
Result<Lines> Do(Session& session, std::string_view text);

// Writes a file, in place of one that is there.
void WriteFile(common::Env& env, const std::string& path, std::string_view text);

// All tables of a database, their rows, indexes and partitions, as text.
Result<Lines> Everything(Session& session);

// Opens the database's nodes by themselves, checks them and counts what is pinned.
void ExpectValid(common::Env& env, const std::string& path);

class System {
 public:
  static constexpr const char* kPath = "/db";
  // Lies on the disk beside the database.
  static constexpr const char* kLoadFile = "/rows.txt";

  // `nodes` 0: a plain database.
  explicit System(uint32_t nodes, DatabaseOptions options = SmallOptions());
  // Closes, and checks that everything is in order.
  ~System();
  System(const System&) = delete;
  System& operator=(const System&) = delete;

  void Open();
  void Close();
  // As far as it can be done: a fault may be set.
  Status TryOpen();
  Status TryClose();
  void Reopen() {
    Close();
    Open();
  }

  Result<Lines> Do(std::string_view text) { return db::Do(*session_, text); }
  // The rows of a statement that must succeed.
  Lines Rows(std::string_view text);
  void Run(std::string_view text) { Rows(text); }
  // The message of a statement that must fail.
  std::string Error(std::string_view text);
  // Loads lines of text.
  Result<Lines> Load(const std::string& table, std::string_view text);
  Lines Everything();
  // Pages that the pool says are pinned.
  size_t PinnedPages();

  bool is_open() const { return database_ != nullptr; }
  Database& database() { return *database_; }
  Session& session() { return *session_; }

  common::SimEnv env;

 private:
  const DatabaseOptions options_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Session> session_;
};

}  // namespace redbase::db
