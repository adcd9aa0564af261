#include "rm/record_file.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "common/env.h"
#include "rm/internal/bulk_undo.h"
#include "rm/internal/directory.h"
#include "rm/internal/file_check.h"
#include "rm/internal/file_core.h"
#include "rm/internal/old_rows.h"
#include "rm/internal/overflow.h"
#include "rm/internal/page_drawing.h"
#include "rm/internal/page_gather.h"
#include "rm/internal/page_ops.h"
#include "rm/internal/prepared_rows.h"
#include "rm/internal/record_eraser.h"
#include "rm/internal/record_inserter.h"
#include "rm/internal/record_mover.h"
#include "rm/internal/record_updater.h"

namespace redbase::rm {

namespace {

std::vector<uint32_t> AllColumns(const FileCore& core) {
  std::vector<uint32_t> columns(core.layout.size());
  std::iota(columns.begin(), columns.end(), uint32_t{0});
  return columns;
}

// Reads records as one view sees them, or as they are.
class Fetcher {
 public:
  Fetcher(const FileCore& core, std::span<const uint32_t> projection, const tx::View* view,
          Batch* out)
      : core_(core), projection_(projection), view_(view), out_(out) {}

  // The records of RIDs in one page up to one that has to be looked for elsewhere; `done`
  // counts those before.
  Status FetchGroup(std::span<const Rid> rids, size_t* done) {
    ASSIGN_OR_RETURN(const pf::PinnedPage pinned, core_.file.Read(rids[0].page));
    OldSlots old;
    if (view_ != nullptr && !core_.versions->empty()) {
      ASSIGN_OR_RETURN(old, OldSlots::Of(core_, rids[0].page, *view_, OnlyOf(rids)));
    }
    if (!core_.IsRecordPage(pinned.bytes())) {
      *done = old.empty() ? rids.size() : 0;
      return {};
    }
    const RecordPage page(pinned.bytes());
    RETURN_IF_ERROR(core_.CheckReadable(page));
    std::vector<uint16_t> slots;
    const size_t at = out_->rids().size();
    Rid target;
    *done = 0;
    for (const Rid rid : rids) {
      const auto slot = static_cast<uint16_t>(rid.slot);
      if (old.Has(slot) || page.StubTarget(slot, &target)) {
        break;
      }
      if (page.IsLive(slot) && !page.IsMovedIn(slot)) {
        slots.push_back(slot);
        out_->rids().push_back(rid);
      }
      ++*done;
    }
    return GatherSlots(core_, page, projection_, slots, at, out_);
  }

  // One record, wherever it is.
  Status FetchElsewhere(Rid rid) {
    OldRows rows(core_);
    ASSIGN_OR_RETURN(const std::optional<PinnedRecord> record, PinAsSeen(core_, rid, view_, &rows));
    if (record) {
      return GatherOne(record->page(), record->slot, rid);
    }
    return rows.empty() ? Status() : GatherOne(rows.Front().page, rows.Front().slot, rid);
  }

 private:
  // Where only one record of a page is wanted, its slot.
  static std::optional<uint16_t> OnlyOf(std::span<const Rid> rids) {
    return rids.size() == 1 ? std::optional(static_cast<uint16_t>(rids[0].slot)) : std::nullopt;
  }

  Status GatherOne(const RecordPage& page, uint16_t slot, Rid rid) {
    RETURN_IF_ERROR(GatherSlots(core_, page, projection_, {&slot, 1}, out_->rids().size(), out_));
    out_->rids().push_back(rid);
    return {};
  }

