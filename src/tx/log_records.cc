#include "tx/log_records.h"

#include "common/bytes.h"

namespace redbase::tx {

namespace {

std::string Group(pf::PageOpCode op, pf::FileId file, std::string_view payload) {
  std::string group;
  pf::AppendLogRecord({file, kNoPage, op, 0, static_cast<uint32_t>(payload.size())},
                      AsBytes(payload), &group);
  return group;
}

Status TooShort() { return {Code::kCorruption, "a record of a transaction is cut off"}; }

}  // namespace

// The most frequent of all: built in one piece.
std::string EncodeUndo(const UndoEntry& entry) {
  constexpr size_t kFixedBytes = 24;
  const size_t length = kFixedBytes + entry.payload.size();
  std::string group;
  group.reserve(sizeof(pf::LogRecordHeader) + length);
  ByteWriter writer(&group);
  writer.Put(
      pf::LogRecordHeader{entry.file, kNoPage, kUndoRecord, 0, static_cast<uint32_t>(length)});
  writer.Put(entry.transaction);
  writer.Put(entry.previous);
  writer.Put(entry.kind);
  writer.Put(uint16_t{0});
  writer.Put(uint32_t{0});
  writer.PutBytes(AsChars(entry.payload));
  return group;
}

std::string EncodePair(pf::PageOpCode op, TransactionId transaction, uint64_t second) {
  std::string payload;
  ByteWriter writer(&payload);
  writer.Put(transaction);
  writer.Put(second);
  return Group(op, pf::FileId{0}, payload);
}

std::string EncodeRollback(TransactionId transaction) {
  return EncodePair(kRollbackRecord, transaction, 0);
}

std::string EncodeForget(GlobalId global) {
  return EncodePair(kForgetRecord, TransactionId{0}, static_cast<uint64_t>(global));
}

std::string EncodeFileCreated(const CreatedFile& file) {
  std::string payload;
  ByteWriter writer(&payload);
  writer.Put(file.page_size);
  writer.Put(uint32_t{0});
  writer.PutBytes(file.name);
  return Group(kFileCreatedRecord, file.file, payload);
}

std::string EncodeCheckpoint(const CheckpointEntry& entry) {
  std::string payload;
  ByteWriter writer(&payload);
  writer.Put(entry.next_transaction);
  writer.Put(static_cast<uint32_t>(entry.active.size()));
  writer.Put(static_cast<uint32_t>(entry.decided.size()));
  for (const ActiveTransaction& active : entry.active) {
    writer.Put(active.id);
    writer.Put(active.first_undo);
    writer.Put(active.last_undo);
    writer.Put(active.global);
  }
  for (const GlobalId global : entry.decided) {
    writer.Put(global);
  }
  return Group(kCheckpointRecord, pf::FileId{0}, payload);
}

Result<UndoEntry> DecodeUndo(pf::FileId file, std::span<const std::byte> payload) {
  ByteReader reader(payload);
  UndoEntry entry;
  entry.transaction = reader.Get<TransactionId>();
  entry.previous = reader.Get<uint64_t>();
  entry.file = file;
  entry.kind = reader.Get<UndoKind>();
  reader.Get<uint16_t>();
  reader.Get<uint32_t>();
  entry.payload = reader.rest();
  return reader.ok() ? Result<UndoEntry>(entry) : TooShort();
}

Result<NumberPair> DecodePair(std::span<const std::byte> payload) {
  ByteReader reader(payload);
  NumberPair pair{};
  pair.transaction = reader.Get<TransactionId>();
  pair.second = reader.Get<uint64_t>();
  return reader.ok() ? Result<NumberPair>(pair) : TooShort();
}

Result<CreatedFile> DecodeFileCreated(pf::FileId file, std::span<const std::byte> payload) {
  ByteReader reader(payload);
  CreatedFile created;
  created.file = file;
  created.page_size = reader.Get<uint32_t>();
  reader.Get<uint32_t>();
  created.name = AsChars(reader.rest());
  const bool good = reader.ok() && pf::IsPageSize(created.page_size) && !created.name.empty() &&
                    created.name.find('/') == std::string::npos;
  return good ? Result<CreatedFile>(std::move(created)) : TooShort();
}

Result<CheckpointEntry> DecodeCheckpoint(std::span<const std::byte> payload) {
  ByteReader reader(payload);
  CheckpointEntry entry;
  entry.next_transaction = reader.Get<uint64_t>();
  const auto active = reader.Get<uint32_t>();
  const auto decided = reader.Get<uint32_t>();
  for (uint32_t i = 0; i < active && reader.ok(); ++i) {
    ActiveTransaction each{};
    each.id = reader.Get<TransactionId>();
    each.first_undo = reader.Get<uint64_t>();
    each.last_undo = reader.Get<uint64_t>();
    each.global = reader.Get<GlobalId>();
    entry.active.push_back(each);
  }
  for (uint32_t i = 0; i < decided && reader.ok(); ++i) {
    entry.decided.push_back(reader.Get<GlobalId>());
  }
  return reader.ok() ? Result<CheckpointEntry>(std::move(entry)) : TooShort();
}

}  // namespace redbase::tx
