#include "main/recovery_message.h"

#include <iostream>

namespace redbase::main {

void ReportRecovery(const std::string& program, const db::RecoverySummary& recovery) {
  if (!recovery.was_needed) {
    return;
  }
  std::cout.flush();
  std::cerr << program << ": the database was not closed; recovered in "
            << (recovery.micros + 999) / 1000 << " ms: " << recovery.page_changes
            << " changes of pages from " << (recovery.log_bytes + 1023) / 1024 << " KiB of log, "
            << recovery.pages_repaired << " torn pages repaired, " << recovery.taken_back
            << " unfinished transactions taken back\n"
            << std::flush;
}

}  // namespace redbase::main
