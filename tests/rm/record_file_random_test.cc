// A random program on a record file and on a std::map, which must agree.
#include <cstdlib>
#include <map>

#include "common/random.h"
#include "tests/rm/record_fixture.h"

namespace redbase::rm {
namespace {

class RecordFileRandom : public RecordFixture {
 protected:
  void Seed(uint64_t seed) {
    random_ = Random(seed);
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  }

  std::string RandomString() {
    static constexpr size_t kLengths[] = {0, 3, 4, 5, 12, 13, 40, 200, 500, 600, 3000, 9000};
    const size_t most = kLengths[random_.OneIn(20) ? 9 + random_.Below(3) : random_.Below(9)];
    return std::string(random_.Below(most + 1), static_cast<char>('a' + random_.Below(26)));
  }
  Value RandomValue(LogicalType type) {
    if (random_.OneIn(8)) {
      return Value::Null();
    }
    switch (type.id) {
      case TypeId::kInt:
        return Value::Int(static_cast<int32_t>(random_.Next()));
      case TypeId::kReal:
        return Value::Real(static_cast<float>(random_.Below(1000)) / 8);
      case TypeId::kUuid:
        return Value::OfUuid({static_cast<Int128>(random_.Next()) << 60});
      case TypeId::kInterval:
        return Value::OfInterval(
            {static_cast<int32_t>(random_.Next()), -1, static_cast<int64_t>(random_.Next())});
      default:
        return Value::String(RandomString());
    }
  }
  Row RandomRow() {
    Row row;
    for (const LogicalType type : types_) {
      row.push_back(RandomValue(type));
    }
    return row;
  }
  std::vector<Rid> RandomRids(size_t most) {
    std::vector<Rid> rids;
    for (const auto& [rid, row] : model_) {
      if (rids.size() < most && random_.OneIn(1 + model_.size() / most)) {
        rids.push_back(rid);
      }
    }
    return rids;
  }

  void InsertSome(tx::Transaction& transaction) {
    std::vector<Row> rows(1 + random_.Below(20));
    for (Row& row : rows) {
      row = RandomRow();
    }
    std::vector<Rid> rids;
    ASSERT_OK(file_->Insert(transaction, BatchOf(types_, rows), &rids));
    Note(rids, rows);
  }
  void AppendSome(tx::Transaction& transaction) {
    BulkAppender appender(*file_, transaction);
    for (uint64_t i = random_.Below(3) + 1; i > 0; --i) {
      std::vector<Row> rows(1 + random_.Below(60));
      for (Row& row : rows) {
        row = RandomRow();
      }
      std::vector<Rid> rids;
      ASSERT_OK(appender.Append(BatchOf(types_, rows), &rids));
      Note(rids, rows);
    }
    ASSERT_OK(appender.Finish());
  }
  void Note(const std::vector<Rid>& rids, const std::vector<Row>& rows) {
    ASSERT_EQ(rids.size(), rows.size());
    for (size_t i = 0; i < rids.size(); ++i) {
      ASSERT_TRUE(model_.emplace(rids[i], rows[i]).second);
    }
  }
  void EraseSome(tx::Transaction& transaction) {
    const std::vector<Rid> rids = RandomRids(random_.OneIn(10) ? 1000 : 12);
    ASSERT_OK(file_->Erase(transaction, rids));
    for (const Rid rid : rids) {
      model_.erase(rid);
    }
  }
  void UpdateSome(tx::Transaction& transaction) {
    const std::vector<Rid> rids = RandomRids(15);
    std::vector<uint32_t> columns;
    for (uint32_t i = 0; i < types_.size(); ++i) {
      if (random_.OneIn(2)) {
        columns.push_back(i);
      }
    }
    std::vector<Row> values(rids.size());
    for (size_t i = 0; i < rids.size(); ++i) {
      for (const uint32_t column : columns) {
        values[i].push_back(RandomValue(types_[column]));
        model_[rids[i]][column] = values[i].back();
      }
    }
    ASSERT_OK(Update(transaction, rids, columns, values));
  }
  void Step(tx::Transaction& transaction) {
    switch (random_.Below(model_.size() > 600 ? 8 : 5)) {
      case 0:
        return InsertSome(transaction);
      case 1:
        return AppendSome(transaction);
      case 2:
      case 3:
        return UpdateSome(transaction);
      default:
        return EraseSome(transaction);
    }
  }

  // Several steps in one transaction, which commits or rolls back.
  void RunTransaction() {
    const auto before = model_;
    tx::Transaction transaction(targets_);
    for (uint64_t i = random_.Below(4) + 1; i > 0; --i) {
      const auto at_mark = model_;
      const tx::Savepoint mark = transaction.Mark();
      Step(transaction);
      if (HasFatalFailure()) {
        return;
      }
      if (random_.OneIn(6)) {
        ASSERT_OK(transaction.RollbackTo(mark));
        model_ = at_mark;
      }
    }
    if (random_.OneIn(3)) {
      ASSERT_OK(transaction.Rollback());
      model_ = before;
    } else {
      ASSERT_OK(transaction.Commit());
    }
  }

  void Compare() {
    ASSERT_OK(file_->Validate());
    ASSERT_EQ(pool_->PinnedPages(), 0U);
    ASSERT_EQ(file_->statistics().records, model_.size());
    std::map<Rid, Row> found;
    for (auto& [rid, row] : Scan()) {
      ASSERT_TRUE(found.emplace(rid, std::move(row)).second) << "seen twice";
    }
    ASSERT_EQ(found, model_);
    std::vector<Rid> rids = RandomRids(100);
    Batch out;
    ASSERT_OK(file_->Fetch(rids, AllColumns(), nullptr, &out));
    ASSERT_EQ(out.rids(), rids);
    for (size_t i = 0; i < rids.size(); ++i) {
      ASSERT_EQ(RowOf(out, i), model_[rids[i]]);
    }
  }

  void Run(int transactions) {
    for (int i = 0; i < transactions; ++i) {
      ASSERT_NO_FATAL_FAILURE(RunTransaction());
      ASSERT_NO_FATAL_FAILURE(Compare()) << "after transaction " << i;
      if (random_.OneIn(10)) {
        Reopen();
      }
    }
  }

  Random random_{1};
  std::map<Rid, Row> model_;
};

uint64_t FreshSeed() {
  return std::getenv("REDBASE_LONG") == nullptr ? 1 : common::RealEnv().RandomSeed();
}

TEST_F(RecordFileRandom, AgreesWithAMapOfMixedRecords) {
  Create({kInt, kText, kReal, {TypeId::kUuid}, kText, {TypeId::kInterval}, kInt});
  Seed(FreshSeed());
  Run(150);
}

TEST_F(RecordFileRandom, AgreesWithAMapOfNumbers) {
  Create({kInt, kReal});
  Seed(FreshSeed() + 1);
  Run(100);
}

TEST_F(RecordFileRandom, AgreesWithAMapOfManyStrings) {
  Create(std::vector<LogicalType>(12, kText));
  Seed(FreshSeed() + 2);
  Run(60);
}

}  // namespace
}  // namespace redbase::rm
