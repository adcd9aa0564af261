#include "sm/catalog_copy.h"

#include <optional>
#include <utility>
#include <vector>

#include "pf/file_copy.h"  // NOLINT(layers): files are copied page by page
#include "sm/control_file.h"
#include "sm/database_directory.h"
#include "sm/internal/relation_files.h"

namespace redbase::sm {

CatalogCopy::CatalogCopy(common::Env& env, Catalog& catalog, std::string directory)
    : env_(env),
      catalog_(catalog),
      directory_(std::move(directory)),
      pin_(catalog.log().PinRecovery(&start_)) {}

CatalogCopy::~CatalogCopy() {
  if (copying_) {
    catalog_.log().log().EndCopy();
  }
}

// A file that is made meanwhile is in the log, and one that is removed was dropped.
Status CatalogCopy::CopyFiles(const common::CancelToken* cancel) {
  RETURN_IF_ERROR(catalog_.log().log().BeginCopy(cancel));
  copying_ = true;
  ASSIGN_OR_RETURN(const std::vector<common::DirEntry> entries, env_.List(catalog_.path()));
  for (const common::DirEntry& entry : entries) {
    const std::optional<FileName> file = ParseFileName(entry.name);
    if (!file || !entry.is_regular) {
      continue;
    }
    const std::string from = catalog_.path() + "/" + entry.name;
    Status copied = pf::CopyPageFile(env_, from, directory_ + "/" + entry.name,
                                     pf::FileId{static_cast<uint32_t>(file->id)}, cancel);
    if (!copied.ok() && env_.Exists(from)) {
      return copied;
    }
  }
  return {};
}

void CatalogCopy::NoteEnd() { end_ = catalog_.log().log().end(); }

Status CatalogCopy::CopyLog(const common::CancelToken* cancel) {
  RETURN_IF_ERROR(catalog_.log().log().CopyTo(directory_, start_, end_, cancel));
  // Last: with it the directory is a database.  Syncs the names, too.
  return WriteControlFile(env_, directory_, catalog_.options());
}

}  // namespace redbase::sm
