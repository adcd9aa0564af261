// Messages between the coordinator (the master's CommLayer) and data nodes.
//
// Plain values that own all they hold: a message could be written to a wire as it
// is.  Relations go by name, indexes by their columns, partitions of work by the
// number of the statement; nothing refers to the sender's memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/check_report.h"
#include "common/rid.h"
#include "common/schema.h"
#include "common/status.h"
#include "ql/plan.h"
#include "ql/read_check.h"
#include "sm/catalog.h"
#include "tx/transaction.h"

namespace redbase::ex {

// A transaction of one coordinator; on each node it touches it has one.  Numbers are
// never used twice while the database is open.
enum class TransactionId : uint64_t {};
// For requests outside of transactions.
inline constexpr TransactionId kNoTransaction{0};

// The statements of a transaction are numbered as they begin; no number comes twice,
// also when statements were taken back.
enum class StatementNumber : uint64_t {};
inline constexpr StatementNumber kFirstStatement{1};

struct StatementId {
  TransactionId transaction = kNoTransaction;
  StatementNumber number = kFirstStatement;
};

// ---- Requests that belong to a statement.  The first one makes the node note where
// the statement begins.

struct CreateTableRequest {
  sm::TableDefinition definition;
};
// Succeeds when there is none.
struct DropTableRequest {
  std::string relation;
};
struct CreateIndexRequest {
  std::string relation;
  std::vector<uint32_t> columns;
  bool unique = false;
};
// Succeeds when there is none.
struct DropIndexRequest {
  std::string relation;
  std::vector<uint32_t> columns;
};

// ---- Requests that belong to a transaction.

// Promises that a Commit of the transaction will succeed, also after a crash: the
// coordinator's log says then what became of this id.
struct PrepareRequest {
  tx::GlobalId global = tx::kNoGlobalId;
};
// Each ends the transaction on the node; without effect on one that the node does
// not know, so that an end whose delivery failed can be sent again.
struct CommitRequest {
  bool synchronous = true;  // see tx::Transaction::SetSynchronous
};
struct RollbackRequest {};
// Checks that nobody else has changed what the transaction has read on the node.
struct CheckReadsRequest {
  std::shared_ptr<const ql::ReadSet> reads;
};
// Takes back this statement and those after it.  May be sent again, too.
struct RollbackToRequest {
  StatementNumber statement = kFirstStatement;
};

// ---- Others.

struct SizeRequest {  // answered by RelationSize
  std::string relation;
};
struct DrawPageRequest {  // answered by text
  std::string relation;
  PageNum page = kNoPage;
};
struct DrawTreeRequest {  // answered by text
  std::string relation;
  std::vector<uint32_t> columns;
};
// Writes everything and syncs.
struct FlushRequest {};
// Makes durable what was committed.
struct SyncLogRequest {};
// Makes recovery short, and what the node knows of ends durable.
struct CheckpointRequest {};
// A step of copying the node's database into a directory (sm::CatalogCopy).
enum class CopyStep : uint8_t {
  kFiles,   // makes the directory, and copies the files
  kMoment,  // notes the end of the log
  kLog,     // copies the log, which completes the copy
  kEnd,     // whether it was completed or not; it may never have begun
};
struct CopyRequest {
  std::string directory;
  CopyStep step;
};
// Nothing may follow but the end of the transport.
struct CloseRequest {};

// What the coordinator expects a fragment of a relation to be.
struct FragmentDefinition {
  std::string relation;
  Schema schema;
  sm::PartitionRange range;
  std::vector<sm::IndexInfo> indexes;  // ids and names are the coordinator's own
};
// Checks the node's files and rows, and that its fragments are these and no others.
// Answered by CheckReport.
struct ValidateRequest {
  std::vector<FragmentDefinition> fragments;
};

using RequestBody =
    std::variant<CreateTableRequest, DropTableRequest, CreateIndexRequest, DropIndexRequest,
                 PrepareRequest, CommitRequest, RollbackRequest, RollbackToRequest, SizeRequest,
                 DrawPageRequest, DrawTreeRequest, FlushRequest, SyncLogRequest, CheckpointRequest,
                 CopyRequest, CloseRequest, ValidateRequest, CheckReadsRequest>;

struct Request {
  StatementId statement;
  RequestBody body;
};

struct RelationSize {
  uint64_t rows = 0;
  uint64_t pages = 0;  // of records
  uint64_t bytes = 0;
};

// monostate: done.
using Reply = std::variant<std::monostate, RelationSize, std::string, common::CheckReport>;

// A relation as the coordinator knows it: a plan made for another shape of it
// must not run.
struct RelationShape {
  std::string relation;
  uint64_t fingerprint = 0;

  bool operator==(const RelationShape&) const = default;
};
// Of a relation's columns and, for a fragment, its range.
uint64_t ShapeFingerprint(const Schema& schema, const std::optional<sm::PartitionRange>& range);

// Runs a plan on a node: rows come back, and may be sent (ql::Receive).
struct FragmentRequest {
  StatementId statement;
  ql::PlanPtr plan;
  std::vector<RelationShape> relations;  // that the plan uses
  // Rows that nobody has taken yet, in bytes; the node stops at more.
  size_t queue_bytes = 0;
  // Begin before somebody asks for rows.
  bool run_ahead = false;
};

// What a fragment says after its last row.
struct FragmentSummary {
  uint64_t changed_rows = 0;
  std::vector<std::string> notices;
};

// "Scan student (gpa > 3.5)", "Commit": what a message asks for, in one line.
std::string ToText(const RequestBody& body);
std::string ToText(const ql::PlanNode& plan);

}  // namespace redbase::ex
