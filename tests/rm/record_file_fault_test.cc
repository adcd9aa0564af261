// What record files do when the disk fails or lies.
#include <algorithm>
#include <map>

#include "common/crc32c.h"
#include "common/random.h"
#include "rm/record_page.h"
#include "tests/rm/record_fixture.h"

namespace redbase::rm {
namespace {

class RecordFileFault : public RecordFixture {
 protected:
  Row RowOfSize(int32_t key, size_t length) {
    return {Value::Int(key), Value::String(std::string(length, static_cast<char>('a' + key % 26))),
            Value::Int(key * 2)};
  }
  void Fill(int32_t rows) {
    std::vector<Row> all;
    for (int32_t i = 0; i < rows; ++i) {
      all.push_back(RowOfSize(i, i % 50 == 0 ? 6000 : static_cast<size_t>(i) % 90));
    }
    const std::vector<Rid> rids = Insert(all);
    for (size_t i = 0; i < rids.size(); ++i) {
      model_[rids[i]] = all[i];
    }
  }
  std::vector<Rid> EveryNth(size_t n) {
    std::vector<Rid> rids;
    size_t i = 0;
    for (const auto& [rid, row] : model_) {
      if (i++ % n == 0) {
        rids.push_back(rid);
      }
    }
    return rids;
  }

  // One of each kind of change; pages come from disk all the time.
  Status ChangeMuch(tx::Transaction& transaction) {
    const std::vector<Rid> erased = EveryNth(7);
    RETURN_IF_ERROR(file_->Erase(transaction, erased));
    std::vector<Rid> rids;
    for (const Rid rid : EveryNth(5)) {
      if (!std::binary_search(erased.begin(), erased.end(), rid)) {
        rids.push_back(rid);
      }
    }
    const std::vector<Row> longer(rids.size(), {Value::String(std::string(300, 'z'))});
    RETURN_IF_ERROR(Update(transaction, rids, {1}, longer));
    const std::vector<Row> rows = {RowOfSize(1, 30), RowOfSize(2, 9000), RowOfSize(3, 5)};
    RETURN_IF_ERROR(file_->Insert(transaction, BatchOf(types_, rows), nullptr));
    BulkAppender appender(*file_, transaction);
    RETURN_IF_ERROR(
        appender.Append(BatchOf(types_, std::vector<Row>(100, RowOfSize(4, 60))), nullptr));
    return appender.Finish();
  }

  void ExpectModel() {
    ASSERT_OK(file_->Validate());
    std::map<Rid, Row> found;
    for (auto& [rid, row] : Scan()) {
      found.emplace(rid, std::move(row));
    }
    EXPECT_EQ(found, model_);
    EXPECT_EQ(file_->statistics().records, model_.size());
  }

  // Turns bits around on disk and makes the page's checksum right again.
  void Damage(const std::string& path, uint64_t offset, uint8_t mask) {
    ASSERT_OK(env_.CorruptByte(path, offset, mask));
    auto file = env_.Open(path, common::OpenMode::kReadWrite);
    ASSERT_OK(file);
    std::vector<std::byte> page(kPageSize);
    const uint64_t begin = offset / kPageSize * kPageSize;
    ASSERT_OK((*file)->Read(begin, page));
    StoreAs(page.data(), common::Crc32c(std::span<const std::byte>(page).subspan(4)));
    ASSERT_OK((*file)->Write(begin, page));
  }

  // Whether anything said that the file is damaged.
  bool UseDamagedFile() {
    auto opened = RecordFile::Open(context(), "/r", {pf::FileId{7}, 1}, types_);
    if (!opened.ok()) {
      return true;
    }
    file_ = std::move(*opened);
    Status status = file_->Validate();
    const bool noticed = !status.ok();
    Batch batch;
    for (const std::optional<Value>& value : {std::optional<Value>(), {Value::String("q")}}) {
      std::vector<ColumnPredicate> predicates;
      if (value) {
        predicates.push_back({ColumnPredicate::Kind::kCompare, 1, CompareOp::kGt, *value});
      }
      MorselSource morsels(*file_);
      RecordScan scan(*file_, {0, 1, 2}, predicates, true);
      while (const auto morsel = morsels.Take()) {
        scan.Start(*morsel);
        for (Result<bool> more = true; more.ok() && *more;) {
          more = scan.Next(&batch);
        }
      }
    }
    for (uint32_t page = 0; page < file_->file().page_count(); ++page) {
      status.Update(file_->DrawPage(PageNum{page}, SchemaOf(types_)).status());
    }
    for (const auto& [rid, row] : model_) {
      status.Update(file_->Fetch({&rid, 1}, AllColumns(), nullptr, &batch));
    }
    for (const Rid rid : EveryNth(8)) {
      tx::Transaction transaction(targets_);
      status.Update(Update(transaction, {rid}, {1}, {{Value::String(std::string(500, 'u'))}}));
      status.Update(file_->Erase(transaction, {&rid, 1}));
      status.Update(transaction.Rollback());
    }
    file_->Abandon();
    file_.reset();
    return noticed || !status.ok();
  }

