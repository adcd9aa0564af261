// Random programs against std::set, with a pool of 40 pages.
#include <cstdlib>

#include "tests/ix/tree_fixture.h"

namespace redbase::ix {
namespace {

enum class Keys { kFewInts, kManyInts, kFloats, kShortStrings, kLongStrings, kThreeColumns };

std::string PrintKeys(const ::testing::TestParamInfo<Keys>& info) {
  constexpr const char* kNames[] = {"FewInts",      "ManyInts",    "Floats",
                                    "ShortStrings", "LongStrings", "ThreeColumns"};
  return kNames[static_cast<size_t>(info.param)];
}

class RandomTreeTest : public TreeTest, public ::testing::WithParamInterface<Keys> {
 protected:
  RandomTreeTest() : seed_(common::RealEnv().RandomSeed()), random_(seed_) {
    RecordProperty("seed", std::to_string(seed_));
  }

  std::vector<KeyColumn> KeyColumns() const {
    switch (GetParam()) {
      case Keys::kFewInts:
      case Keys::kManyInts:
        return IntKey();
      case Keys::kFloats:
        return {{{TypeId::kReal}, /*descending=*/true}};
      case Keys::kShortStrings:
        return {{{TypeId::kVarchar, 20}}};
      case Keys::kLongStrings:
        return StringKey(255);
      case Keys::kThreeColumns:
        return {{{TypeId::kVarchar, 10}, false, false},
                {{TypeId::kInt}, true, true},
                {{TypeId::kDouble}, true, false}};
    }
    return {};
  }

  std::string Text(size_t length, size_t letters) {
    std::string text(random_.Below(length + 1), ' ');
    for (char& c : text) {
      c = random_.OneIn(50) ? '\0' : static_cast<char>('a' + random_.Below(letters));
    }
    return text;
  }

  Value RandomValue(const KeyColumn& column) {
    if (random_.OneIn(20)) {
      return Value::Null();
    }
    const auto small = static_cast<int32_t>(random_.Below(2000)) - 1000;
    switch (column.type.id) {
      case TypeId::kReal:
        return Value::Real(static_cast<float>(small) / 8);
      case TypeId::kDouble:
        return Value::Double(static_cast<double>(small) * 1e100);
      case TypeId::kVarchar:
        return Value::String(Text(column.type.length, 3));
      case TypeId::kClassicString:
        // Much in common at the beginning.
        return Value::String(std::string(random_.Below(3) * 50, 'x') + Text(155, 2));
      default:
        return Value::Int(GetParam() == Keys::kFewInts ? small / 200
                          : GetParam() == Keys::kThreeColumns
                              ? small / 100
                              : static_cast<int32_t>(random_.Next()));
    }
  }

  std::string RandomKey() {
    std::vector<Value> values;
    for (const KeyColumn& column : options_.key) {
      values.push_back(RandomValue(column));
    }
    return KeyOf(options_.key, values);
  }

  // A key of the model or another one.
  std::string SomeKey() {
    if (model_.empty() || random_.OneIn(4)) {
      return RandomKey();
    }
    const auto it = model_.lower_bound({RandomKey(), RidOf(0)});
    return it == model_.end() ? model_.begin()->first : it->first;
  }

  void InsertOne() {
    const std::string key = RandomKey();
    const uint64_t rid = random_.Below(100000);
    if (model_.count({key, RidOf(rid)}) > 0) {
      ASSERT_CODE(Code::kAlreadyExists, Insert(key, rid));
    } else {
      ASSERT_OK(Insert(key, rid));
    }
  }
  void EraseOne() {
    const std::string key = SomeKey();
    const std::vector<Rid> rids = ModelLookup(key);
    if (rids.empty() || random_.OneIn(10)) {
      ASSERT_CODE(Code::kNotFound, Erase(key, 200000));
    } else {
      ASSERT_OK(Erase(key, PackRid(rids[random_.Below(rids.size())])));
    }
  }
  void LookupSome() {
    const std::string key = SomeKey();
    const std::vector<Rid> rids = ModelLookup(key);
    ASSERT_EQ(Lookup(key), rids);
    ASSERT_OK_AND_ASSIGN(const std::optional<Rid> one, tree_->LookupOne(key));
    ASSERT_EQ(one, rids.empty() ? std::nullopt : std::optional<Rid>(rids.front()));
    for (const Rid rid : rids) {
      ASSERT_OK_AND_ASSIGN(const bool there, tree_->Contains(key, rid));
      ASSERT_TRUE(there);
    }
    ASSERT_OK_AND_ASSIGN(const bool other, tree_->Contains(key, RidOf(200000)));
    ASSERT_FALSE(other);
  }
  void ScanSome() {
    KeyRange range;
    if (!random_.OneIn(4)) {
      range.lower = SomeKey();
    }
    if (!random_.OneIn(4)) {
      range.upper = random_.OneIn(2) ? PrefixSuccessor(SomeKey()) : SomeKey();
    }
    const Direction direction = random_.OneIn(2) ? Direction::kForward : Direction::kBackward;
    ASSERT_EQ(Scan(range, direction, 1 + random_.Below(500)), ModelScan(range, direction));
  }

  // `inserts` of ten changes are inserts.
  void Change(size_t steps, uint64_t inserts) {
    for (size_t i = 0; i < steps && !HasFatalFailure(); ++i) {
      random_.Below(10) < inserts ? InsertOne() : EraseOne();
      if (random_.OneIn(10)) {
        LookupSome();
      }
      if (random_.OneIn(200)) {
        ScanSome();
      }
      if (random_.OneIn(400)) {
        random_.OneIn(2) ? Commit() : Rollback();
      }
    }
  }

  uint64_t seed_;
  Random random_;
};

TEST_P(RandomTreeTest, RandomProgramsAgreeWithASet) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  const size_t steps = std::getenv("REDBASE_LONG") == nullptr ? 3000 : 30000;
  ASSERT_NO_FATAL_FAILURE(Start({KeyColumns()}));
  for (const uint64_t inserts : {9, 5, 7, 1}) {
    ASSERT_NO_FATAL_FAILURE(Change(steps, inserts));
    ASSERT_NO_FATAL_FAILURE(Check());
    ASSERT_NO_FATAL_FAILURE(Commit());
    ASSERT_NO_FATAL_FAILURE(Reopen());
    ASSERT_NO_FATAL_FAILURE(Check());
  }
  // Emptied, it is one page again, and gave the others back.
  const Model all = model_;
  for (const auto& [key, rid] : all) {
    ASSERT_OK(Erase(key, PackRid(rid)));
  }
  ASSERT_NO_FATAL_FAILURE(Check());
  EXPECT_EQ(tree_->statistics().height, 1);
  EXPECT_EQ(tree_->statistics().pages, 1);
  EXPECT_OK(tree_->file().Validate());
}

INSTANTIATE_TEST_SUITE_P(Keys, RandomTreeTest,
                         ::testing::Values(Keys::kFewInts, Keys::kManyInts, Keys::kFloats,
                                           Keys::kShortStrings, Keys::kLongStrings,
                                           Keys::kThreeColumns),
                         PrintKeys);

}  // namespace
}  // namespace redbase::ix
