#include "ql/index_build.h"

#include <numeric>
#include <utility>

#include "ql/internal/entry_list.h"
#include "ql/internal/file_scan.h"
#include "ql/internal/rid_sink.h"
#include "ql/pipeline.h"

namespace redbase::ql {

namespace {

// Each worker sorts the entries of its rows; then they are merged into the tree.
class EntrySink : public Sink {
 public:
  EntrySink(ix::BPlusTree& tree, size_t key_columns, ExecContext& context)
      : tree_(tree), context_(context), columns_(key_columns) {
    std::iota(columns_.begin(), columns_.end(), 0U);
  }

  Status Begin(std::vector<PipelineWorker> workers) override {
    for (size_t i = 0; i < workers.size(); ++i) {
      parts_.push_back({std::make_unique<EntryList>(context_.memory), {}, 0});
    }
    return {};
  }

  Result<Accepted> Take(size_t worker, Batch* batch) override {
    RETURN_IF_ERROR(RequireRids(*batch));
    Part& part = parts_[worker];
    part.rids.clear();
    for (size_t i = 0; i < batch->selected(); ++i) {
      part.rids.push_back(batch->rids()[batch->RowAt(i)]);
    }
    RETURN_IF_ERROR(part.entries->Add(tree_.options().key, *batch, columns_, part.rids));
    return Accepted::kGoOn;
  }

  Status End(size_t worker) override {
    parts_[worker].entries->Sort();
    return {};
  }

  Status Finish() override {
    return tree_.BulkBuild([this](ix::Entry* entry) { return NextEntry(entry); });
  }

 private:
  struct Part {
    std::unique_ptr<EntryList> entries;
    std::vector<Rid> rids;
    size_t next;
  };

  // The least entry of all parts; there are as many as workers, a few.
  Result<bool> NextEntry(ix::Entry* entry) {
    Part* least = nullptr;
    for (Part& part : parts_) {
      if (part.next == part.entries->size()) {
        continue;
      }
      const ix::Entry candidate = (*part.entries)[part.next];
      if (least == nullptr || candidate.key < entry->key ||
          (candidate.key == entry->key && candidate.rid < entry->rid)) {
        least = &part;
        *entry = candidate;
      }
    }
    if (least == nullptr) {
      return false;
    }
    if (least->next++ % kBatchCapacity == 0 && context_.cancel != nullptr) {
      RETURN_IF_ERROR(context_.cancel->Check());
    }
    return true;
  }

  ix::BPlusTree& tree_;
  ExecContext& context_;
  std::vector<uint32_t> columns_;
  std::vector<Part> parts_;
};

}  // namespace

Status BuildIndex(ExecContext& context, const sm::Relation& relation, const sm::IndexInfo& index) {
  ASSIGN_OR_RETURN(const rm::RecordFile* records, context.catalog->Records(relation));
  ASSIGN_OR_RETURN(ix::BPlusTree * tree, context.catalog->Tree(relation, index));
  if (context.view != nullptr) {
    // It gets no entries for what its own transaction sees of records that others changed.
    RETURN_IF_ERROR(records->CheckNoneOvertaken(*context.view));
  }
  FileScan scan;
  scan.projection = index.columns;
  scan.with_rids = true;
  FileScanOperator source(relation.schema.Project(index.columns), scan, *records, context.cancel,
                          /*view=*/nullptr);
  EntrySink sink(*tree, index.columns.size(), context);
  Status status = RunPipeline({&source, &sink}, context);
  return std::move(status).Annotate("index " + index.name);
}

}  // namespace redbase::ql
