// example: a program with a database in it.  It keeps temperatures that stations have
// measured: each run adds a day and prints what one station has, so run it twice.
//
//     example FOLDER
//
// Everything that it uses is in db/database.h and db/session.h.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "db/database.h"
#include "db/session.h"

namespace redbase {
namespace {

struct Measured {
  const char* station;
  std::optional<double> degrees;
};
constexpr Measured kDay[] = {{"Harbour", 11.25}, {"Airport", std::nullopt}, {"Old Town", 12.5}};

// The database at `path`; it is made, with its table, when there is none.
Result<std::unique_ptr<db::Database>> OpenOrCreate(const std::string& path) {
  Result<std::unique_ptr<db::Database>> found = db::Database::Open(common::RealEnv(), path, {});
  if (found.ok() || found.status().code() != Code::kNotFound) {
    return found;
  }
  RETURN_IF_ERROR(db::Database::Create(common::RealEnv(), path, /*node_count=*/0, /*page_size=*/0));
  ASSIGN_OR_RETURN(auto database, db::Database::Open(common::RealEnv(), path, {}));
  const std::unique_ptr<db::Session> session = database->Connect();
  for (const char* definition : {"create table reading (day i, station c20, degrees f);",
                                 "create unique index reading(day, station);"}) {
    RETURN_IF_ERROR(session->Execute(definition).status());
  }
  std::printf("%s was made.\n", path.c_str());
  return database;
}

// How many days there are.
Result<int> CountDays(db::Session& session) {
  ASSIGN_OR_RETURN(auto result, session.Execute("select day from reading;"));
  db::RowCursor rows(std::move(result));
  int64_t last = 0;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Next());
    if (!more) {
      return static_cast<int>(last);
    }
    last = std::max(last, rows.GetInt(0));
  }
}

// All stations of a day, or none: one transaction.
Status AddDay(db::Session& session, int day) {
  ASSIGN_OR_RETURN(const auto insert, session.Prepare("insert into reading values ($1, $2, $3);"));
  RETURN_IF_ERROR(session.Execute("begin;").status());
  for (const Measured& measured : kDay) {
    const Value degrees =
        measured.degrees ? Value::Double(*measured.degrees + 0.5 * day) : Value::Null();
    const auto inserted = insert->Run({Value::Int(day), Value::String(measured.station), degrees});
    RETURN_IF_ERROR(inserted.status());
  }
  return session.Execute("commit;").status();
}

Status PrintStation(db::Session& session, const char* station) {
  ASSIGN_OR_RETURN(const auto select,
                   session.Prepare("select day, degrees from reading where station = $1;"));
  RETURN_IF_ERROR(select->Bind(1, Value::String(station)));
  ASSIGN_OR_RETURN(auto result, select->Execute());
  db::RowCursor rows(std::move(result));
  std::printf("%s:\n", station);
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Next());
    if (!more) {
      return {};
    }
    std::printf("  day %d: ", static_cast<int>(rows.GetInt(0)));
    if (rows.IsNull(1)) {
      std::printf("not measured\n");
    } else {
      std::printf("%.1f degrees\n", rows.GetDouble(1));
    }
  }
}

Status Run(const std::string& path) {
  ASSIGN_OR_RETURN(const auto database, OpenOrCreate(path));
  {
    const std::unique_ptr<db::Session> session = database->Connect();
    ASSIGN_OR_RETURN(const int days, CountDays(*session));
    RETURN_IF_ERROR(AddDay(*session, days + 1));
    RETURN_IF_ERROR(PrintStation(*session, "Airport"));
    RETURN_IF_ERROR(PrintStation(*session, "Old Town"));
    // A day that is there already: nothing of it is added.
    const Status again = AddDay(*session, 1);
    std::printf("Day 1 again: %s\n", again.message().c_str());
    RETURN_IF_ERROR(session->Execute("rollback;").status());
  }
  return database->Close();
}

}  // namespace
}  // namespace redbase

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  const redbase::Status status = redbase::Run(argv[1]);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.message().c_str());
  }
  return status.ok() ? 0 : 1;
}
