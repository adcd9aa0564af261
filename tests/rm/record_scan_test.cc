#include "rm/record_scan.h"

#include <atomic>
#include <limits>
#include <map>
#include <set>

#include "common/random.h"
#include "tests/rm/record_fixture.h"

namespace redbase::rm {
namespace {

constexpr CompareOp kOps[] = {CompareOp::kEq, CompareOp::kNe, CompareOp::kLt,
                              CompareOp::kLe, CompareOp::kGt, CompareOp::kGe};

bool Holds(CompareOp op, int order) {
  switch (op) {
    case CompareOp::kEq:
      return order == 0;
    case CompareOp::kNe:
      return order != 0;
    case CompareOp::kLt:
      return order < 0;
    case CompareOp::kLe:
      return order <= 0;
    case CompareOp::kGt:
      return order > 0;
    case CompareOp::kGe:
      return order >= 0;
  }
  return false;
}

class RecordScanTest : public RecordFixture {
 protected:
  static ColumnPredicate Where(uint32_t column, CompareOp op, Value value) {
    return {ColumnPredicate::Kind::kCompare, column, op, std::move(value)};
  }
  // Scans for every operator and value, and says what Value::Compare does.
  void ExpectAsCompare(LogicalType type, const std::vector<Value>& values,
                       const std::vector<Value>& constants) {
    Create({type});
    std::vector<Row> rows;
    for (int i = 0; i < 30; ++i) {
      for (const Value& value : values) {
        rows.push_back({value});
      }
    }
    Insert(rows);
    for (const CompareOp op : kOps) {
      for (const Value& constant : constants) {
        size_t want = 0;
        for (const Value& value : values) {
          want += !value.is_null() && Holds(op, Value::Compare(value, constant)) ? 30U : 0U;
        }
        EXPECT_EQ(Scan({Where(0, op, constant)}).size(), want)
            << TypeName(type) << " " << CompareOpName(op) << " " << constant.ToString();
      }
    }
    ASSERT_OK(file_->Close());
    file_.reset();
    ASSERT_OK(env_.RemoveFile("/r"));
  }
};

constexpr int32_t kLeast = std::numeric_limits<int32_t>::min();
constexpr int32_t kGreatest = std::numeric_limits<int32_t>::max();
constexpr int64_t kLeast64 = std::numeric_limits<int64_t>::min();
constexpr int64_t kGreatest64 = std::numeric_limits<int64_t>::max();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<Value> NumericConstants() {
  return {Value::Int(0),
          Value::Int(1),
          Value::Int(-1),
          Value::Int(kLeast),
          Value::Int(kGreatest),
          Value::Bigint(kLeast64),
          Value::Bigint(kGreatest64),
          Value::Bigint(int64_t{1} << 53),
          Value::Bigint((int64_t{1} << 53) + 1),
          Value::Real(0.5F),
          Value::Real(-0.0F),
          Value::Double(0.1),
          Value::Double(-1.5),
          Value::Double(1e300),
          Value::Double(-1e300),
          Value::Double(kNan),
          Value::Double(kInfinity),
          Value::Double(-kInfinity),
          Value::Double(9223372036854775808.0)};
}

TEST_F(RecordScanTest, EveryOperatorOnEveryNumberAgreesWithCompare) {
  ExpectAsCompare(kInt,
                  {Value::Int(0), Value::Int(1), Value::Int(-1), Value::Null(), Value::Int(kLeast),
                   Value::Int(kGreatest)},
                  NumericConstants());
  ExpectAsCompare({TypeId::kSmallint, 0}, {Value::Int(0), Value::Int(-32768), Value::Int(32767)},
                  NumericConstants());
  ExpectAsCompare({TypeId::kBoolean, 0}, {Value::Int(0), Value::Int(1), Value::Null()},
                  NumericConstants());
  ExpectAsCompare({TypeId::kBigint, 0},
                  {Value::Bigint(0), Value::Bigint(kLeast64), Value::Bigint(kGreatest64),
                   Value::Bigint(int64_t{1} << 53), Value::Bigint((int64_t{1} << 53) + 1)},
                  NumericConstants());
  ExpectAsCompare(kReal,
                  {Value::Real(0), Value::Real(-0.0F), Value::Real(0.1F), Value::Real(0.5F),
                   Value::Real(-1.5F), Value::Real(static_cast<float>(kNan)), Value::Null(),
                   Value::Real(static_cast<float>(kInfinity))},
                  NumericConstants());
  ExpectAsCompare({TypeId::kDouble, 0},
                  {Value::Double(0), Value::Double(0.1), Value::Double(kNan),
                   Value::Double(-kInfinity), Value::Double(9007199254740992.0)},
                  NumericConstants());
}

TEST_F(RecordScanTest, EveryOperatorOnDecimalsAgreesWithCompare) {
  const auto decimal = [](Int128 unscaled, uint8_t scale) {
    return Value::OfDecimal({unscaled, scale});
  };
  std::vector<Value> constants = NumericConstants();
  for (const Value& constant :
       {decimal(12345, 3), decimal(1235, 2), decimal(-5, 1), decimal(kMaxInt128 / 2, 0),
        decimal(-kMaxInt128 / 2, 38), decimal(5, 38), decimal(100, 2), Value::Double(12.35)}) {
    constants.push_back(constant);
  }
  ExpectAsCompare(LogicalType::Decimal(12, 2),
                  {decimal(1234, 2), decimal(1235, 2), decimal(-50, 2), decimal(0, 2),
                   decimal(100, 2), Value::Null(), decimal(999999999999, 2)},
                  constants);
  ExpectAsCompare(LogicalType::Decimal(38, 10),
                  {decimal(123450000000, 10), decimal(1, 10), decimal(-1, 10), decimal(0, 10),
                   Value::Null(), decimal((Int128{1} << 100) + 1, 10),
                   decimal(Int128{1} << 100, 10), decimal(-(Int128{1} << 100), 10)},
                  constants);
  ExpectAsCompare(kInt, {Value::Int(12), Value::Int(13), Value::Int(0), Value::Int(-1)}, constants);
  ExpectAsCompare(kReal, {Value::Real(12.35F), Value::Real(12.345F), Value::Real(0)}, constants);
}

TEST_F(RecordScanTest, EveryOperatorOnDatesAndTheLikeAgreesWithCompare) {
  const std::vector<Value> dates = {Value::OfDate({0}), Value::OfDate({-1}),
                                    Value::OfDate({Date::kInfinity}), Value::Null()};
  ExpectAsCompare({TypeId::kDate}, dates, {dates[0], dates[2], Value::OfDate({77})});
  const std::vector<Value> moments = {Value::OfTimestamp({0}), Value::OfTimestamp({-1}),
                                      Value::OfTimestamp({Timestamp::kMinusInfinity})};
  ExpectAsCompare({TypeId::kTimestamp}, moments, {moments[0], moments[2]});
  const std::vector<Value> intervals = {Value::OfInterval({1, 0, 0}),
                                        Value::OfInterval({0, 30, 0}),
                                        Value::OfInterval({0, 30, 1}),
                                        Value::OfInterval({-1, 0, 0}),
                                        Value::OfInterval({INT32_MAX, 0, 0}),
                                        Value::Null(),
                                        Value::OfInterval({INT32_MIN, INT32_MIN, INT64_MIN})};
  ExpectAsCompare({TypeId::kInterval}, intervals, {intervals.begin(), intervals.begin() + 5});
  const std::vector<Value> uuids = {Value::OfUuid({0}), Value::OfUuid({1}),
                                    Value::OfUuid({kMinInt128}), Value::OfUuid({kMaxInt128}),
                                    Value::OfUuid({Int128{1} << 64})};
  ExpectAsCompare({TypeId::kUuid}, uuids, uuids);
  const std::vector<Value> bytes = {Value::OfBytes(""), Value::OfBytes("\xFF"),
                                    Value::OfBytes(std::string(2000, 'b')), Value::Null()};
  ExpectAsCompare({TypeId::kBytea}, bytes, {bytes.begin(), bytes.begin() + 3});
  const std::vector<Value> booleans = {Value::Boolean(false), Value::Boolean(true), Value::Null()};
  ExpectAsCompare({TypeId::kBoolean}, booleans, {booleans[0], booleans[1]});
}

TEST_F(RecordScanTest, EveryOperatorOnStringsAgreesWithCompare) {
  const std::vector<Value> values = {Value::String(""),
                                     Value::String("a"),
                                     Value::String("abcd"),
                                     Value::String("abcde"),
                                     Value::String("abcdefgh"),
                                     Value::String("abcdefghi"),
                                     Value::String("abce"),
                                     Value::String("\xFF\xFF"),
                                     Value::String(std::string("a\0", 2)),
                                     Value::String(std::string(3000, 'a')),
                                     Value::String(std::string(3001, 'a')),
                                     Value::Null()};
  std::vector<Value> constants(values.begin(), values.end() - 1);
  constants.push_back(Value::String("abcdefgz"));
  ExpectAsCompare(kText, values, constants);
}

// Neither a chunk of slots nor one minimum and maximum for all.
TEST_F(RecordScanTest, RandomNumbersAgreeWithCompare) {
  Create({kInt, kReal}, 65536);
  Random random(11);
  std::vector<Row> rows;
  for (int i = 0; i < 9000; ++i) {
    rows.push_back(
        {random.OneIn(9) ? Value::Null() : Value::Int(static_cast<int>(random.Below(50))),
         Value::Real(static_cast<float>(random.Below(50)))});
  }
  Insert(rows);
  for (const CompareOp op : kOps) {
    size_t want = 0;
    for (const Row& row : rows) {
      want += !row[0].is_null() && Holds(op, Value::Compare(row[0], Value::Int(25))) &&
                      Holds(op, Value::Compare(row[1], Value::Int(10)))
                  ? 1U
                  : 0U;
    }
    EXPECT_EQ(Scan({Where(0, op, Value::Int(25)), Where(1, op, Value::Int(10))}).size(), want);
  }
}

TEST_F(RecordScanTest, NullsAreFoundByTheirTestsOnly) {
  Create({kInt, kText});
  Insert({{Value::Int(1), Value::Null()}, {Value::Null(), Value::String("x")}});
  EXPECT_EQ(Scan({{ColumnPredicate::Kind::kIsNull, 0, CompareOp::kEq, {}}}).size(), 1U);
  EXPECT_EQ(Scan({{ColumnPredicate::Kind::kIsNotNull, 1, CompareOp::kEq, {}}}).size(), 1U);
  EXPECT_EQ(Scan({Where(0, CompareOp::kNe, Value::Null())}).size(), 0U);
}

TEST_F(RecordScanTest, StringsAndNumbersAreNotCompared) {
  Create({kInt, kText});
  RecordScan scan(*file_, {0}, {Where(0, CompareOp::kEq, Value::String("x"))}, false);
  Batch batch;
  scan.Start({0, 2, 0});
  EXPECT_CODE(Code::kTypeMismatch, scan.Next(&batch));
  RecordScan of_date(*file_, {0}, {Where(0, CompareOp::kEq, Value::OfDate({1}))}, false);
  of_date.Start({0, 2, 0});
  EXPECT_CODE(Code::kTypeMismatch, of_date.Next(&batch));
}

TEST_F(RecordScanTest, ProjectsColumnsInTheOrderAskedFor) {
  Create({kInt, kText, kReal});
  Insert({{Value::Int(1), Value::String("one"), Value::Real(1.5F)}});
  const auto found = Scan({}, {2, 0});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].second, (Row{Value::Real(1.5F), Value::Int(1)}));
}

