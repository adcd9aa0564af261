// ClusterCopy: a copy of a database and its data nodes that is in use, as of one moment.
//
// Each node copies itself (sm::CatalogCopy).  The moment is one for all of them: no
// transaction is about to commit then.
#pragma once

#include <string>

#include "common/cancel_token.h"
#include "common/status.h"
#include "ex/internal/cluster.h"
#include "sm/catalog_copy.h"

namespace redbase::ex {

class ClusterCopy {
 public:
  // Into the directory, which exists and is empty.  `cancel` may be null.
  ClusterCopy(Cluster& cluster, std::string directory, const common::CancelToken* cancel);
  ~ClusterCopy();
  ClusterCopy(const ClusterCopy&) = delete;
  ClusterCopy& operator=(const ClusterCopy&) = delete;

  // The copy is a database that was closed.
  Status Make();

 private:
  Status AskNodes(CopyStep step);
  Status NoteEnd();
  // Opens the copy, which recovers it, and closes it.
  Status Recover();
  Status CheckPages();

  Cluster& cluster_;
  const std::string directory_;
  const common::CancelToken* const cancel_;
  sm::CatalogCopy master_;
};

}  // namespace redbase::ex
