// PageTest: a pool of 40 pages of 4096 bytes over a simulated disk, one file, and
// a small language to fill and check its pages.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/bytes.h"
#include "common/sim_env.h"
#include "pf/buffer_pool.h"
#include "pf/mini_transaction.h"
#include "pf/page_file.h"
#include "tests/support/expect_status.h"

namespace redbase::pf {

inline constexpr PageKind kTestKind{0x0F00};
inline constexpr PageOpCode kPut{0x0F00};  // u16 offset in the page, then the bytes to put there

inline Status ApplyPut(MutablePage page, std::span<const std::byte> payload) {
  if (payload.size() < sizeof(uint16_t)) {
    return Status(Code::kCorruption, "test.put without an offset");
  }
  const auto offset = LoadAs<uint16_t>(payload.data());
  if (offset < kPageHeaderSize || offset + payload.size() - sizeof(offset) > page.size()) {
    return Status(Code::kCorruption, "test.put beyond the page");
  }
  std::memcpy(page.data() + offset, payload.data() + sizeof(offset),
              payload.size() - sizeof(offset));
  return {};
}

inline std::string PutPayload(std::string_view text, size_t offset = kPageHeaderSize) {
  std::string payload;
  ByteWriter writer(&payload);
  writer.Put(static_cast<uint16_t>(offset));
  writer.PutBytes(text);
  writer.Put(char{0});
  return payload;
}

// What Put wrote last.
inline std::string TextOf(PageView page, size_t offset = kPageHeaderSize) {
  const std::string_view rest = AsChars(page.subspan(offset));
  return std::string(rest.substr(0, rest.find('\0')));
}

inline BufferPool::Options SmallPool() { return {size_t{40} * 4096, false}; }

class PageTest : public ::testing::Test {
 protected:
  static constexpr PageFileIdentity kIdentity{FileId{7}, 0x1122334455667788};
  static constexpr const char* kPath = "/db/7.1";

  PageTest() {
    RegisterPageOp({kPut, "test.put", ApplyPut});
    EXPECT_OK(env_.CreateDirectory("/db"));
  }

  void TearDown() override {
    if (pool_ != nullptr) {
      EXPECT_EQ(pool_->PinnedPages(), 0);
    }
  }

  // A pool with a new file of `pages` pages, the header among them; the text of
  // each is its number.
  void Start(uint32_t pages = 1, size_t page_size = 4096,
             BufferPool::Options options = SmallPool()) {
    file_.reset();
    pool_ = std::make_unique<BufferPool>(env_, log_, options);
    auto created = PageFile::Create(*pool_, kPath, kIdentity, page_size);
    ASSERT_OK(created);
    file_ = std::move(created).value();
    for (uint32_t i = 1; i < pages; ++i) {
      ASSERT_OK(Add(std::to_string(i)));
    }
  }
  void Reopen() {
    ASSERT_OK(file_->Close());
    file_.reset();
    auto opened = PageFile::Open(*pool_, kPath, kIdentity);
    ASSERT_OK(opened);
    file_ = std::move(opened).value();
  }

  Result<PageNum> Add(std::string_view text) {
    MiniTransaction change(*pool_);
    ASSIGN_OR_RETURN(const PageRef page, change.Allocate(*file_, kTestKind));
    const PageNum number = change.page_num(page);
    change.Apply(page, kPut, PutPayload(text));
    change.Commit();
    return number;
  }
  Status Put(uint32_t number, std::string_view text) {
    MiniTransaction change(*pool_);
    ASSIGN_OR_RETURN(const PageRef page, change.Write(*file_, PageNum{number}));
    change.Apply(page, kPut, PutPayload(text));
    change.Commit();
    return {};
  }
  Status Free(uint32_t number) {
    MiniTransaction change(*pool_);
    ASSIGN_OR_RETURN(const PageRef page, change.Write(*file_, PageNum{number}));
    RETURN_IF_ERROR(change.Free(page));
    change.Commit();
    return {};
  }
  // The text of the page, or the message of the error.
  std::string Text(uint32_t number, Access access = Access::kRandom) {
    auto page = file_->Read(PageNum{number}, access);
    return page.ok() ? TextOf(page->bytes()) : page.status().message();
  }
  void ExpectTexts(uint32_t begin, uint32_t end, Access access = Access::kRandom) {
    for (uint32_t i = begin; i < end; ++i) {
      ASSERT_EQ(Text(i, access), std::to_string(i));
    }
  }
  // All bytes of a file as they are on the disk.
  std::string Disk(const std::string& path = kPath) {
    auto all = env_.ReadAll(path);
    EXPECT_OK(all);
    return all.ok() ? *all : "";
  }

  common::SimEnv env_;
  NullLog log_;
  std::unique_ptr<BufferPool> pool_;
  std::unique_ptr<PageFile> file_;
};

}  // namespace redbase::pf
