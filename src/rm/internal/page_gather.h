// Copies columns of some slots of a page into the vectors of a batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/batch.h"
#include "common/status.h"
#include "rm/internal/file_core.h"
#include "rm/record_page.h"

namespace redbase::rm {

// Empties the batch; gives it the columns of the projection if it has others.
void PrepareBatch(const FileCore& core, std::span<const uint32_t> projection, Batch* batch);

// Vector i of the batch gets column projection[i] of the slots, from row `at`
// on.  Requires: slots ascend and are live; the batch has room.
Status GatherSlots(const FileCore& core, const RecordPage& page,
                   std::span<const uint32_t> projection, std::span<const uint16_t> slots, size_t at,
                   Batch* batch);

}  // namespace redbase::rm
