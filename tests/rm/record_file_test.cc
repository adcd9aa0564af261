#include "rm/record_file.h"

#include <algorithm>
#include <functional>
#include <map>

#include "rm/record_page.h"
#include "tests/rm/record_fixture.h"

namespace redbase::rm {
namespace {

class RecordFileTest : public RecordFixture {
 protected:
  static std::string Long(size_t length, char c = 'x') { return std::string(length, c); }
  std::vector<Rid> InsertTexts(int count, size_t length) {
    std::vector<Row> rows;
    for (int i = 0; i < count; ++i) {
      rows.push_back({Value::Int(i), Value::String(Long(length))});
    }
    return Insert(rows);
  }
  Status SetText(Rid rid, const std::string& text) {
    return Update({rid}, {1}, {{Value::String(text)}});
  }
  std::string TextOf(Rid rid) {
    const std::optional<Row> row = Fetch(rid);
    return row ? (*row)[1].ToString() : "no record";
  }
};

TEST_F(RecordFileTest, KeepsRecordsOverReopening) {
  Create({kInt, kText, kReal});
  const Row row = {Value::Int(5), Value::String("five"), Value::Real(5.5F)};
  const Row nulls = {Value::Null(), Value::Null(), Value::Null()};
  const std::vector<Rid> rids = Insert({row, nulls});
  Reopen();
  EXPECT_EQ(Fetch(rids[0]), row);
  EXPECT_EQ(Fetch(rids[1]), nulls);
  EXPECT_EQ(file_->statistics().records, 2U);
  EXPECT_OK(file_->Validate());
}

TEST_F(RecordFileTest, InsertsOnlySelectedRows) {
  Create({kInt});
  Batch batch = BatchOf(types_, {{Value::Int(0)}, {Value::Int(1)}, {Value::Int(2)}});
  batch.SetSelection({0, 2});
  tx::Transaction transaction(targets_);
  std::vector<Rid> rids;
  ASSERT_OK(file_->Insert(transaction, batch, &rids));
  ASSERT_OK(transaction.Commit());
  ASSERT_EQ(rids.size(), 2U);
  EXPECT_EQ(Fetch(rids[1]), Row{Value::Int(2)});
}

TEST_F(RecordFileTest, AGrowingRecordKeepsItsRid) {
  Create({kInt, kText});
  const std::vector<Rid> rids = InsertTexts(60, 40);
  for (const Rid rid : rids) {
    ASSERT_OK(SetText(rid, Long(400, 'y')));
    ASSERT_OK(file_->Validate());
  }
  for (const Rid rid : rids) {
    EXPECT_EQ(TextOf(rid), Long(400, 'y'));
  }
  EXPECT_EQ(Scan().size(), rids.size());
}

// Some stay where they are, in groups, and make room by some that move.
TEST_F(RecordFileTest, AFullPageOfRecordsMayGrowAtOnce) {
  Create({kInt, kText});
  std::vector<Row> rows;
  for (int i = 0; i < 600; ++i) {
    rows.push_back({Value::Int(i), Value::String(std::string(30, 'a'))});
  }
  const std::vector<Rid> rids = Insert(rows);
  const auto texts = [](size_t length) {
    std::vector<Row> all;
    for (size_t i = 0; i < 600; ++i) {
      all.push_back({Value::String(std::string(length + i % 3, static_cast<char>('b' + i % 7)))});
    }
    return all;
  };
  for (const size_t length : {33, 90, 4, 60}) {
    const std::vector<Row> longer = texts(length);
    ASSERT_OK(Update(rids, {1}, longer));
    ASSERT_OK(file_->Validate());
    for (size_t i = 0; i < rids.size(); ++i) {
      ASSERT_EQ(Fetch(rids[i]), Row({Value::Int(static_cast<int>(i)), longer[i][0]}));
    }
  }
  tx::Transaction transaction(targets_);
  ASSERT_OK(Update(transaction, rids, {1}, texts(120)));
  ASSERT_OK(transaction.Rollback());
  ASSERT_OK(file_->Validate());
  EXPECT_EQ(Fetch(rids[5]), Row({Value::Int(5), texts(60)[5][0]}));
}

TEST_F(RecordFileTest, AMovedRecordReturnsHomeWhenThereIsRoom) {
  Create({kInt, kText});
  const std::vector<Rid> rids = InsertTexts(60, 40);
  ASSERT_OK(SetText(rids[0], Long(500, 'y')));
  ASSERT_OK(Erase({rids.begin() + 1, rids.begin() + 40}));
  // Too long for where it lies now, so it moves again.
  ASSERT_OK(SetText(rids[0], Long(510, 'z')));
  ASSERT_OK(file_->Validate());
  EXPECT_EQ(TextOf(rids[0]), Long(510, 'z'));
}

TEST_F(RecordFileTest, ErasedMovedRecordsLeaveNothing) {
  Create({kInt, kText});
  const std::vector<Rid> rids = InsertTexts(60, 40);
  for (const Rid rid : rids) {
    ASSERT_OK(SetText(rid, Long(300)));
  }
  ASSERT_OK(Erase(rids));
  EXPECT_OK(file_->Validate());
  EXPECT_EQ(file_->statistics().records, 0U);
  EXPECT_TRUE(Scan().empty());
}

TEST_F(RecordFileTest, LongValuesComeBackWhole) {
  Create({kInt, kText});
  const std::string text = Long(100000, 'l');
  const std::vector<Rid> rids = Insert({{Value::Int(1), Value::String(text)}});
  Reopen();
  EXPECT_EQ(TextOf(rids[0]), text);
  EXPECT_OK(file_->Validate());
}

TEST_F(RecordFileTest, PagesOfReplacedLongValuesAreUsedAgain) {
  Create({kInt, kText});
  const std::vector<Rid> rids = Insert({{Value::Int(1), Value::String(Long(50000))}});
  ASSERT_OK(SetText(rids[0], Long(50000, 'b')));
  const uint64_t bytes = file_->statistics().bytes;
  for (int i = 0; i < 5; ++i) {
    ASSERT_OK(SetText(rids[0], Long(50000, static_cast<char>('c' + i))));
    ASSERT_OK(file_->Validate());
  }
  EXPECT_EQ(file_->statistics().bytes, bytes);
  ASSERT_OK(Erase(rids));
  EXPECT_OK(file_->Validate());
}

TEST_F(RecordFileTest, ManyMiddlingStringsFitByMovingTheLongestOut) {
  Create(std::vector<LogicalType>(20, kText));
  const Row row(20, Value::String(Long(500)));
  const std::vector<Rid> rids = Insert({row, row});
  EXPECT_EQ(Fetch(rids[1]), row);
  std::vector<Row> one = {{Value::String(Long(511, 'q'))}};
  for (uint32_t i = 0; i < 20; ++i) {
    ASSERT_OK(Update({rids[0]}, {i}, one));
  }
  EXPECT_EQ(Fetch(rids[0]), Row(20, Value::String(Long(511, 'q'))));
  EXPECT_OK(file_->Validate());
}

TEST_F(RecordFileTest, ErasedSlotIsTakenAgainOnceTheTransactionEnds) {
  Create({kInt});
  const std::vector<Rid> rids = Insert(std::vector<Row>(10, {Value::Int(1)}));
  tx::Transaction eraser(targets_);
  ASSERT_OK(file_->Erase(eraser, {&rids[4], 1}));
  const std::vector<Rid> before = Insert({{Value::Int(2)}});
  EXPECT_NE(before[0], rids[4]);
  ASSERT_OK(eraser.Commit());
  const std::vector<Rid> after = Insert({{Value::Int(3)}});
  EXPECT_EQ(after[0], rids[4]);
}

TEST_F(RecordFileTest, RollbackOfAnEraseSurvivesInsertsOfOthers) {
  Create({kInt, kText});
  const std::vector<Rid> rids = InsertTexts(50, 60);
  tx::Transaction eraser(targets_);
  ASSERT_OK(file_->Erase(eraser, rids));
  InsertTexts(50, 60);
  ASSERT_OK(eraser.Rollback());
  EXPECT_EQ(file_->statistics().records, 100U);
  EXPECT_EQ(TextOf(rids[7]), Long(60));
  EXPECT_OK(file_->Validate());
}

TEST_F(RecordFileTest, UndoMayRunTwice) {
  Create({kInt, kText});
  const std::vector<Rid> rids = InsertTexts(5, 60);
  struct Recorder : tx::UndoTarget {
    Status Undo(tx::UndoKind kind, std::span<const std::byte> payload) override {
      RETURN_IF_ERROR(file->Undo(kind, payload));
      return file->Undo(kind, payload);
    }
    void Undone(tx::UndoKind kind, std::span<const std::byte> payload,
                tx::TransactionState* by) override {
      file->Undone(kind, payload, by);
    }
    RecordFile* file = nullptr;
  } twice;
  twice.file = file_.get();
  tx::UndoTargets targets;
  targets.Add(pf::FileId{7}, &twice);
  tx::Transaction transaction(targets);
  ASSERT_OK(file_->Erase(transaction, {&rids[0], 1}));
  ASSERT_OK(Update(transaction, {rids[1]}, {1}, {{Value::String(Long(5000))}}));
  ASSERT_OK(file_->Insert(transaction, BatchOf(types_, {{Value::Int(1), Value::Null()}}), nullptr));
  ASSERT_OK(transaction.Rollback());
  EXPECT_OK(file_->Validate());
  EXPECT_EQ(Scan().size(), 5U);
  EXPECT_EQ(TextOf(rids[1]), Long(60));
}

// Recovery may take the last record back once more, so nobody may be there by then.
TEST_F(RecordFileTest, WhatUndoFreesIsTakenAgainOnceThatIsLogged) {
  Create({kInt});
  Insert({{Value::Int(1)}});
  struct Recorder : tx::UndoTarget {
    Status Undo(tx::UndoKind kind, std::span<const std::byte> payload) override {
      RETURN_IF_ERROR(file->Undo(kind, payload));
      meanwhile();
      return {};
    }
    void Undone(tx::UndoKind kind, std::span<const std::byte> payload,
                tx::TransactionState* by) override {
      file->Undone(kind, payload, by);
    }
    RecordFile* file = nullptr;
    std::function<void()> meanwhile;
  } recorder;
  recorder.file = file_.get();
  tx::UndoTargets targets;
  targets.Add(pf::FileId{7}, &recorder);
  tx::Transaction transaction(targets);
  std::vector<Rid> rids;
  ASSERT_OK(file_->Insert(transaction, BatchOf(types_, {{Value::Int(2)}}), &rids));
  recorder.meanwhile = [&] { EXPECT_NE(Insert({{Value::Int(3)}})[0], rids[0]); };
  ASSERT_OK(transaction.Rollback());
  EXPECT_EQ(Insert({{Value::Int(4)}})[0], rids[0]);
}

TEST_F(RecordFileTest, EmptiedPagesAreGivenBack) {
  Create({kInt, kText});
  const std::vector<Rid> rids = InsertTexts(500, 60);
  const uint64_t bytes = file_->statistics().bytes;
  EXPECT_GT(file_->statistics().pages, 5U);
  ASSERT_OK(Erase(rids));
  EXPECT_EQ(file_->statistics().pages, 0U);
  InsertTexts(500, 60);
  EXPECT_EQ(file_->statistics().bytes, bytes);
}

TEST_F(RecordFileTest, LargeRecordsShareFreshPagesWhenOldOnesHaveTooLittleRoom) {
  Create({kInt, kText});
  const std::vector<Rid> rids = InsertTexts(500, 60);
  std::vector<Rid> some;
  for (size_t i = 0; i < rids.size(); i += 10) {
    some.push_back(rids[i]);
  }
  ASSERT_OK(Erase(some));
  const uint64_t pages = file_->statistics().pages;
  for (int i = 0; i < 40; ++i) {
    InsertTexts(1, 500);
  }
  EXPECT_LT(file_->statistics().pages, pages + 15);
}

TEST_F(RecordFileTest, MissingRecordsAreNamed) {
  Create({kInt});
  const std::vector<Rid> rids = Insert({{Value::Int(1)}});
  ASSERT_OK(Erase(rids));
  const Status status = Erase(rids);
  EXPECT_CODE(Code::kNotFound, status);
  EXPECT_EQ(status.message(), "/r: page 2, slot 0: holds no record");
  EXPECT_CODE(Code::kNotFound, Update({{PageNum{900}, SlotNum{1}}}, {0}, {{Value::Int(1)}}));
  EXPECT_CODE(Code::kNotFound, Erase({{PageNum{1}, SlotNum{0}}}));
  EXPECT_EQ(Fetch({PageNum{0}, SlotNum{0}}), std::nullopt);
}

TEST_F(RecordFileTest, FetchLeavesMissingRecordsOut) {
  Create({kInt});
  std::vector<Rid> rids = Insert({{Value::Int(1)}, {Value::Int(2)}, {Value::Int(3)}});
  ASSERT_OK(Erase({rids[1]}));
  std::reverse(rids.begin(), rids.end());
  Batch out;
  const std::vector<uint32_t> projection = {0};
  ASSERT_OK(file_->Fetch(rids, projection, nullptr, &out));
  EXPECT_EQ(out.rids(), (std::vector<Rid>{rids[0], rids[2]}));
  EXPECT_EQ(RowOf(out, 0), Row{Value::Int(3)});
}

TEST_F(RecordFileTest, SeveralHundredColumnsWork) {
  std::vector<LogicalType> types;
  for (int i = 0; i < 600; ++i) {
    types.push_back(i % 3 == 0 ? kText : kInt);
  }
  Create(types, kDefaultPageSize);
  Row row;
  for (int i = 0; i < 600; ++i) {
    row.push_back(i % 3 == 0 ? Value::String("text " + std::to_string(i)) : Value::Int(i));
  }
  const std::vector<Rid> rids = Insert(std::vector<Row>(30, row));
  EXPECT_EQ(Fetch(rids[29]), row);
  EXPECT_OK(file_->Validate());
}

TEST_F(RecordFileTest, ARecordTooWideForItsPageIsRefused) {
  Create({kInt});
  const auto made = RecordFile::Create(context(), "/wide", {pf::FileId{8}, 1},
                                       std::vector<LogicalType>(300, kInt), kPageSize);
  EXPECT_CODE(Code::kInvalidArgument, made);
  EXPECT_NE(made.status().message().find("record size is too large"), std::string::npos);
  EXPECT_FALSE(env_.Exists("/wide"));
}

TEST_F(RecordFileTest, BulkAppendIsTakenBackWhole) {
  Create({kInt, kText});
  InsertTexts(10, 20);
  const uint64_t pages = file_->statistics().pages;
  tx::Transaction transaction(targets_);
  BulkAppender appender(*file_, transaction);
  const std::vector<Row> rows(700, {Value::Int(1), Value::String(Long(600))});
  ASSERT_OK(appender.Append(BatchOf(types_, rows), nullptr));
  ASSERT_OK(appender.Finish());
  ASSERT_OK(transaction.Rollback());
  EXPECT_EQ(file_->statistics().records, 10U);
  EXPECT_EQ(file_->statistics().pages, pages);
  EXPECT_OK(file_->Validate());
}

TEST_F(RecordFileTest, BulkAppendFillsPages) {
  Create({kInt, kText});
  tx::Transaction transaction(targets_);
  BulkAppender appender(*file_, transaction);
  const std::vector<Row> rows(1000, {Value::Int(1), Value::String(Long(30))});
  std::vector<Rid> rids;
  ASSERT_OK(appender.Append(BatchOf(types_, rows), &rids));
  ASSERT_OK(appender.Append(BatchOf(types_, rows), &rids));
  ASSERT_OK(appender.Finish());
  ASSERT_OK(transaction.Commit());
  EXPECT_EQ(Scan().size(), 2000U);
  EXPECT_EQ(rids.size(), 2000U);
  // 42.5 bytes a record and 176 for each page.
  EXPECT_LE(file_->statistics().pages, 2000 * 43 / (kPageSize - 176) + 1);
}

TEST_F(RecordFileTest, APageIsDrawnForPeople) {
  Create({kInt, kText});
  const std::vector<Rid> rids =
      Insert({{Value::Int(1), Value::String("one")}, {Value::Null(), Value::String("two")}});
  const auto drawing = file_->DrawPage(rids[0].page, SchemaOf(types_));
  ASSERT_OK(drawing);
  EXPECT_NE(drawing->find("2 live"), std::string::npos) << *drawing;
  EXPECT_NE(drawing->find("0     1 | 'one'"), std::string::npos) << *drawing;
  EXPECT_NE(drawing->find("1     null | 'two'"), std::string::npos) << *drawing;
  EXPECT_CODE(Code::kNotFound, file_->DrawPage(PageNum{99}, SchemaOf(types_)));
}

}  // namespace
}  // namespace redbase::rm
