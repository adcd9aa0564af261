#include "db/database.h"

#include <algorithm>
#include <utility>

#include "common/executor.h"
#include "db/internal/buffer_need.h"
#include "db/internal/database_impl.h"
#include "db/internal/session_impl.h"
#include "db/session.h"
#include "ex/database_check.h"
#include "sm/control_file.h"
#include "sm/database_copy.h"
#include "sm/database_directory.h"

namespace redbase::db {
namespace {

// The statement's own thread works too, so one thread less is needed.
unsigned HelpersWanted(common::Env& env, const DatabaseOptions& options) {
  return options.threads > 0 ? options.threads : std::max(1U, env.ProcessorCount() - 1);
}

RecoverySummary SummaryOf(const tx::RecoveryReport& report) {
  return {report.was_needed,     report.log_bytes,  report.page_changes,
          report.pages_repaired, report.taken_back, report.micros};
}

std::string Counted(uint64_t count, const std::string& noun, const std::string& ending = "s") {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : ending);
}

// What was found in a copy is said of what it is a copy of.
std::string ReplacedAll(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

std::string CheckSummary::ToString() const {
  const std::string looked_at = Counted(relations, "relation") + ", " +
                                Counted(indexes, "index", "es") + ", " + Counted(pages, "page") +
                                " checked: ";
  return looked_at + (problems.empty() ? "no problems" : Counted(problems.size(), "problem"));
}

Database::Impl::Impl(common::Env& environment, std::string where, const DatabaseOptions& wanted,
                     unsigned helper_count)
    : env(environment),
      path(std::move(where)),
      options(wanted),
      memory("database"),
      pool(env, log, {.budget_bytes = options.buffer_bytes, .background_writer = true}),
      helpers(env, helper_count),
      checkpointer(env, options.checkpoint_micros, [this] { return nodes->Checkpoint(); }),
      log_syncer(env, "log syncer", [this] { SyncLogs(); }) {}

void Database::Impl::SyncLogs() {
  if (!nodes->SyncLogs().ok()) {
    log_syncer.WakeLater(options.log_sync_micros);
  }
}

Status Database::Impl::ResizeBuffer(size_t bytes) {
  const sm::DatabaseOptions& pages = nodes->catalog().options();
  RETURN_IF_ERROR(CheckBuffer(bytes, pages));
  RETURN_IF_ERROR(pool.Resize(bytes));
  helpers.SetCount(HelpersWithRoom(bytes, pages, HelpersWanted(env, options)));
  return {};
}

Status Database::Create(common::Env& env, const std::string& path, uint32_t node_count,
                        uint32_t page_size, const common::CancelToken* cancel) {
  return sm::CreateDatabase(env, path, node_count, page_size, cancel);
}

Status Database::Destroy(common::Env& env, const std::string& path) {
  return sm::DestroyDatabase(env, path);
}

Result<CheckSummary> Database::Check(common::Env& env, const std::string& path,
                                     const DatabaseOptions& options) {
  common::InlineExecutor executor;
  pf::NullLog log;
  pf::BufferPool pool(env, log, {options.buffer_bytes, /*background_writer=*/false});
  ex::CommLayerOptions nodes;
  nodes.env = &env;
  nodes.executor = &executor;
  nodes.pool = &pool;
  ASSIGN_OR_RETURN(const ex::DatabaseCheck check, ex::CheckDatabase(nodes, path));
  CheckSummary summary;
  summary.recovery = SummaryOf(check.recovery);
  summary.relations = check.report.relations;
  summary.indexes = check.report.indexes;
  summary.pages = check.report.pages;
  for (const Status& problem : check.report.problems) {
    summary.problems.push_back(problem.message());
  }
  return summary;
}

Result<CheckSummary> Database::Restore(common::Env& env, const std::string& backup,
                                       const std::string& path, const DatabaseOptions& options,
                                       const common::CancelToken* cancel) {
  CheckSummary summary;
  const Status made =
      sm::MakeWholeDirectory(env, path, "dbrestore", [&](const std::string& directory) -> Status {
        RETURN_IF_ERROR(sm::CopyDatabase(env, backup, directory, cancel).Annotate(backup));
        ASSIGN_OR_RETURN(summary, Check(env, directory, options));
        for (std::string& problem : summary.problems) {
          problem = ReplacedAll(std::move(problem), directory, backup);
        }
        return summary.problems.empty() ? Status() : Status(Code::kCorruption, "it is damaged");
      });
  if (!made.ok() && summary.problems.empty()) {
    return made.Annotate("cannot restore to " + path);
  }
  return summary;
}

Result<std::unique_ptr<Database>> Database::Open(common::Env& env, const std::string& path,
                                                 const DatabaseOptions& options) {
  unsigned helpers = HelpersWanted(env, options);
  // Where there is no database, opening its nodes says so better.
  const Result<sm::DatabaseOptions> pages = sm::ReadControlFile(env, path);
  if (pages.ok()) {
    RETURN_IF_ERROR(CheckBuffer(options.buffer_bytes, *pages));
    helpers = HelpersWithRoom(options.buffer_bytes, *pages, helpers);
  }
  auto impl = std::make_unique<Impl>(env, path, options, helpers);
  ex::CommLayerOptions nodes;
  nodes.env = &env;
  nodes.executor = &impl->helpers;
  nodes.pool = &impl->pool;
  nodes.undo_memory = options.undo_memory;
  nodes.bulk_pages_logged = options.bulk_pages_logged;
  nodes.log_alarm_bytes = options.checkpoint_bytes;
  nodes.on_log_alarm = [checkpointer = &impl->checkpointer] { checkpointer->NoteGrowth(); };
  nodes.on_change = [checkpointer = &impl->checkpointer] { checkpointer->NoteChange(); };
  nodes.on_unsynced_commit = [database = impl.get()] {
    database->log_syncer.WakeLater(database->options.log_sync_micros);
  };
  ASSIGN_OR_RETURN(impl->nodes, ex::CommLayer::Open(nodes, path));
  impl->recovery = SummaryOf(impl->nodes->recovery());
  return std::make_unique<Database>(std::move(impl));
}

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::~Database() = default;

std::unique_ptr<Session> Database::Connect() {
  return std::make_unique<Session>(std::make_unique<Session::Impl>(*impl_));
}

const std::string& Database::path() const { return impl_->path; }

const RecoverySummary& Database::recovery() const { return impl_->recovery; }

Status Database::Close() {
  impl_->checkpointer.Stop();
  impl_->log_syncer.Stop();
  return impl_->nodes->Close();
}

}  // namespace redbase::db