  const FileCore& core_;
  const std::span<const uint32_t> projection_;
  const tx::View* const view_;
  Batch* const out_;
};

}  // namespace

RecordFile::RecordFile(std::shared_ptr<FileCore> core, tx::UndoTargets& undo_targets)
    : core_(std::move(core)), undo_targets_(undo_targets) {
  undo_targets_.Add(core_->file.id(), this);
}

RecordFile::~RecordFile() {
  undo_targets_.Remove(core_->file.id());
  if (!core_->gone()) {
    // Nobody is left to hear of a failure; who wants to, calls Close.
    static_cast<void>(Close());
  }
}

Result<std::unique_ptr<RecordFile>> RecordFile::Create(const FileContext& context,
                                                       const std::string& path,
                                                       pf::PageFileIdentity identity,
                                                       std::vector<LogicalType> types,
                                                       size_t page_size) {
  if (!RecordLayout(types, page_size).Fits()) {
    return Status(Code::kInvalidArgument,
                  "record size is too large: " + std::to_string(types.size()) +
                      " columns do not fit a page of " + std::to_string(page_size) + " bytes");
  }
  ASSIGN_OR_RETURN(std::unique_ptr<pf::PageFile> file,
                   pf::PageFile::Create(*context.pool, path, identity, page_size));
  auto core = std::make_shared<FileCore>(std::move(file), std::move(types));
  if (Status status = core->Create(); !status.ok()) {
    core->Retire();
    core->file.Abandon();
    status.Update(context.pool->env().RemoveFile(path));
    return status;
  }
  return std::unique_ptr<RecordFile>(new RecordFile(  // NOLINT(memory): the constructor is private
      std::move(core), *context.undo_targets));
}

Result<std::unique_ptr<RecordFile>> RecordFile::Open(const FileContext& context,
                                                     const std::string& path,
                                                     pf::PageFileIdentity identity,
                                                     std::vector<LogicalType> types) {
  ASSIGN_OR_RETURN(std::unique_ptr<RecordFile> file,
                   OpenCore(context, path, identity, std::move(types)));
  RETURN_IF_ERROR(file->GiveBackOwnerless());
  return file;
}

Result<std::unique_ptr<RecordFile>> RecordFile::OpenCore(const FileContext& context,
                                                         const std::string& path,
                                                         pf::PageFileIdentity identity,
                                                         std::vector<LogicalType> types) {
  ASSIGN_OR_RETURN(std::unique_ptr<pf::PageFile> file,
                   pf::PageFile::Open(*context.pool, path, identity));
  auto core = std::make_shared<FileCore>(std::move(file), std::move(types));
  RETURN_IF_ERROR(core->Open());
  return std::unique_ptr<RecordFile>(new RecordFile(  // NOLINT(memory): the constructor is private
      std::move(core), *context.undo_targets));
}

Result<std::unique_ptr<RecordFile>> RecordFile::OpenAsStored(const FileContext& context,
                                                             const std::string& path,
                                                             pf::PageFileIdentity identity) {
  ASSIGN_OR_RETURN(std::unique_ptr<pf::PageFile> file,
                   pf::PageFile::Open(*context.pool, path, identity));
  ASSIGN_OR_RETURN(const DirectoryContent stored, Directory(*file).Load());
  RETURN_IF_ERROR(file->Close());
  return OpenCore(context, path, identity, stored.types);
}

Status RecordFile::GiveBackOwnerless() { return core_->GiveBackOwnerless(); }

Result<bool> RecordFile::IsRecordFile(pf::PageFile& file) {
  if (file.page_count() <= static_cast<uint32_t>(kDirectoryPage)) {
    return false;
  }
  ASSIGN_OR_RETURN(const pf::PinnedPage page, file.Read(kDirectoryPage));
  return pf::ReadPageHeader(page.bytes()).kind == kDirectoryPageKind;
}

void RecordFile::RegisterLogRecords() { RegisterRecordPageOps(); }

Status RecordFile::Insert(tx::Transaction& transaction, const Batch& rows, std::vector<Rid>* rids) {
  RETURN_IF_ERROR(core_->BeginChange());
  const std::vector<uint32_t> columns = AllColumns(*core_);
  PreparedRows prepared(*core_, rows, columns);
  RETURN_IF_ERROR(prepared.Prepare(transaction));
  return RecordInserter(*core_, transaction, rids).Insert(prepared);
}

Status RecordFile::Erase(tx::Transaction& transaction, std::span<const Rid> rids) {
  RETURN_IF_ERROR(core_->BeginChange());
  RecordEraser eraser(*core_, transaction);
  Status status = eraser.Erase(rids);
  core_->AwaitForgotten(transaction, eraser.removed(),
                        [pages = eraser.pages()](FileCore& core, bool /*stands*/) {
                          for (const PageNum page : pages) {
                            core.EndPending(page);
                          }
                        });
  return status;
}

Status RecordFile::Update(tx::Transaction& transaction, std::span<const Rid> rids,
                          std::span<const uint32_t> columns, const Batch& values) {
  if (columns.empty() || rids.empty()) {
    return {};
  }
  RETURN_IF_ERROR(core_->BeginChange());
  PreparedRows prepared(*core_, values, columns);
  RETURN_IF_ERROR(prepared.Prepare(transaction));
  RecordUpdater updater(*core_, transaction, prepared);
  Status status = updater.Update(rids);
  if (!updater.removed().empty()) {
    core_->AwaitForgotten(transaction, updater.removed());
  }
  return status;
}

Status RecordFile::Fetch(std::span<const Rid> rids, std::span<const uint32_t> projection,
                         const tx::View* view, Batch* out) const {
  PrepareBatch(*core_, projection, out);
  Fetcher fetcher(*core_, projection, view, out);
  for (size_t done = 0; done < rids.size();) {
    const std::span<const Rid> group = FirstGroup(rids.subspan(done));
    size_t found = group.size();
    if (static_cast<uint32_t>(group[0].page) < core_->file.page_count()) {
      RETURN_IF_ERROR(fetcher.FetchGroup(group, &found));
    }
    done += found;
    if (found < group.size()) {
      RETURN_IF_ERROR(fetcher.FetchElsewhere(rids[done]));
      ++done;
    }
  }
  out->set_rows(out->rids().size());
  return {};
}

Status RecordFile::Lock(tx::Transaction& transaction, std::span<const Rid> rids, RowLock mode) {
  transaction.state().Keep(core_->locks);
  for (size_t taken = 0; !rids.empty(); rids = rids.subspan(taken)) {
    if (auto owner = core_->locks->Take(FirstGroup(rids), mode, transaction.stamp().by, &taken)) {
      return transaction.state().BlockedBy(std::move(owner));
    }
  }
  return {};
}

void RecordFile::LockFree(tx::Transaction& transaction, std::span<const Rid> rids, RowLock mode,
                          std::vector<Rid>* locked) {
  transaction.state().Keep(core_->locks);
  while (!rids.empty()) {
    size_t taken = 0;
    const auto owner = core_->locks->Take(FirstGroup(rids), mode, transaction.stamp().by, &taken);
    locked->insert(locked->end(), rids.begin(), rids.begin() + static_cast<ptrdiff_t>(taken));
    rids = rids.subspan(taken + (owner != nullptr ? 1 : 0));
  }
}

Result<std::shared_ptr<const tx::TransactionState>> RecordFile::ChangerOf(Rid rid) const {
  return rm::ChangerOf(*core_, rid);
}

Status RecordFile::CheckNotOvertaken(std::span<const Rid> rids, const tx::View& view,
                                     const std::vector<uint32_t>* columns) const {
  while (!core_->versions->empty() && !rids.empty()) {
    const std::span<const Rid> group = FirstGroup(rids);
    RETURN_IF_ERROR(rm::CheckNotOvertaken(*core_, group, view, columns));
    rids = rids.subspan(group.size());
  }
  return {};
}

Status RecordFile::CheckNoneOvertaken(const tx::View& view) const {
  const bool overtaken = core_->versions->Any(
      [&view](const Version& version) { return view.IsOvertakenBy(version.stamp); });
  return overtaken ? OvertakenError() : Status();
}

Result<std::vector<RecordChange>> RecordFile::ChangedSince(const tx::View& view) const {
  return rm::ChangedSince(*core_, view);
}

bool RecordFile::has_versions() const { return !core_->versions->empty(); }

RecordFileStatistics RecordFile::statistics() const { return core_->statistics(); }

const std::vector<LogicalType>& RecordFile::types() const { return core_->types; }

pf::PageFile& RecordFile::file() const { return core_->file; }

Status RecordFile::Flush() {
  RETURN_IF_ERROR(core_->RetryFrees());
  RETURN_IF_ERROR(core_->SaveDirectory());
  return core_->file.Flush();
}

Status RecordFile::Close() {
  RETURN_IF_ERROR(Flush());
  core_->Retire();
  return core_->file.Close();
}

void RecordFile::Abandon() {
  core_->Retire();
  core_->file.Abandon();
}

void RecordFile::Check(common::CheckReport* report) const {
  const size_t before = report->problems.size();
  core_->file.Check(report);
  if (report->problems.size() == before) {
    report->Note(CheckFile(*core_));
  }
}

Status RecordFile::Validate() const {
  common::CheckReport report;
  Check(&report);
  return report.First();
}

Result<std::string> RecordFile::DrawPage(PageNum page, const Schema& schema) const {
  return DrawRecordPage(*core_, page, schema);
}

Status RecordFile::Undo(tx::UndoKind kind, std::span<const std::byte> payload) {
  RETURN_IF_ERROR(core_->BeginChange());
  ByteReader reader(payload);
  const auto page = reader.Get<PageNum>();
  if (static_cast<uint32_t>(page) >= core_->file.page_count()) {
    return {};  // noted before a crash; the page was never made
  }
  if (kind == kUndoInsert) {
    return UndoInsert(*core_, payload);
  }
  if (kind == kUndoErase) {
    return UndoErase(*core_, payload);
  }
  if (kind == kUndoUpdate) {
    return UndoUpdate(*core_, payload);
  }
  if (kind == kUndoBulkPage) {
    return UndoBulkPage(*core_, page);
  }
  if (kind == kUndoOverflow) {
    return {};  // nothing names the page any more: Undone gives it back
  }
  return {Code::kInternal, core_->file.path() + ": an undo record of unknown kind"};
}

void RecordFile::Undone(tx::UndoKind kind, std::span<const std::byte> payload,
                        tx::TransactionState* by) {
  ByteReader reader(payload);
  const auto page = reader.Get<PageNum>();
  if (static_cast<uint32_t>(page) >= core_->file.page_count()) {
    return;
  }
  if (kind == kUndoInsert || kind == kUndoBulkPage) {
    const auto hand_out = [kind, page](FileCore& core) {
      if (kind == kUndoInsert) {
        core.EndPending(page);
      } else {
        core.FreeIfEmpty(page);
      }
    };
    if (by == nullptr) {
      hand_out(*core_);
    } else {
      core_->AwaitForgotten(*by, hand_out);
    }
  } else if (kind == kUndoOverflow) {
    static_cast<void>(core_->FreeOverflowPages({&page, 1}));  // a flush tells, if it fails again
  }
}

}  // namespace redbase::rm
