// What a user should know who finds the database as a crash has left it.
#pragma once

#include <string>

#include "db/database.h"

namespace redbase::main {

// One line on standard error, if there was something to recover.
void ReportRecovery(const std::string& program, const db::RecoverySummary& recovery);

}  // namespace redbase::main
