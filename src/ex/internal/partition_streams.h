// PartitionStreams: the fragments that one exchange runs on several partitions,
// read one after another.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "ex/transport.h"
#include "ql/operator.h"

namespace redbase::ex {

// Starts fragments of one statement where partitions are.  Thread-safe.
class FragmentStarter {
 public:
  virtual ~FragmentStarter() = default;
  // `relations` are those that the plan uses.  Errors, the stream's too, name
  // the node.
  virtual Result<std::unique_ptr<FragmentStream>> StartFragment(
      uint32_t partition, const ql::PlanNode& plan, const std::vector<std::string>& relations,
      bool run_ahead) = 0;
  // Whether the plan has so much to do on its nodes that waking threads for it
  // pays.
  virtual bool IsLong(const ql::PlanNode& plan) const = 0;
};

// One thread at a time.
class PartitionStreams {
 public:
  // Requires: partitions are added in the order in which they are to be read.
  void Add(uint32_t partition, std::unique_ptr<FragmentStream> stream) {
    streams_.push_back({partition, std::move(stream)});
  }

  // The first rows of every stream are read before any are given out: what may make the
  // statement begin again, locks and keys of others, has been met then.
  void ReadFirstRowsAhead() { reads_ahead_ = true; }
  // The next rows: the partition after which they are called, and a sequence that
  // grows from batch to batch.
  Result<ql::Poll> Next(Batch* batch, const ql::WakeFunction& wake);
  // Ends what still runs.
  void Close() { streams_.clear(); }

  // Of the streams read to their ends.
  uint64_t changed_rows() const { return changed_rows_; }
  const std::vector<std::string>& notices() const { return notices_; }

 private:
  struct Stream {
    uint32_t partition;
    std::unique_ptr<FragmentStream> rows;
    // What was read of it ahead.
    std::optional<ql::Poll> first{};
    Batch batch{};
  };

  // False when it has to wait.
  Result<bool> ReadAhead(const ql::WakeFunction& wake);

  std::vector<Stream> streams_;
  bool reads_ahead_ = false;
  size_t current_ = 0;
  uint64_t batches_ = 0;  // of the current stream
  uint64_t changed_rows_ = 0;
  std::vector<std::string> notices_;
};

}  // namespace redbase::ex
