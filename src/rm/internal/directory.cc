#include "rm/internal/directory.h"

#include <algorithm>
#include <utility>

#include "pf/mini_transaction.h"
#include "rm/internal/page_ops.h"

namespace redbase::rm {

namespace {

Status Damaged(const pf::PageFile& file, PageNum page, const char* what) {
  return {Code::kCorruption,
          file.path() + ": page " + std::to_string(static_cast<uint32_t>(page)) + ": " + what};
}

DirectoryHeader HeaderOf(pf::PageView page) {
  return LoadAs<DirectoryHeader>(page.data() + pf::kPageHeaderSize);
}

DirectoryHeader EmptyHeader() {
  DirectoryHeader header{};
  header.magic = kDirectoryMagic;
  header.version = kDirectoryVersion;
  header.next = kNoPage;
  return header;
}

}  // namespace

size_t Directory::MapRoom(size_t index, size_t columns) const {
  return file_.page_size() - pf::kPageHeaderSize - sizeof(DirectoryHeader) -
         (index == 0 ? columns * sizeof(ColumnOnDisk) : 0);
}

// The piece of the map that begins at *map_from, and the rest of the page.
std::string Directory::PagePayload(const DirectoryContent& content, size_t index,
                                   size_t* map_from) const {
  DirectoryHeader header = EmptyHeader();
  const size_t left = content.map.size() - *map_from;
  header.map_bytes = static_cast<uint32_t>(std::min(left, MapRoom(index, content.types.size())));
  header.next = index + 1 < pages_.size() ? pages_[index + 1] : kNoPage;
  std::string payload;
  ByteWriter writer(&payload);
  if (index == 0) {
    header.columns = static_cast<uint16_t>(content.types.size());
    header.records = content.records;
    header.sampled_records = content.sampled_records;
    header.sampled_heap = content.sampled_heap;
    header.record_pages = content.record_pages;
    header.clean = content.clean ? 1 : 0;
  }
  writer.Put(header);
  for (size_t i = 0; i < header.columns; ++i) {
    const LogicalType type = content.types[i];
    ColumnOnDisk column{};
    column.type = static_cast<uint8_t>(type.id);
    column.scale = type.scale;
    column.length = type.length;
    writer.Put(column);
  }
  writer.PutBytes(std::string_view(content.map).substr(*map_from, header.map_bytes));
  *map_from += header.map_bytes;
  return payload;
}

Status Directory::Create(const DirectoryContent& content) {
  pf::MiniTransaction change(file_.pool());
  ASSIGN_OR_RETURN(const pf::PageRef page, change.Allocate(file_, kDirectoryPageKind));
  if (change.page_num(page) != kDirectoryPage) {
    return Damaged(file_, kDirectoryPage, "the file is not empty");
  }
  pages_ = {kDirectoryPage};
  size_t map_from = 0;
  change.Apply(page, kDirectoryOp, PagePayload(content, 0, &map_from));
  change.Commit();
  return {};
}

Status Directory::LoadPage(PageNum number, DirectoryContent* content, PageNum* next) {
  ASSIGN_OR_RETURN(const pf::PinnedPage page, file_.Read(number));
  const DirectoryHeader header = HeaderOf(page.bytes());
  const bool first = pages_.empty();
  if (pf::ReadPageHeader(page.bytes()).kind != kDirectoryPageKind ||
      header.magic != kDirectoryMagic) {
    return Damaged(file_, number, "is no directory of a record file");
  }
  if (header.version != kDirectoryVersion) {
    return Damaged(file_, number, "is of a newer version of this program");
  }
  if ((header.columns != 0) != first ||
      size_t{header.columns} * sizeof(ColumnOnDisk) + header.map_bytes > MapRoom(1, 0)) {
    return Damaged(file_, number, "has an impossible directory");
  }
  const std::byte* at = page.bytes().data() + pf::kPageHeaderSize + sizeof(header);
  for (size_t i = 0; i < header.columns; ++i, at += sizeof(ColumnOnDisk)) {
    const auto column = LoadAs<ColumnOnDisk>(at);
    content->types.push_back({static_cast<TypeId>(column.type), column.length, column.scale});
  }
  content->map += AsChars({at, header.map_bytes});
  if (first) {
    content->records = header.records;
    content->sampled_records = header.sampled_records;
    content->sampled_heap = header.sampled_heap;
    content->record_pages = header.record_pages;
    content->clean = header.clean != 0;
  }
  *next = header.next;
  return {};
}

Result<DirectoryContent> Directory::Load() {
  DirectoryContent content;
  pages_.clear();
  for (PageNum next = kDirectoryPage; next != kNoPage;) {
    if (pages_.size() >= file_.page_count()) {
      return Damaged(file_, next, "the directory's chain has no end");
    }
    const PageNum page = next;
    RETURN_IF_ERROR(LoadPage(page, &content, &next));
    pages_.push_back(page);
  }
  return content;
}

// Appends empty pages until there are `pages`.
Status Directory::ExtendChain(size_t pages) {
  while (pages_.size() < pages) {
    pf::MiniTransaction change(file_.pool());
    ASSIGN_OR_RETURN(const pf::PageRef last, change.Write(file_, pages_.back()));
    ASSIGN_OR_RETURN(const pf::PageRef fresh, change.Allocate(file_, kDirectoryPageKind));
    std::string payload;
    ByteWriter(&payload).Put(EmptyHeader());
    std::string last_payload(AsChars(change.bytes(last).subspan(pf::kPageHeaderSize)));
    DirectoryHeader header = HeaderOf(change.bytes(last));
    header.next = change.page_num(fresh);
    std::memcpy(last_payload.data(), &header, sizeof(header));
    change.Apply(fresh, kDirectoryOp, payload);
    change.Apply(last, kDirectoryOp, last_payload);
    pages_.push_back(change.page_num(fresh));
    change.Commit();
  }
  return {};
}

Status Directory::SavePage(PageNum page, const std::string& payload) {
  pf::MiniTransaction change(file_.pool());
  ASSIGN_OR_RETURN(const pf::PageRef ref, change.Write(file_, page));
  const auto now = AsChars(change.bytes(ref).subspan(pf::kPageHeaderSize));
  const bool same = now.substr(0, payload.size()) == payload &&
                    now.find_first_not_of('\0', payload.size()) == std::string_view::npos;
  if (!same) {
    change.Apply(ref, kDirectoryOp, payload);
    change.Commit();
  }
  return {};
}

Status Directory::Save(const DirectoryContent& content) {
  const size_t columns = content.types.size();
  const size_t first = std::min(content.map.size(), MapRoom(0, columns));
  const size_t further = MapRoom(1, columns);
  RETURN_IF_ERROR(ExtendChain(1 + (content.map.size() - first + further - 1) / further));
  size_t map_from = 0;
  const std::string first_payload = PagePayload(content, 0, &map_from);
  for (size_t i = 1; i < pages_.size(); ++i) {
    RETURN_IF_ERROR(SavePage(pages_[i], PagePayload(content, i, &map_from)));
  }
  // Last, since it says that all of it holds.
  return SavePage(kDirectoryPage, first_payload);
}

Status Directory::SetUnclean() {
  pf::MiniTransaction change(file_.pool());
  ASSIGN_OR_RETURN(const pf::PageRef page, change.Write(file_, kDirectoryPage));
  DirectoryHeader header = HeaderOf(change.bytes(page));
  if (header.clean != 0) {
    header.clean = 0;
    std::string payload(AsChars(change.bytes(page).subspan(pf::kPageHeaderSize)));
    std::memcpy(payload.data(), &header, sizeof(header));
    // What the payload does not reach is zero.
    payload.resize(std::max(sizeof(header), payload.find_last_not_of('\0') + 1));
    change.Apply(page, kDirectoryOp, payload);
    change.Commit();
  }
  return {};
}

}  // namespace redbase::rm
