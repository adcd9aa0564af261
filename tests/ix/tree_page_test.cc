#include "ix/tree_page.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "common/env.h"
#include "common/random.h"
#include "ix/internal/tree_ops.h"
#include "tests/support/expect_status.h"

namespace redbase::ix {
namespace {

std::string EntryOf(std::string_view key, uint64_t rid) {
  return std::string(EntryBuffer(key, UnpackRid(rid)).view());
}

// One page and the ops on it.
class TreePageTest : public ::testing::Test {
 protected:
  TreePageTest() {
    RegisterTreeOps();
    StoreAs(page_.data() + offsetof(pf::PageHeader, kind), kTreeNodePage);
    Rewrite(NodeRewrite(0, "", ""));
  }

  NodeView node() const { return NodeView(page_); }

  Status Apply(pf::PageOpCode op, const std::string& payload) {
    return pf::FindPageOp(op)->apply(page_, AsBytes(payload));
  }
  void Rewrite(const NodeRewrite& rewrite) { ASSERT_OK(Apply(kRewriteOp, rewrite.Payload())); }
  void Insert(const std::string& entry) {
    std::string payload;
    ByteWriter writer(&payload);
    const NodeView::Position at = node().LowerBound(entry);
    ASSERT_FALSE(at.equal);
    writer.Put(static_cast<uint16_t>(at.index));
    writer.PutBytes(node().Suffix(entry));
    ASSERT_OK(Apply(kInsertOp, payload));
  }
  void Erase(const std::string& entry) {
    std::string payload;
    const NodeView::Position at = node().LowerBound(entry);
    ASSERT_TRUE(at.equal);
    ByteWriter(&payload).Put(static_cast<uint16_t>(at.index));
    ASSERT_OK(Apply(kEraseOp, payload));
  }
  std::string Problem() const {
    const char* problem = node().Check();
    return problem == nullptr ? "" : problem;
  }
  template <typename T>
  void Put(size_t offset, T value) {
    StoreAs(page_.data() + offset, value);
  }
  std::string Hex(size_t begin, size_t end) const {
    std::string out;
    for (size_t i = begin; i < end; ++i) {
      constexpr const char* kDigits = "0123456789abcdef";
      out += kDigits[static_cast<uint8_t>(page_[i]) >> 4];
      out += kDigits[static_cast<uint8_t>(page_[i]) & 15];
    }
    return out;
  }