TEST_F(RecordScanTest, AFullPageIsContinuedInTheNextBatch) {
  Create({kInt}, 65536);
  std::vector<Row> rows;
  for (int i = 0; i < 9000; ++i) {
    rows.push_back({Value::Int(i)});
  }
  Insert(rows);
  const auto found = Scan();
  ASSERT_EQ(found.size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(found[i].second, rows[i]);
  }
}

TEST_F(RecordScanTest, MorselsCoverEveryPageOnce) {
  Create({kInt, kText}, kPageSize, 1000);
  Insert(std::vector<Row>(20000, {Value::Int(1), Value::String(std::string(90, 'm'))}));
  MorselSource morsels(*file_);
  EXPECT_GT(morsels.morsel_count(), 1U);
  uint32_t next = 0;
  uint64_t number = 0;
  while (const auto morsel = morsels.Take()) {
    EXPECT_EQ(morsel->first, next);
    EXPECT_EQ(morsel->number, number++);
    next = morsel->last;
  }
  EXPECT_EQ(next, file_->file().page_count());
  EXPECT_EQ(number, morsels.morsel_count());
}

TEST_F(RecordScanTest, AMovedRecordIsSeenOnceUnderItsHome) {
  Create({kInt, kText});
  std::vector<Row> rows;
  for (int i = 0; i < 200; ++i) {
    rows.push_back({Value::Int(i), Value::String(std::string(30, 'h'))});
  }
  const std::vector<Rid> rids = Insert(rows);
  for (size_t i = 0; i < rids.size(); i += 3) {
    ASSERT_OK(Update({rids[i]}, {1}, {{Value::String(std::string(250, 'm'))}}));
  }
  std::map<Rid, Row> found;
  for (auto& [rid, row] : Scan({Where(0, CompareOp::kGe, Value::Int(0))})) {
    EXPECT_TRUE(found.emplace(rid, row).second);
  }
  for (size_t i = 0; i < rids.size(); ++i) {
    EXPECT_EQ(found[rids[i]][0], rows[i][0]);
  }
  EXPECT_EQ(Scan({Where(1, CompareOp::kEq, Value::String(std::string(250, 'm')))}).size(), 67U);
}

