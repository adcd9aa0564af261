#include "rm/internal/directory.h"

#include "rm/internal/page_ops.h"
#include "rm/internal/room_map.h"
#include "tests/rm/record_fixture.h"

namespace redbase::rm {
namespace {

class DirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RegisterRecordPageOps();
    auto made = pf::PageFile::Create(pool_, "/d", {pf::FileId{1}, 1}, 4096);
    ASSERT_OK(made);
    file_ = std::move(*made);
    content_.types = {kInt, {TypeId::kClassicString, 20}};
    content_.records = 5;
    content_.sampled_records = 6;
    content_.sampled_heap = 70;
    content_.record_pages = 2;
    ASSERT_OK(directory().Create(content_));
  }
  void TearDown() override {
    EXPECT_EQ(pool_.PinnedPages(), 0U);
    EXPECT_OK(file_->Close());
  }
  Directory directory() { return Directory(*file_); }

  common::SimEnv env_;
  pf::NullLog log_;
  pf::BufferPool pool_{env_, log_, {40 * 4096, false}};
  std::unique_ptr<pf::PageFile> file_;
  DirectoryContent content_;
};

// When this fails, the format changed: raise its version.
TEST_F(DirectoryTest, BytesOnDisk) {
  Directory open = directory();
  ASSERT_OK(open.Load());
  content_.map = "\x01\x80";
  ASSERT_OK(open.Save(content_));
  auto page = file_->Read(kDirectoryPage);
  ASSERT_OK(page);
  const std::string want(
      "RBRD\1\0\2\0"
      "\5\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0\106\0\0\0\0\0\0\0"
      "\2\0\0\0\1\0\0\0\xFF\xFF\xFF\xFF\2\0\0\0"
      "\0\0\0\0\0\0\0\0\2\0\0\0\24\0\0\0"
      "\x01\x80\0\0",
      68);
  EXPECT_EQ(AsChars(page->bytes().subspan(24, 68)), want);
}

TEST_F(DirectoryTest, KeepsAMapOfManyPages) {
  Directory open = directory();
  ASSERT_OK(open.Load());
  for (const size_t bytes : {size_t{3000}, size_t{20000}, size_t{100}, size_t{0}}) {
    content_.map = std::string(bytes, '\x5A');
    ASSERT_OK(open.Save(content_));
    const auto loaded = directory().Load();
    ASSERT_OK(loaded);
    EXPECT_TRUE(loaded->map == content_.map);
    EXPECT_EQ(loaded->records, 5U);
    EXPECT_EQ(loaded->types, content_.types);
  }
}

TEST_F(DirectoryTest, SaysThatItIsUnclean) {
  ASSERT_OK(directory().SetUnclean());
  auto loaded = directory().Load();
  ASSERT_OK(loaded);
  EXPECT_FALSE(loaded->clean);
  EXPECT_EQ(loaded->record_pages, 2U);
}

TEST(RoomMap, HandsAPageToOneOnly) {
  RoomMap map;
  map.Put(PageNum{70});
  map.Put(PageNum{3});
  EXPECT_EQ(map.Take(), PageNum{3});
  EXPECT_EQ(map.Take(), PageNum{70});
  EXPECT_EQ(map.Take(), std::nullopt);
  map.Put(PageNum{3});
  map.Remove(PageNum{3});
  EXPECT_EQ(map.Take(), std::nullopt);
}

TEST(RoomMap, KeepsPendingPagesBack) {
  RoomMap map;
  map.Put(PageNum{3});
  map.AddPending(PageNum{3});
  map.AddPending(PageNum{3});
  map.Put(PageNum{3});
  EXPECT_TRUE(map.IsPending(PageNum{3}));
  EXPECT_EQ(map.Take(), std::nullopt);
  EXPECT_FALSE(map.EndPending(PageNum{3}));
  EXPECT_TRUE(map.EndPending(PageNum{3}));
  EXPECT_EQ(map.Take(), PageNum{3});
}

TEST(RoomMap, ItsBitsComeBack) {
  RoomMap map;
  map.Put(PageNum{9});
  map.Put(PageNum{300});
  EXPECT_EQ(map.Bits().size(), 38U);
  RoomMap other;
  other.SetBits(map.Bits());
  EXPECT_EQ(other.Take(), PageNum{9});
  EXPECT_EQ(other.Take(), PageNum{300});
  EXPECT_EQ(other.Take(), std::nullopt);
}

}  // namespace
}  // namespace redbase::rm
