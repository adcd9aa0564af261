#include "ql/direct_plan.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/compare.h"
#include "ql/internal/column_predicates.h"
#include "ql/internal/index_set.h"
#include "ql/internal/insert.h"

namespace redbase::ql {
namespace {

// More rows are inserted by a Query, which sorts keys and asks for cancellation.
constexpr size_t kMaxDirectRows = 64;
// Bytes of strings that rows kept for later may take.
constexpr size_t kMaxDeferredBytes = size_t{1} << 20;

// The columns of its child that a projection gives out; nullopt when it computes any.
std::optional<std::vector<uint32_t>> PlainColumns(const Project& project) {
  std::vector<uint32_t> columns;
  for (const ExprPtr& expression : project.expressions) {
    if (expression->kind != ExprKind::kColumn) {
      return std::nullopt;
    }
    columns.push_back(expression->column);
  }
  return columns;
}

bool FixesWholeKey(const IndexScan& scan) {
  return scan.index.unique && !scan.with_rids && scan.lower && scan.upper &&
         scan.lower->inclusive && scan.upper->inclusive &&
         scan.lower->values.size() == scan.index.columns.size() &&
         scan.upper->values.size() == scan.index.columns.size();
}

bool Satisfies(const rm::ColumnPredicate& predicate, const Batch& batch, size_t column,
               size_t row) {
  using Kind = rm::ColumnPredicate::Kind;
  const Vector& vector = batch.column(column);
  if (predicate.kind != Kind::kCompare) {
    return vector.IsValid(row) == (predicate.kind == Kind::kIsNotNull);
  }
  if (!vector.IsValid(row) || predicate.value.is_null()) {
    return false;
  }
  const int order =
      vector.physical() == PhysicalType::kString
          ? vector.data<StringView>()[row].view().compare(predicate.value.string_value())
          : Value::Compare(batch.GetValue(column, row), predicate.value);
  return Holds(predicate.op, order);
}

// Its index scan fixes the whole key, so that there is one row at most; more entries
// than that may lead to it.
class DirectSelect : public DirectPlan {
 public:
  // `outputs`: columns of the scan that are given out.
  DirectSelect(std::shared_ptr<const PlanNode> plan, const IndexScan& scan,
               const std::vector<uint32_t>& outputs, const rm::RecordFile& records,
               const ix::BPlusTree& tree)
      : plan_(std::move(plan)),
        scan_(scan),
        records_(records),
        tree_(tree),
        out_columns_(outputs.size()) {
    for (const uint32_t output : outputs) {
      columns_.push_back(scan.projection[output]);
    }
    columns_ = WithTestedColumns(std::move(columns_), scan.predicates);
    for (const rm::ColumnPredicate& predicate : scan.predicates) {
      const auto place = std::find(columns_.begin(), columns_.end(), predicate.column);
      tested_.push_back(static_cast<size_t>(place - columns_.begin()));
    }
    keyed_columns_ = columns_;
    for (const uint32_t column : scan.index.columns) {
      key_places_.push_back(static_cast<uint32_t>(keyed_columns_.size()));
      keyed_columns_.push_back(column);
    }
    rows_.columns().resize(out_columns_);
  }

  Result<Batch*> Run(const ExecContext& context) override {
    if (context.cancel != nullptr) {
      RETURN_IF_ERROR(context.cancel->Check());
    }
    const std::vector<Value>& key = scan_.lower->values;
    if (std::any_of(key.begin(), key.end(), [](const Value& value) { return value.is_null(); })) {
      return nullptr;  // which nothing is equal to
    }
    key_.clear();
    ix::EncodeKeyPrefix(tree_.options().key, key, &key_);
    rids_.clear();
    RETURN_IF_ERROR(tree_.Lookup(key_, &rids_));
    // Looked at after the tree: what left it before is there.
    if (context.view != nullptr && tree_.has_removed()) {
      RETURN_IF_ERROR(tree_.AddRemoved(key_, 0, &rids_));
    }
    if (rids_.empty()) {
      return nullptr;
    }
    RETURN_IF_ERROR(records_.Fetch(rids_, columns_, context.view, &fetched_));
    // A change that came before a record was read shows now.
    keys_may_differ_ = context.view != nullptr && (records_.has_versions() || tree_.has_removed());
    if (keys_may_differ_) {
      RETURN_IF_ERROR(records_.Fetch(rids_, keyed_columns_, context.view, &fetched_));
    }
    return GiveOut();
  }
  bool changes() const override { return false; }

