#include "common/vector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace redbase {
namespace {

const std::string kLong = "a string of more than twelve bytes";

bool Equal(std::string_view a, std::string_view b) { return StringView(a) == StringView(b); }
int Compare(std::string_view a, std::string_view b) { return StringView(a).Compare(StringView(b)); }

TEST(StringView, TwelveBytesLieInside) {
  EXPECT_TRUE(StringView("123456789012").is_inline());
  EXPECT_FALSE(StringView("1234567890123").is_inline());
  EXPECT_EQ(StringView("1234567890123").view(), "1234567890123");
  EXPECT_EQ(StringView(std::string_view()).view(), "");
}

TEST(StringView, EqualityLooksAtAllBytes) {
  EXPECT_TRUE(Equal("", ""));
  EXPECT_TRUE(Equal("123456789012", "123456789012"));
  EXPECT_FALSE(Equal("123456789012", "123456789013"));
  EXPECT_FALSE(Equal("a", std::string_view("a\0", 2)));
  EXPECT_TRUE(Equal(kLong, std::string(kLong)));
  EXPECT_FALSE(Equal(kLong, kLong.substr(0, 20) + "!" + kLong.substr(21)));
}

TEST(StringView, OrderIsBytewiseAndAPrefixIsFirst) {
  const std::vector<std::string> ascending = {"",     std::string("\0", 1),
                                              "a",    std::string("a\0", 2),
                                              "ab",   "abcd",
                                              kLong,  kLong + "x",
                                              "abz",  "b",
                                              "\x7F", "\xFF"};
  std::vector<std::string> sorted = ascending;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < sorted.size(); ++i) {
    for (size_t j = 0; j < sorted.size(); ++j) {
      EXPECT_EQ(Compare(sorted[i], sorted[j]) < 0, i < j) << sorted[i] << " " << sorted[j];
      EXPECT_EQ(Compare(sorted[i], sorted[j]) == 0, i == j);
    }
  }
}

// Batches go over the wire as they lie in memory.
TEST(StringView, BytesOnWire) {
  const StringView view("abc");
  const std::array<uint8_t, 16> want = {3, 0, 0, 0, 'a', 'b', 'c'};
  EXPECT_EQ(std::memcmp(&view, want.data(), want.size()), 0);
  const StringView borrowed(kLong);
  const char* p = kLong.data();
  EXPECT_EQ(std::memcmp(reinterpret_cast<const char*>(&borrowed) + 4, "a st", 4), 0);
  EXPECT_EQ(std::memcmp(reinterpret_cast<const char*>(&borrowed) + 8, &p, sizeof(p)), 0);
}

TEST(StringHeap, StringsStayWhereTheyAre) {
  StringHeap heap;
  std::vector<StringView> views;
  views.reserve(10000);
  for (int i = 0; i < 10000; ++i) {
    views.push_back(heap.Add(kLong + std::to_string(i)));
  }
  for (int i = 0; i < 10000; ++i) {
    EXPECT_EQ(views[static_cast<size_t>(i)].view(), kLong + std::to_string(i));
  }
}

TEST(StringHeap, ClearKeepsOneChunkAndDropsOversizedOnes) {
  StringHeap heap;
  heap.Add(kLong);
  const size_t small = heap.bytes();
  heap.Clear();
  heap.Add(kLong);
  EXPECT_EQ(heap.bytes(), small);
  heap.Allocate(size_t{1} << 22);
  EXPECT_GT(heap.bytes(), size_t{1} << 22);
  heap.Clear();
  EXPECT_EQ(heap.bytes(), 0U);
}

TEST(StringHeap, MovedFromHeapCanBeUsedAgain) {
  StringHeap heap;
  heap.Add(kLong);
  const StringHeap other = std::move(heap);
  heap = StringHeap();
  EXPECT_EQ(heap.Add(kLong).view(), kLong);
  EXPECT_GT(other.bytes(), 0U);
}

TEST(Vector, IsAlignedToACacheLine) {
  const Vector vector({TypeId::kInt}, 3);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(vector.raw()) % 64, 0U);
}

TEST(Vector, ValuesAreValidUntilSetNull) {
  Vector vector({TypeId::kInt}, 100);
  EXPECT_EQ(vector.validity(), nullptr);
  vector.SetNull(70);
  EXPECT_FALSE(vector.IsValid(70));
  EXPECT_TRUE(vector.IsValid(69));
  vector.SetValid(70);
  EXPECT_TRUE(vector.IsValid(70));
}

TEST(Vector, ResetForgetsNulls) {
  Vector vector({TypeId::kInt}, 10);
  vector.SetNull(3);
  vector.Reset({TypeId::kBigint}, 10);
  EXPECT_FALSE(vector.may_have_nulls());
  EXPECT_TRUE(vector.IsValid(3));
}

TEST(Vector, MovedFromVectorCanBeResetAndUsed) {
  Vector vector({TypeId::kVarchar, 50}, 4);
  vector.SetString(0, kLong);
  const Vector other = std::move(vector);
  vector.Reset({TypeId::kVarchar, 50}, 4);  // NOLINT(bugprone-use-after-move)
  vector.SetString(0, kLong + "!");
  EXPECT_EQ(vector.data<StringView>()[0].view(), kLong + "!");
  EXPECT_EQ(other.data<StringView>()[0].view(), kLong);
}

TEST(Vector, CopiedStringsOutliveTheirSource) {
  Vector target({TypeId::kVarchar}, 4);
  {
    Vector source({TypeId::kVarchar}, 4);
    source.SetString(0, kLong);
    source.SetString(1, "short");
    source.SetNull(2);
    source.SetString(3, "unused");
    target.CopyRange(source, 0, 3, 1);
    target.CopyRow(source, 1, 0);
  }
  EXPECT_EQ(target.data<StringView>()[0].view(), "short");
  EXPECT_EQ(target.data<StringView>()[1].view(), kLong);
  EXPECT_EQ(target.data<StringView>()[2].view(), "short");
  EXPECT_FALSE(target.IsValid(3));
}

template <typename T>
void ExpectGathered(TypeId type) {
  Vector source({type}, 8);
  for (size_t i = 0; i < 8; ++i) {
    source.data<T>()[i] = static_cast<T>(i);
  }
  source.SetNull(5);
  Vector target({type}, 8);
  const std::vector<uint16_t> rows = {1, 5, 7};
  target.Gather(source, rows, 2);
  EXPECT_EQ(target.data<T>()[2], static_cast<T>(1));
  EXPECT_FALSE(target.IsValid(3));
  EXPECT_EQ(target.data<T>()[4], static_cast<T>(7));
  EXPECT_TRUE(target.IsValid(4));
}

TEST(Vector, GatherCopiesEveryWidth) {
  ExpectGathered<int16_t>(TypeId::kSmallint);
  ExpectGathered<int32_t>(TypeId::kInt);
  ExpectGathered<int64_t>(TypeId::kBigint);
  ExpectGathered<float>(TypeId::kReal);
  ExpectGathered<double>(TypeId::kDouble);
}

TEST(Vector, CopyOfAValidRowOverANullIsValid) {
  Vector source({TypeId::kInt}, 1);
  source.data<int32_t>()[0] = 5;
  Vector target({TypeId::kInt}, 1);
  target.SetNull(0);
  target.CopyRow(source, 0, 0);
  EXPECT_TRUE(target.IsValid(0));
  EXPECT_EQ(target.data<int32_t>()[0], 5);
}

}  // namespace
}  // namespace redbase
