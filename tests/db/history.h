// Histories of transactions that read and append to lists, and the anomalies in them.
//
// Every element is appended once, so a list says who wrote it and in which order: that is
// enough to tell which transaction depends on which (Kingsbury and Alvaro, "Elle", 2020;
// the names of the anomalies are those of Adya, 1999).  Our lists are rewritten whole by an
// update of what was read.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace redbase::db {

using List = std::vector<int>;

// One step of a transaction.
struct HistoryStep {
  int key = 0;
  List list{};       // as it was read
  int appended = 0;  // behind the list; 0: it was only read
};

struct HistoryTransaction {
  std::vector<HistoryStep> steps;
  bool committed = false;
};

using History = std::vector<HistoryTransaction>;

// What there is beyond read committed, snapshot and serializable; each is "" or says what
// was found.
struct Anomalies {
  std::string g1;        // dirty writes and reads, reads of intermediate lists, cycles of them
  std::string g_single;  // a cycle with one anti-dependency; lost updates
  std::string g2;        // any cycle
};

Anomalies FindAnomalies(const History& history);

}  // namespace redbase::db