 private:
  bool HasKey(size_t row) {
    row_key_.clear();
    ix::EncodeKey(tree_.options().key, fetched_, key_places_, row, &row_key_);
    return row_key_ == key_;
  }

  bool IsWanted(size_t row) {
    if (keys_may_differ_ && !HasKey(row)) {
      return false;
    }
    for (size_t i = 0; i < tested_.size(); ++i) {
      if (!Satisfies(scan_.predicates[i], fetched_, tested_[i], row)) {
        return false;
      }
    }
    return true;
  }

  // The rows that satisfy all predicates, with the columns that are wanted.
  Batch* GiveOut() {
    std::vector<uint16_t> wanted;
    for (size_t row = 0; row < fetched_.rows(); ++row) {
      if (IsWanted(row)) {
        wanted.push_back(static_cast<uint16_t>(row));
      }
    }
    if (wanted.empty()) {
      return nullptr;
    }
    // The vectors come back with the next rows, unless the caller takes them.
    rows_.columns().resize(out_columns_);
    for (size_t i = 0; i < out_columns_; ++i) {
      std::swap(rows_.column(i), fetched_.column(i));
    }
    rows_.set_rows(fetched_.rows());
    if (wanted.size() < fetched_.rows()) {
      rows_.SetSelection(std::move(wanted));
    }
    return &rows_;
  }

  const std::shared_ptr<const PlanNode> plan_;
  const IndexScan& scan_;
  const rm::RecordFile& records_;
  const ix::BPlusTree& tree_;
  std::vector<uint32_t> columns_;  // fetched: those given out, then others that are tested
  const size_t out_columns_;
  std::vector<size_t> tested_;  // where each predicate's column is among columns_
  // The same and the key's columns, and where these are: fetched where a view may see a
  // record with another key than its entry.
  std::vector<uint32_t> keyed_columns_;
  std::vector<uint32_t> key_places_;
  bool keys_may_differ_ = false;
  std::string row_key_;
  std::string key_;
  std::vector<Rid> rids_;
  Batch fetched_;
  Batch rows_;
};

class DirectInsert : public DirectPlan {
 public:
  DirectInsert(std::shared_ptr<const PlanNode> plan, const Values& values, sm::Catalog& catalog)
      : plan_(std::move(plan)), insert_(*plan_->As<Insert>()), values_(values) {
    context_.catalog = &catalog;
    context_.memory = &memory_;
  }

  Status Open() {
    sm::Catalog& catalog = *context_.catalog;
    ASSIGN_OR_RETURN(const sm::RelationPtr relation, catalog.Find(insert_.relation));
    ASSIGN_OR_RETURN(rm::RecordFile * records, catalog.Records(*relation));
    ASSIGN_OR_RETURN(IndexSet indexes,
                     IndexSet::Open(*relation, context_, [](const auto&) { return true; }));
    inserter_.emplace(insert_, *relation, *records, std::move(indexes), context_);
    return {};
  }

  Result<Batch*> Run(const ExecContext& context) override {
    rows_.Reset(plan_->schema, values_.rows.size());
    AddValuesTo(&rows_);
    RETURN_IF_ERROR(Put(rows_, context));
    return &rows_;
  }
  bool changes() const override { return true; }
  DeferredInsert* deferred() override { return &deferred_; }

 private:
  class Deferred : public DeferredInsert {
   public:
    explicit Deferred(DirectInsert& insert) : insert_(insert) {}