  std::array<std::byte, 4096> page_{};
};

// The bytes are a promise to files already on disk.  When this test fails, the
// format changed: raise kTreeVersion, and say so in docs/IX.md.
TEST_F(TreePageTest, BytesOnDiskOfALeaf) {
  NodeRewrite leaf(0, "abc", "abx");
  leaf.Add(EntryOf("abcdefg", 0x010203040506));
  leaf.Add(EntryOf("abd", 0x0A0B0C0D0E0F));
  Rewrite(leaf);
  //                         level cnt pre low  high lowoff highoff zero begin    holes
  EXPECT_EQ(Hex(24, 48),
            "0000020002000300"
            "0300"
            "fd0f"
            "fa0f"
            "0000"
            "fa0f0000"
            "00000000");
  //                          offset length head      more
  EXPECT_EQ(Hex(176, 192),
            "0000"
            "0b00"
            "66656463"
            "6701020304050600");
  EXPECT_EQ(Hex(192, 208),
            "0000"
            "0700"
            "0c0b0a64"
            "0d0e0f0000000000");
  EXPECT_EQ(Hex(4090, 4096), "616278616263");
  EXPECT_EQ(Problem(), "");
}

TEST_F(TreePageTest, BytesOnDiskOfAnInnerNode) {
  NodeRewrite inner(3, "", "");
  inner.Add("", PageNum{5});
  inner.Add("abcdefghij", PageNum{0x01020304});
  Rewrite(inner);
  EXPECT_EQ(Hex(24, 48),
            "0300020000000000"
            "0000"
            "0000"
            "0000"
            "0000"
            "fe0f0000"
            "00000000");
  EXPECT_EQ(Hex(176, 192),
            "0000"
            "0000"
            "00000000"
            "00000000"
            "05000000");
  EXPECT_EQ(Hex(192, 208),
            "fe0f"
            "0a00"
            "64636261"
            "65666768"
            "04030201");
  EXPECT_EQ(Hex(4094, 4096), "696a");
  EXPECT_EQ(node().ChildAt(1), PageNum{0x01020304});
  EXPECT_EQ(Problem(), "");
}

TEST_F(TreePageTest, RidsAreFoundWhereverTheirBytesLie) {
  // The longer the common prefix and the key, the further right the RID lies.
  for (size_t prefix = 0; prefix < 12; ++prefix) {
    for (size_t key = 0; key < 30; ++key) {
      const std::string low = EntryOf(std::string(key, 'k'), 0x112233445566).substr(0, prefix);
      const std::string high = low.empty() ? "" : low + "\xFF";
      NodeRewrite leaf(0, low, high);
      leaf.Add(EntryOf(std::string(key, 'k'), 0x112233445566));
      Rewrite(leaf);
      ASSERT_EQ(PackRid(node().RidAt(0)), 0x112233445566) << prefix << " " << key;
      ASSERT_TRUE(node().HasKey(0, std::string(key, 'k')));
      if (key >= 1 && prefix < key) {
        ASSERT_FALSE(node().HasKey(0, std::string(key - 1, 'k') + "j")) << prefix << " " << key;
      }
    }
  }
}

TEST_F(TreePageTest, RandomEntriesAgreeWithASet) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  std::set<std::string> model;
  for (int i = 0; i < 5000; ++i) {
    std::string key(random.Below(40), 'x');
    for (size_t c = key.size(); c > 0 && c + 3 > key.size(); --c) {
      key[c - 1] = static_cast<char>(random.Below(4));
    }
    const std::string entry = EntryOf(key, random.Below(10));
    if (model.count(entry) > 0) {
      ASSERT_NO_FATAL_FAILURE(Erase(entry));
      model.erase(entry);
    } else if (node().HasRoom(entry.size())) {
      ASSERT_NO_FATAL_FAILURE(Insert(entry));
      model.insert(entry);
    }
    ASSERT_EQ(Problem(), "");
    const auto above = model.lower_bound(entry);
    ASSERT_EQ(node().LowerBound(entry).index,
              static_cast<size_t>(std::distance(model.begin(), above)));
  }
  std::string entry;
  for (const std::string& want : model) {
    node().GetEntry(node().LowerBound(want).index, &entry);
    ASSERT_EQ(entry, want);
  }
}

TEST_F(TreePageTest, CheckNamesWhatIsWrong) {
  NodeRewrite leaf(0, "aa", "ac");
  for (char c = 'a'; c <= 'z'; ++c) {
    leaf.Add(EntryOf(std::string("ab") + c + "0123456789", 1));
  }
  for (char c = 'A'; c <= 'z'; ++c) {
    leaf.Add(EntryOf(std::string("abz") + c + "0123456789", 1));
  }
  const auto broken = [&](auto change) {
    Put(20, kTreeNodePage);
    Rewrite(leaf);
    EXPECT_EQ(Problem(), "");
    change();
    return Problem();
  };
  EXPECT_EQ(broken([&] { Put(20, uint16_t{1}); }), "is no node of a B+ tree");
  EXPECT_EQ(broken([&] { Put(26, uint16_t{1000}); }), "has overlapping slots and heap");
  EXPECT_EQ(broken([&] { Put(44, uint32_t{4000}); }), "has more holes than heap");
  EXPECT_EQ(broken([&] { Put(34, uint16_t{4095}); }), "has a fence outside of the page");
  EXPECT_EQ(broken([&] { Put(28, uint16_t{0}); }), "has a wrong prefix");
  EXPECT_EQ(broken([&] { Put(48, uint32_t{7}); }), "has a wrong hint");
  EXPECT_EQ(broken([&] { Put(176, uint16_t{200}); }), "has an entry outside of its heap");
  EXPECT_EQ(broken([&] { Put(178, uint16_t{13}); }), "has a heap that its entries do not fill");
  EXPECT_EQ(broken([&] { Put(180, ~uint32_t{0}); }), "has entries out of order");
  EXPECT_EQ(broken([&] { Put(24, uint16_t{1}); }), "is an inner node without a first child");
  EXPECT_EQ(broken([&] { page_[4095] = std::byte{0x7A}; }), "has an entry below its low fence");
}

TEST_F(TreePageTest, OpsRefusePayloadsThatDoNotFit) {
  const std::array<std::byte, 4096> before = page_;
  for (const pf::PageOpCode op : {kCountsOp, kInsertOp, kEraseOp, kRewriteOp}) {
    EXPECT_CODE(Code::kCorruption, Apply(op, ""));
    EXPECT_CODE(Code::kCorruption, Apply(op, "x"));
  }
  EXPECT_CODE(Code::kCorruption, Apply(kFormatOp, std::string(5000, 'x')));
  EXPECT_CODE(Code::kCorruption, Apply(kInsertOp, std::string("\1\0abcdefgh", 10)));
  EXPECT_CODE(Code::kCorruption, Apply(kInsertOp, std::string("\0\0", 2) + std::string(5000, 'x')));
  EXPECT_CODE(Code::kCorruption, Apply(kEraseOp, std::string("\0\0", 2)));
  NodeRewrite two_kept(0, "", "");
  std::string payload = two_kept.Payload();
  payload[2] = 2;
  EXPECT_CODE(Code::kCorruption, Apply(kRewriteOp, payload));
  EXPECT_EQ(page_, before);
}

// An optimistic reader may see anything.
TEST_F(TreePageTest, RandomBytesAreReadWithoutLeavingThePage) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  std::string entry;
  for (int round = 0; round < 3000; ++round) {
    for (size_t i = 20; i < page_.size(); i += 8) {
      Put(std::min(i, page_.size() - 8), random.OneIn(3) ? random.Next() : random.Below(200));
    }
    const std::string key(random.Below(30), static_cast<char>(random.Below(256)));
    const NodeView view = node();
    const size_t at = view.LowerBound(key).index;
    ASSERT_LE(at, view.count());
    static_cast<void>(view.Covers(key) || view.CoversBelow(key));
    ASSERT_LE(view.ChildFor(key), view.count());
    ASSERT_LE(view.ChildBelow(key), view.count());
    for (size_t i = 0; i < view.count(); i += 7) {
      view.GetEntry(i, &entry);
      ASSERT_LE(entry.size(), 2 * page_.size());
      static_cast<void>(view.HasKey(i, key));
      static_cast<void>(view.RidAt(i));
      static_cast<void>(view.ChildAt(i));
    }
    static_cast<void>(view.Check());
  }
}

}  // namespace
}  // namespace redbase::ix
