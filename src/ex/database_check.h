// Checks a whole database that nobody has open, whatever is wrong with it.
//
// Each node is opened, recovered if it was not closed, and checked as CommLayer::Check
// does.  One that cannot be opened has its pages looked at as they lie on the disk, and
// the others are checked nevertheless.  Nothing is written but what opening and closing
// write.
#pragma once

#include <string>

#include "common/check_report.h"
#include "common/result.h"
#include "ex/comm_layer.h"
#include "tx/recovery.h"

namespace redbase::ex {

struct DatabaseCheck {
  common::CheckReport report;
  tx::RecoveryReport recovery;
};

// kNotFound when there is no database at `path`, kUnavailable when it is in use or can only
// be opened as a part of another one, kIoError when it may not be read.
Result<DatabaseCheck> CheckDatabase(const CommLayerOptions& options, const std::string& path);

}  // namespace redbase::ex
