#include "pf/buffer_pool.h"

#include "pf/internal/file_state.h"
#include "pf/internal/frame_table.h"
#include "pf/internal/io_counters.h"
#include "pf/internal/page_loader.h"
#include "pf/internal/page_ops.h"
#include "pf/internal/page_writer.h"

namespace redbase::pf {

BufferPool::BufferPool(common::Env& env, Log& log, Options options)
    : env_(env),
      log_(log),
      counters_(std::make_unique<IoCounters>()),
      frames_(std::make_unique<FrameTable>(options.budget_bytes)),
      writer_(std::make_unique<PageWriter>(env, *frames_, *counters_, options.background_writer)),
      loader_(std::make_unique<PageLoader>(*frames_, *writer_, *counters_)) {
  RegisterPfOps();
}

BufferPool::~BufferPool() = default;

size_t BufferPool::budget_bytes() const { return frames_->budget(); }

Status BufferPool::Clear() {
  Status result;
  size_t left = 0;
  writer_->WaitUntilIdle();
  for (const std::shared_ptr<FileState>& file : writer_->files()) {
    result.Update(writer_->WriteFile(*file));
    const uint32_t end = file->page_count.load(std::memory_order_acquire);
    for (uint32_t page = 0; page < end; ++page) {
      left += frames_->Evict(*file, PageNum{page}, /*keep_dirty=*/true) ? 0 : 1;
    }
  }
  if (left > 0) {
    result.Update(
        Status(Code::kUnavailable, "buffer pool: " + std::to_string(left) + " pages are in use"));
  }
  return result;
}

Status BufferPool::Resize(size_t budget_bytes) {
  // Its pins go by themselves: they are no reason to refuse.
  writer_->WaitUntilIdle();
  const size_t before = frames_->budget();
  RETURN_IF_ERROR(frames_->SetBudget(budget_bytes));
  Status status = loader_->Shrink();
  if (!status.ok()) {
    RETURN_IF_ERROR(frames_->SetBudget(before));
  }
  return status;
}

IoStatistics BufferPool::statistics() const { return counters_->Sum(); }

void BufferPool::ResetStatistics() { counters_->Reset(); }

std::vector<FrameInfo> BufferPool::Frames() const {
  writer_->WaitUntilIdle();
  std::vector<FrameInfo> infos;
  frames_->ForEachPage([&](const Frame& frame) {
    infos.push_back({frame.index(), frame.file().path(), frame.page_num(), frame.bytes().size(),
                     frame.dirty(), frame.state() & ~Frame::kOwned});
  });
  return infos;
}

size_t BufferPool::PinnedPages() const {
  writer_->WaitUntilIdle();
  size_t pinned = 0;
  frames_->ForEachPage([&](const Frame& frame) { pinned += frame.state() != 0 ? 1 : 0; });
  return pinned;
}

}  // namespace redbase::pf