// Records move about while threads scan: each scan sees each of them once, and
// never half a change.
TEST_F(RecordScanTest, ScansAmongWritersSeeEveryRecordOnce) {
  Create({kInt, kText, kInt}, kPageSize, 64);
  constexpr int kRecords = 300;
  std::vector<Row> rows;
  for (int i = 0; i < kRecords; ++i) {
    rows.push_back({Value::Int(i), Value::String("a"), Value::Int(0)});
  }
  const std::vector<Rid> rids = Insert(rows);
  std::atomic<bool> stop{false};
  std::vector<std::unique_ptr<common::Thread>> writers;
  for (uint64_t w = 0; w < 2; ++w) {
    writers.push_back(common::RealEnv().StartThread("writer", [&, w] {
      Random random(w + 1);
      while (!stop.load()) {
        // Text and number change together: the number is the text's length.
        const auto length = static_cast<int32_t>(random.Below(400));
        const Rid rid = rids[random.Below(kRecords / 2) * 2 + w];
        EXPECT_OK(Update(
            {rid}, {1, 2},
            {{Value::String(std::string(static_cast<size_t>(length), 'w')), Value::Int(length)}}));
        const std::vector<Rid> own = Insert({{Value::Int(-1), Value::Null(), Value::Null()}});
        EXPECT_OK(Erase(own));
      }
    }));
  }
  for (int round = 0; round < 30; ++round) {
    std::set<int32_t> seen;
    for (const auto& [rid, row] : Scan()) {
      if (row[0].int_value() < 0) {
        continue;
      }
      EXPECT_TRUE(seen.insert(row[0].int_value()).second);
      const bool changed = row[2].int_value() != 0 || row[1].string_value() != "a";
      EXPECT_TRUE(!changed ||
                  row[1].string_value().size() == static_cast<size_t>(row[2].int_value()));
    }
    EXPECT_EQ(seen.size(), size_t{kRecords});
  }
  stop.store(true);
  writers.clear();
  EXPECT_OK(file_->Validate());
}

