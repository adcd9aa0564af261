// The records that transactions write to the log, among those of pages (pf/log.h).
//
// Their op codes are tx's, from 0x0080; their page number is pf::kNoPage; the file id
// counts for kUndo and kFileCreated only.  Payloads, little-endian:
//
//   kUndo          u64 transaction, u64 sequence of its undo record before (0: none),
//                  u16 undo kind, u16 and u32 zero, payload for the UndoTarget
//   kUndone        u64 transaction, u64 sequence of its undo record that is to be taken
//                  back next (0: none): those after it have been
//   kCommit        u64 transaction (0: it has changed nothing), u64 global id (0: none)
//   kRollback      u64 transaction: it has been taken back wholly
//   kPrepare       u64 transaction, u64 global id
//   kForget        u64 global id: every node knows its outcome
//   kFileCreated   u32 page size, u32 zero, the file's name
//   kCheckpoint    u64 next transaction id, u32 count of active transactions, u32 count
//                  of decided global ids; for each active one u64 transaction, u64
//                  sequence of its first undo record, u64 of its last, u64 global id;
//                  for each decided one u64
//
// What is last said of a transaction holds: a kUndone or kRollback after its kCommit
// means that the commit failed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "pf/log.h"
#include "pf/page_op.h"
#include "tx/transaction.h"

namespace redbase::tx {

inline constexpr pf::PageOpCode kUndoRecord{0x0080};
inline constexpr pf::PageOpCode kUndoneRecord{0x0081};
inline constexpr pf::PageOpCode kCommitRecord{0x0082};
inline constexpr pf::PageOpCode kRollbackRecord{0x0083};
inline constexpr pf::PageOpCode kPrepareRecord{0x0084};
inline constexpr pf::PageOpCode kForgetRecord{0x0085};
inline constexpr pf::PageOpCode kFileCreatedRecord{0x0086};
inline constexpr pf::PageOpCode kCheckpointRecord{0x0087};

inline bool IsTransactionRecord(pf::PageOpCode op) {
  return op >= kUndoRecord && op <= kCheckpointRecord;
}

struct UndoEntry {
  TransactionId transaction;
  uint64_t previous = 0;
  pf::FileId file{0};
  UndoKind kind{};
  std::span<const std::byte> payload{};
};

struct ActiveTransaction {
  TransactionId id;
  uint64_t first_undo = 0;
  uint64_t last_undo = 0;
  GlobalId global = kNoGlobalId;
};

struct CheckpointEntry {
  uint64_t next_transaction = 1;
  std::vector<ActiveTransaction> active{};
  std::vector<GlobalId> decided{};
};

struct CreatedFile {
  pf::FileId file{0};
  uint32_t page_size = 0;
  std::string name{};
};

// Groups of one record each.
std::string EncodeUndo(const UndoEntry& entry);
// For kUndoneRecord, kCommitRecord, kPrepareRecord: two numbers.
std::string EncodePair(pf::PageOpCode op, TransactionId transaction, uint64_t second);
std::string EncodeRollback(TransactionId transaction);
std::string EncodeForget(GlobalId global);
std::string EncodeFileCreated(const CreatedFile& file);
std::string EncodeCheckpoint(const CheckpointEntry& entry);

// kCorruption when the payload is too short.
Result<UndoEntry> DecodeUndo(pf::FileId file, std::span<const std::byte> payload);
struct NumberPair {
  TransactionId transaction;
  uint64_t second;  // 0 where the record has only one number
};
Result<NumberPair> DecodePair(std::span<const std::byte> payload);
Result<CreatedFile> DecodeFileCreated(pf::FileId file, std::span<const std::byte> payload);
Result<CheckpointEntry> DecodeCheckpoint(std::span<const std::byte> payload);

}  // namespace redbase::tx