  std::map<Rid, Row> model_;
};

TEST_F(RecordFileFault, AFailedStatementIsTakenBackWhereverItFailed) {
  uint64_t failures = 0;
  for (uint64_t n = 0; n < 2000; n += 1 + n / 8) {
    env_.SetFaults({});
    if (file_ != nullptr) {
      ASSERT_OK(file_->Close());
      file_.reset();
      ASSERT_OK(env_.RemoveFile("/r"));
      pool_.reset();
    }
    model_.clear();
    Create({kInt, kText, kInt}, kPageSize, 20);
    Fill(1500);
    env_.SetFaults(
        {.fail_at = n, .operations = common::FaultPlan::kRead | common::FaultPlan::kWrite});
    {
      tx::Transaction transaction(targets_);
      const Status status = ChangeMuch(transaction);
      failures += status.ok() ? 0 : 1;
      EXPECT_TRUE(status.ok() || status.code() == Code::kIoError) << status.message();
      env_.SetFaults({});
      ASSERT_OK(transaction.Rollback());
    }
    ASSERT_NO_FATAL_FAILURE(ExpectModel()) << "operation " << n;
    EXPECT_EQ(pool_->PinnedPages(), 0U);
  }
  EXPECT_GT(failures, 10U);
}

// Reads everything in every way; only that it ends without a crash is sure.
TEST_F(RecordFileFault, ADamagedPageWithARightChecksumCrashesNothing) {
  Create({kInt, kText, kInt}, kPageSize, 20);
  Fill(200);
  ASSERT_OK(Update(EveryNth(9), {1},
                   std::vector<Row>(EveryNth(9).size(), {Value::String(std::string(250, 'q'))})));
  ASSERT_OK(file_->Close());
  file_.reset();
  const auto disk = env_.ReadAll("/r");
  ASSERT_OK(disk);
  Random random(17);
  uint64_t noticed = 0;
  for (int round = 0; round < 400; ++round) {
    auto target = env_.Open("/r", common::OpenMode::kReadWrite);
    ASSERT_OK(target);
    ASSERT_OK((*target)->Write(0, AsBytes(*disk)));
    for (int i = 0; i < 3; ++i) {
      // Headers, descriptors and bitmaps more often than values.
      const uint64_t page = 1 + random.Below(disk->size() / kPageSize - 1);
      const uint64_t within = pf::kPageHeaderSize + random.Below(random.OneIn(2) ? 200 : 4000);
      Damage("/r", page * kPageSize + within, static_cast<uint8_t>(1 + random.Below(255)));
    }
    noticed += UseDamagedFile() ? 1 : 0;
  }
  EXPECT_GT(noticed, 100U);
  EXPECT_EQ(pool_->PinnedPages(), 0U);
}

TEST_F(RecordFileFault, PagesThatCannotBeGivenBackAtCommitAreGivenBackByAFlush) {
  Create({kInt, kText, kInt});
  const std::vector<Rid> rids = Insert({RowOfSize(1, 20000)});
  tx::Transaction transaction(targets_);
  ASSERT_OK(Update(transaction, rids, {1}, {{Value::String("short")}}));
  ASSERT_OK(file_->Flush());
  ASSERT_OK(pool_->Clear());
  env_.SetFaults({.fail_at = 0, .operations = common::FaultPlan::kRead, .for_ever = true});
  ASSERT_OK(transaction.Commit());
  EXPECT_GT(env_.faults(), 0U);
  env_.SetFaults({});
  EXPECT_OK(file_->Validate());
  ASSERT_OK(file_->Flush());
  EXPECT_OK(file_->Validate());
  const uint64_t bytes = file_->statistics().bytes;
  Insert({RowOfSize(2, 19000)});
  EXPECT_EQ(file_->statistics().bytes, bytes);
}

TEST_F(RecordFileFault, DamageNamesFileAndPage) {
  Create({kInt, kText, kInt});
  Fill(10);
  ASSERT_OK(file_->Close());
  file_.reset();
  const Rid rid = model_.begin()->first;
  Damage("/r", static_cast<uint32_t>(rid.page) * kPageSize + kRecordHeaderAt, 0xFF);
  auto opened = RecordFile::Open(context(), "/r", {pf::FileId{7}, 1}, types_);
  ASSERT_OK(opened);
  file_ = std::move(*opened);
  Batch out;
  const Status status = file_->Fetch({&rid, 1}, AllColumns(), nullptr, &out);
  EXPECT_CODE(Code::kCorruption, status);
  EXPECT_EQ(status.message(), "/r: page " + std::to_string(static_cast<uint32_t>(rid.page)) +
                                  ": is no record page of this version");
}

TEST_F(RecordFileFault, AFileWithOtherTypesIsRefused) {
  Create({kInt, kText, kInt});
  ASSERT_OK(file_->Close());
  file_.reset();
  const auto opened = RecordFile::Open(context(), "/r", {pf::FileId{7}, 1}, {kInt, kText});
  EXPECT_CODE(Code::kCorruption, opened);
  EXPECT_EQ(pool_->PinnedPages(), 0U);
}

TEST_F(RecordFileFault, AFailedCreationLeavesNothing) {
  Create({kInt});
  bool done = false;
  for (uint64_t n = 0; !done; ++n) {
    env_.SetFaults({.fail_at = n});
    done = RecordFile::Create(context(), "/s", {pf::FileId{8}, 1}, {kInt}, kPageSize).ok();
    EXPECT_EQ(done, env_.Exists("/s"));
  }
  EXPECT_EQ(pool_->PinnedPages(), 0U);
}

TEST_F(RecordFileFault, AFileThatWasNotClosedIsCountedAnew) {
  Create({kInt, kText, kInt}, kPageSize, 400);
  Fill(300);
  ASSERT_OK(file_->Flush());
  const uint64_t pages = file_->statistics().pages;
  ASSERT_OK(Erase(EveryNth(2)));
  // As a stopped process leaves it: pages written, counts not.
  ASSERT_OK(file_->file().Flush());
  file_->Abandon();
  file_.reset();
  auto opened = RecordFile::Open(context(), "/r", {pf::FileId{7}, 1}, types_);
  ASSERT_OK(opened);
  file_ = std::move(*opened);
  EXPECT_EQ(file_->statistics().records, 150U);
  EXPECT_EQ(file_->statistics().pages, pages);
}

}  // namespace
}  // namespace redbase::rm
