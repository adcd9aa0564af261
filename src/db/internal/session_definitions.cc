// Session::Impl: statements that make and drop tables and indexes.

#include <memory>
#include <utility>
#include <vector>

#include "db/internal/session_impl.h"
#include "ql/ddl_binder.h"

namespace redbase::db {

// Definitions are made by one transaction at a time: what that has locked is no relation.
template <typename Change>
Result<StatementResultPtr> Session::Impl::ChangeCatalog(Change change) {
  ASSIGN_OR_RETURN(const StatementLock::Hold hold, Lock(/*changes=*/true));
  const std::unique_ptr<common::MemoryAccount> memory = NewMemory();
  ASSIGN_OR_RETURN(const std::unique_ptr<ex::ClusterStatement> statement, Begin(memory.get()));
  RETURN_IF_ERROR(LockTables({{"", TableLocks::Mode::kExclusive}}, *statement));
  Status status = change(*statement);
  while (!status.ok()) {
    RETURN_IF_ERROR(cancel.Check());
    RETURN_IF_ERROR(statement->Restart(std::move(status), patience()));
    status = change(*statement);
  }
  RETURN_IF_ERROR(statement->Commit());
  return Done();
}

Result<StatementResultPtr> Session::Impl::Create(const parser::CreateTable& statement) {
  ASSIGN_OR_RETURN(const sm::TableDefinition definition,
                   ql::BindCreateTable(statement, database_.nodes->node_count()));
  return ChangeCatalog([&](ex::ClusterStatement& s) { return s.CreateTable(definition); });
}

Result<StatementResultPtr> Session::Impl::Drop(const parser::DropTable& statement) {
  return ChangeCatalog([&](ex::ClusterStatement& s) -> Status {
    const Result<sm::RelationPtr> relation = Seen(s)->Find(statement.table.text);
    RETURN_IF_ERROR(AtPlace(relation.status(), statement.table.position));
    RETURN_IF_ERROR(LockTables({{(*relation)->name, TableLocks::Mode::kAccessExclusive}}, s));
    return AtPlace(s.DropTable((*relation)->name), statement.table.position);
  });
}

template <typename Change>
Result<StatementResultPtr> Session::Impl::ChangeIndex(
    const parser::Identifier& table, const std::vector<parser::Identifier>& columns,
    TableLocks::Mode mode, Change change) {
  return ChangeCatalog([&](ex::ClusterStatement& s) -> Status {
    ASSIGN_OR_RETURN(const ql::BoundIndex bound, ql::BindIndex(*Seen(s), table, columns));
    RETURN_IF_ERROR(LockTables({{bound.relation->name, mode}}, s));
    return change(s, bound);
  });
}

Result<StatementResultPtr> Session::Impl::Create(const parser::CreateIndex& statement) {
  return ChangeIndex(statement.table, statement.columns, TableLocks::Mode::kShare,
                     [&](ex::ClusterStatement& s, const ql::BoundIndex& bound) {
                       return s.CreateIndex(bound.relation->name, bound.columns, statement.unique);
                     });
}

Result<StatementResultPtr> Session::Impl::Drop(const parser::DropIndex& statement) {
  return ChangeIndex(statement.table, statement.columns, TableLocks::Mode::kAccessExclusive,
                     [&](ex::ClusterStatement& s, const ql::BoundIndex& bound) -> Status {
                       RETURN_IF_ERROR(ql::FindIndex(bound).status());
                       return s.DropIndex(bound.relation->name, bound.columns);
                     });
}

}  // namespace redbase::db
