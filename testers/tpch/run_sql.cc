// run_sql: runs files of statements in a database and prints rows that a script can read.
//
//     run_sql DATABASE FILE...
//
// For each file there is a line `@@@ MICROSECONDS` or `@@@ error: MESSAGE`, the time that its
// statements took, and below it their rows, values separated by tabs.  The first statement
// that fails ends its file; the next file runs.
#include <cstdio>
#include <memory>
#include <string>

#include "common/env.h"
#include "db/database.h"
#include "db/session.h"
#include "parser/statement_splitter.h"

namespace redbase {
namespace {

Status RunStatement(db::Session& session, const std::string& text, std::string* out) {
  ASSIGN_OR_RETURN(const std::unique_ptr<db::StatementResult> result, session.Execute(text));
  Batch batch;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, result->Next(&batch));
    if (!more) {
      return {};
    }
    for (size_t i = 0; i < batch.selected(); ++i) {
      for (size_t column = 0; column < batch.column_count(); ++column) {
        *out += (column == 0 ? "" : "\t") + batch.GetValue(column, batch.RowAt(i)).ToString();
      }
      *out += '\n';
    }
  }
}

Status RunFile(db::Session& session, const std::string& path, std::string* out) {
  ASSIGN_OR_RETURN(const std::string text, common::RealEnv().ReadAll(path));
  parser::StatementSplitter splitter;
  splitter.Append(text);
  splitter.Finish();
  for (auto statement = splitter.Next(); statement; statement = splitter.Next()) {
    RETURN_IF_ERROR(RunStatement(session, statement->text, out));
  }
  return {};
}

Status Run(const std::string& path, int file_count, char** files) {
  ASSIGN_OR_RETURN(const auto database, db::Database::Open(common::RealEnv(), path, {}));
  {
    const std::unique_ptr<db::Session> session = database->Connect();
    for (int i = 0; i < file_count; ++i) {
      std::string rows;
      const int64_t start = common::RealEnv().MonotonicMicros();
      const Status status = RunFile(*session, files[i], &rows);
      const int64_t micros = common::RealEnv().MonotonicMicros() - start;
      std::printf(
          "@@@ %s\n%s",
          status.ok() ? std::to_string(micros).c_str() : ("error: " + status.message()).c_str(),
          status.ok() ? rows.c_str() : "");
      std::fflush(stdout);
    }
  }
  return database->Close();
}

}  // namespace
}  // namespace redbase

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s DATABASE FILE...\n", argv[0]);
    return 2;
  }
  const redbase::Status status = redbase::Run(argv[1], argc - 2, argv + 2);
  if (!status.ok()) {
    std::fprintf(stderr, "run_sql: %s\n", status.message().c_str());
  }
  return status.ok() ? 0 : 1;
}
