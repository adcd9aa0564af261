#include "testers/slt/runner.h"

#include <regex.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <utility>

#include "testers/slt/distribute.h"

namespace redbase::slt {
namespace {

constexpr const char* kDatabase = "db";
constexpr uint32_t kSmallPage = 4096;

db::DatabaseOptions OptionsFor(Mode mode) {
  db::DatabaseOptions options;
  options.buffer_bytes = mode == Mode::kSmallPool ? size_t{40} * kSmallPage : size_t{32} << 20;
  options.threads = 2;
  return options;
}

bool IsDistributed(Mode mode) { return mode == Mode::kFour || mode == Mode::kOther; }

// Whether an extended regular expression is found in the text, in any case of letters.
bool Finds(const std::string& pattern, const std::string& text) {
  regex_t compiled;
  if (regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0) {
    return false;
  }
  const bool found = regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  regfree(&compiled);
  return found;
}

std::string Joined(const std::vector<std::string>& lines) {
  constexpr size_t kMost = 40;
  std::string text;
  for (size_t i = 0; i < std::min(lines.size(), kMost); ++i) {
    text += "\n    " + lines[i];
  }
  return text + (lines.size() > kMost ? "\n    ..." : "");
}

Row RowOf(const Batch& batch, size_t row, const Schema& schema, const std::string& types) {
  Row texts;
  for (size_t column = 0; column < types.size(); ++column) {
    texts.push_back(TextOf(batch.GetValue(column, row), schema[column].type.id, types[column]));
  }
  return texts;
}

}  // namespace

std::string ModeName(Mode mode) {
  switch (mode) {
    case Mode::kOne:
      return "one";
    case Mode::kFour:
      return "four";
    case Mode::kOther:
      return "other";
    case Mode::kSmallPool:
      return "small-pool";
  }
  return "?";
}

Status Runner::RunFile(const std::string& path) {
  path_ = path;
  ASSIGN_OR_RETURN(const std::string text, common::RealEnv().ReadAll(path));
  lines_ = SplitLines(text);
  auto records = ParseRecords(lines_);
  if (!records.ok()) {
    return records.status().Annotate(path);
  }
  records_ = std::move(records.value());
  variables_.clear();
  hash_of_label_.clear();
  hash_threshold_ = 0;

  common::SimEnv env;
  env_ = &env;
  RETURN_IF_ERROR(db::Database::Create(env, kDatabase, IsDistributed(mode_) ? 4 : 0,
                                       mode_ == Mode::kSmallPool ? kSmallPage : 0));
  ASSIGN_OR_RETURN(const auto database, db::Database::Open(env, kDatabase, OptionsFor(mode_)));
  RETURN_IF_ERROR(RunIn(*database).Annotate(path));
  RETURN_IF_ERROR(CheckDatabase().Annotate(path));
  return update_ ? WriteUpdated() : Status();
}

Status Runner::RunIn(db::Database& database) {
  {
    const std::unique_ptr<db::Session> session = database.Connect();
    session_ = session.get();
    RunRecords(0, records_.size());
    session_ = nullptr;
  }
  return database.Close();
}

Status Runner::CheckDatabase() {
  ASSIGN_OR_RETURN(const db::CheckSummary summary,
                   db::Database::Check(*env_, kDatabase, OptionsFor(mode_)));
  if (summary.problems.empty()) {
    Pass();
    return {};
  }
  Record end;
  end.line = lines_.size();
  Fail(end, "the database is damaged:" + Joined(summary.problems));
  return {};
}

bool Runner::RunRecords(size_t begin, size_t end) {
  for (size_t at = begin; at < end; ++at) {
    Record& record = records_[at];
    const size_t next = record.kind == RecordKind::kLoop ? EndOfLoop(at) : at;
    if (Applies(record)) {
      switch (record.kind) {
        case RecordKind::kStatement:
          RunStatement(record);
          break;
        case RecordKind::kQuery:
          RunQuery(&record);
          break;
        case RecordKind::kHalt:
          return false;
        case RecordKind::kHashThreshold:
          hash_threshold_ = record.count;
          break;
        case RecordKind::kLoop:
          RunLoop(at, next);
          break;
        case RecordKind::kEndLoop:
          break;
      }
    }
    at = next;
  }
  return true;
}

size_t Runner::EndOfLoop(size_t begin) const {
  size_t at = begin;
  for (int depth = 1; depth > 0;) {
    const RecordKind kind = records_[++at].kind;
    depth += kind == RecordKind::kLoop ? 1 : 0;
    depth -= kind == RecordKind::kEndLoop ? 1 : 0;
  }
  return at;
}

void Runner::RunLoop(size_t begin, size_t end) {
  const std::string name = records_[begin].variable;
  for (int64_t i = records_[begin].first; i < records_[begin].end; ++i) {
    variables_.emplace_back(name, i);
    const bool goes_on = RunRecords(begin + 1, end);
    variables_.pop_back();
    if (!goes_on) {
      return;
    }
  }
}

bool Runner::Applies(const Record& record) const {
  const auto is_us = [this](const std::string& name) {
    return name == "redbase" || name == ModeName(mode_) ||
           (name == "distributed" && IsDistributed(mode_));
  };
  return std::none_of(record.skip_if.begin(), record.skip_if.end(), is_us) &&
         std::all_of(record.only_if.begin(), record.only_if.end(), is_us);
}

std::string Runner::TextFor(const Record& record) const {
  std::string text = record.sql;
  for (const auto& [name, value] : variables_) {
    const std::string reference = "${" + name + "}";
    for (size_t at = text.find(reference); at != std::string::npos; at = text.find(reference, at)) {
      text.replace(at, reference.size(), std::to_string(value));
    }
  }
  if (IsDistributed(mode_)) {
    text = AddDistribution(
        text, mode_ == Mode::kFour ? DistributedBy::kFirstColumn : DistributedBy::kLastColumn);
  }
  return text.back() == ';' ? text : text + ";";
}

Runner::Given Runner::Execute(const Record& record, const std::string& types) {
  Given given;
  auto result = session_->Execute(TextFor(record));
  if (!result.ok()) {
    given.status = result.status();
    return given;
  }
  db::StatementResult& rows = *result.value();
  Batch batch;
  while (true) {
    const Result<bool> more = rows.Next(&batch);
    if (!more.ok() || !more.value()) {
      given.status = more.status();
      given.changed = rows.changed_rows();
      return given;
    }
    if (record.kind != RecordKind::kQuery) {
      continue;
    }
    if (rows.schema().size() != types.size()) {
      given.status =
          Status(Code::kTypeMismatch, "wanted " + std::to_string(types.size()) + " columns, got " +
                                          std::to_string(rows.schema().size()));
      return given;
    }
    for (size_t i = 0; i < batch.selected(); ++i) {
      given.rows.push_back(RowOf(batch, batch.RowAt(i), rows.schema(), types));
    }
  }
}

void Runner::RunStatement(const Record& record) {
  const Given given = Execute(record, "");
  const Status& status = given.status;
  if (record.expectation != Expectation::kError) {
    if (!status.ok()) {
      Fail(record, "is refused: " + status.message());
    } else if (record.expectation == Expectation::kCount && given.changed != record.count) {
      Fail(record, "changes " + std::to_string(given.changed) + " rows, not " +
                       std::to_string(record.count));
    } else {
      Pass();
    }
  } else if (status.ok()) {
    Fail(record, "is not refused");
  } else if (record.pattern.empty() ? status.code() == Code::kSyntax
                                    : !Finds(record.pattern, status.message())) {
    const std::string wanted =
        record.pattern.empty() ? "no syntax error" : "an error like [" + record.pattern + "]";
    Fail(record, "wanted " + wanted + ", got: " + status.message());
  } else {
    Pass();
  }
}

void Runner::RunQuery(Record* record) {
  Given given = Execute(*record, record->types);
  if (!given.status.ok()) {
    Fail(*record, "is refused: " + given.status.message());
    return;
  }
  const Answer answer(std::move(given.rows), record->sort);
  if (!record->label.empty()) {
    const std::string hash = answer.Hash();
    if (hash_of_label_.try_emplace(record->label, hash).first->second != hash) {
      Fail(*record, "gives other values than the first query labelled " + record->label +
                        "; they are:" + Joined(answer.Lines(0)));
      return;
    }
  }
  if (answer.Matches(record->expected)) {
    Pass();
  } else if (update_ && variables_.empty()) {
    record->expected = answer.Lines(hash_threshold_);
    Pass();
  } else {
    Fail(*record, "wanted:" + Joined(record->expected) +
                      "\n  got:" + Joined(answer.Lines(hash_threshold_)) + "\n  " + answer.Hash());
  }
}

void Runner::Fail(const Record& record, const std::string& why) {
  ++counts_.failed;
  std::string loops;
  for (const auto& [name, value] : variables_) {
    loops += ", " + name + " = " + std::to_string(value);
  }
  std::printf("FAILED %s:%zu (%s%s): %s\n  %s\n", path_.c_str(), record.line,
              ModeName(mode_).c_str(), loops.c_str(), record.sql.c_str(), why.c_str());
}

Status Runner::WriteUpdated() const {
  std::string text;
  size_t copied = 0;
  const auto copy_to = [&](size_t end) {
    for (; copied < end; ++copied) {
      text += lines_[copied] + "\n";
    }
  };
  for (const Record& record : records_) {
    if (record.kind == RecordKind::kQuery) {
      copy_to(record.expected_begin);
      for (const std::string& line : record.expected) {
        text += line + "\n";
      }
      copied = record.expected_end;
    }
  }
  copy_to(lines_.size());
  std::ofstream file(path_, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  return file ? Status() : Status(Code::kIoError, "cannot write " + path_);
}

}  // namespace redbase::slt
