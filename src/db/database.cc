#include "db/database.h"

#include <algorithm>
#include <utility>

#include "db/internal/buffer_need.h"
#include "db/internal/database_impl.h"
#include "db/internal/session_impl.h"
#include "db/session.h"
#include "sm/control_file.h"
#include "sm/database_directory.h"

namespace redbase::db {
namespace {

// The statement's own thread works too, so one thread less is needed.
unsigned HelpersWanted(common::Env& env, const DatabaseOptions& options) {
  return options.threads > 0 ? options.threads : std::max(1U, env.ProcessorCount() - 1);
}

}  // namespace

Database::Impl::Impl(common::Env& environment, std::string where, const DatabaseOptions& wanted,
                     unsigned helper_count)
    : env(environment),
      path(std::move(where)),
      options(wanted),
      memory("database"),
      pool(env, log, {.budget_bytes = options.buffer_bytes, .background_writer = true}),
      helpers(env, helper_count),
      checkpointer(env, options.checkpoint_micros, [this] { return nodes->Checkpoint(); }) {}

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
  nodes.log_alarm_bytes = options.checkpoint_bytes;
  nodes.on_log_alarm = [checkpointer = &impl->checkpointer] { checkpointer->NoteGrowth(); };
  nodes.on_change = [checkpointer = &impl->checkpointer] { checkpointer->NoteChange(); };
  ASSIGN_OR_RETURN(impl->nodes, ex::CommLayer::Open(nodes, path));
  const tx::RecoveryReport& report = impl->nodes->recovery();
  impl->recovery = {report.was_needed,     report.log_bytes,  report.page_changes,
                    report.pages_repaired, report.taken_back, report.micros};
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
  return impl_->nodes->Close();
}

}  // namespace redbase::db