// Several threads insert and load, one of them rolls back.
TEST_F(RecordScanTest, WritersTogetherLoseNothing) {
  Create({kInt, kText}, kPageSize, 64);
  std::vector<std::unique_ptr<common::Thread>> writers;
  for (int w = 0; w < 3; ++w) {
    writers.push_back(common::RealEnv().StartThread("writer", [&, w] {
      for (int i = 0; i < 60; ++i) {
        tx::Transaction transaction(targets_);
        const std::vector<Row> rows(7, {Value::Int(w), Value::String(std::string(80, 'p'))});
        std::vector<Rid> rids;
        EXPECT_OK(file_->Insert(transaction, BatchOf(types_, rows), &rids));
        EXPECT_OK(file_->Erase(transaction, {rids.data(), 2}));
        if (w == 2) {
          EXPECT_OK(transaction.Rollback());
        } else {
          EXPECT_OK(transaction.Commit());
        }
      }
    }));
  }
  writers.clear();
  EXPECT_OK(file_->Validate());
  EXPECT_EQ(Scan({Where(0, CompareOp::kEq, Value::Int(0))}).size(), 300U);
  EXPECT_EQ(Scan({Where(0, CompareOp::kEq, Value::Int(2))}).size(), 0U);
}

}  // namespace
}  // namespace redbase::rm