    size_t Keep() override {
      if (rows_.capacity() == 0) {
        rows_.Reset(insert_.plan_->schema);
      }
      const size_t before = rows_.rows();
      insert_.AddValuesTo(&rows_);
      for (size_t row = before; row < rows_.rows(); ++row) {
        const Result<bool> reserved = insert_.inserter_->Reserve(rows_, row);
        if (!reserved.ok() || !*reserved) {
          rows_.set_rows(before);
          return 0;
        }
      }
      string_bytes_ += insert_.StringBytes();
      return rows_.rows() - before;
    }
    bool empty() const override { return rows_.rows() == 0; }
    bool full() const override {
      return rows_.capacity() - rows_.rows() < kMaxDirectRows || string_bytes_ > kMaxDeferredBytes;
    }
    void Clear() override {
      rows_ = Batch();
      string_bytes_ = 0;
      EndReservations();
    }
    Result<Batch*> Run(const ExecContext& context) override {
      RETURN_IF_ERROR(insert_.Put(rows_, context));
      rows_.Clear();
      string_bytes_ = 0;
      EndReservations();
      return nullptr;
    }

   private:
    void EndReservations() const {
      if (insert_.inserter_) {
        insert_.inserter_->EndReservations();
      }
    }

    DirectInsert& insert_;
    Batch rows_;
    size_t string_bytes_ = 0;  // of rows_
  };

  // Of the values as they are.
  size_t StringBytes() const {
    size_t bytes = 0;
    for (const std::vector<Value>& values : values_.rows) {
      for (const Value& value : values) {
        bytes += value.is_string() ? value.string_value().size() : 0;
      }
    }
    return bytes;
  }

  void AddValuesTo(Batch* rows) const {
    size_t row = rows->rows();
    for (const std::vector<Value>& values : values_.rows) {
      for (size_t c = 0; c < values.size(); ++c) {
        rows->SetValue(c, row, values[c]);
      }
      ++row;
    }
    rows->set_rows(row);
  }

  Status Put(const Batch& rows, const ExecContext& context) {
    context_.transaction = context.transaction;
    context_.cancel = context.cancel;
    Status inserted = PutIn(rows);
    if (!inserted.ok()) {
      inserter_.reset();  // and keys that it has collected
    }
    return inserted;
  }

  Status PutIn(const Batch& rows) {
    if (!inserter_) {
      RETURN_IF_ERROR(Open());
    }
    RETURN_IF_ERROR(inserter_->Insert(rows));
    return inserter_->Finish();
  }

  const std::shared_ptr<const PlanNode> plan_;
  const Insert& insert_;
  const Values& values_;
  common::MemoryAccount memory_{"direct insert"};
  ExecContext context_;
  std::optional<RowInserter> inserter_;
  Deferred deferred_{*this};
  Batch rows_;
};

Result<std::unique_ptr<DirectPlan>> MakeSelect(std::shared_ptr<const PlanNode> plan,
                                               const IndexScan& scan,
                                               const std::vector<uint32_t>& outputs,
                                               sm::Catalog& catalog) {
  ASSIGN_OR_RETURN(const sm::RelationPtr relation, catalog.Find(scan.relation));
  ASSIGN_OR_RETURN(const rm::RecordFile* records, catalog.Records(*relation));
  ASSIGN_OR_RETURN(const ix::BPlusTree* tree, catalog.Tree(*relation, scan.index));
  return std::unique_ptr<DirectPlan>(
      std::make_unique<DirectSelect>(std::move(plan), scan, outputs, *records, *tree));
}

}  // namespace

Result<std::unique_ptr<DirectPlan>> DirectPlan::Make(std::shared_ptr<const PlanNode> plan,
                                                     sm::Catalog& catalog) {
  const PlanNode* const child = plan->children.empty() ? nullptr : plan->children[0].get();
  if (const auto* project = plan->As<Project>()) {
    const auto outputs = PlainColumns(*project);
    const auto* scan = child->As<IndexScan>();
    if (outputs && scan != nullptr && FixesWholeKey(*scan)) {
      return MakeSelect(std::move(plan), *scan, *outputs, catalog);
    }
  }
  if (const auto* insert = plan->As<Insert>()) {
    const auto* values = child->As<Values>();
    if (values != nullptr && insert->returning && !insert->bulk &&
        values->rows.size() <= kMaxDirectRows) {
      auto direct = std::make_unique<DirectInsert>(std::move(plan), *values, catalog);
      RETURN_IF_ERROR(direct->Open());
      return std::unique_ptr<DirectPlan>(std::move(direct));
    }
  }
  return std::unique_ptr<DirectPlan>();
}

}  // namespace redbase::ql
