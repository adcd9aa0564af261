#include "tests/db/history.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <utility>

namespace redbase::db {

namespace {

std::string ToText(const List& list) {
  std::string text = "[";
  for (const int element : list) {
    text += (text.size() > 1 ? " " : "") + std::to_string(element);
  }
  return text + "]";
}

class Finder {
 public:
  explicit Finder(const History& history) : history_(history), depends_(history.size()) {}

  Anomalies Find() {
    CollectElements();
    CollectOrders();
    if (found_.g1.empty()) {
      for (size_t t = 0; t < history_.size(); ++t) {
        if (history_[t].committed) {
          AddReads(t);
        }
      }
      AddWrites();
      FindCycles();
    }
    return found_;
  }

 private:
  // Whom a transaction comes before, and why.
  struct Edge {
    size_t to;
    bool anti;  // it read what the other one changed
    int key;
  };
  struct Writer {
    size_t transaction;
    bool last;  // of its appends to this list
  };

  static void Note(std::string* anomaly, const std::string& what) {
    if (anomaly->empty()) {
      *anomaly = what;
    }
  }

  void CollectElements() {
    for (size_t t = 0; t < history_.size(); ++t) {
      std::map<int, int> last;
      for (const HistoryStep& step : history_[t].steps) {
        if (step.appended != 0) {
          writers_[step.appended] = {t, true};
          const auto [before, is_first] = last.try_emplace(step.key, step.appended);
          if (!is_first) {
            writers_[before->second].last = false;
            before->second = step.appended;
          }
        }
      }
    }
  }

  // The longest list of each key that was read or committed; the others are its beginnings.
  void CollectOrders() {
    for (const HistoryTransaction& transaction : history_) {
      for (const HistoryStep& step : transaction.steps) {
        if (transaction.committed) {
          List list = step.list;
          if (step.appended != 0) {
            list.push_back(step.appended);
          }
          List& order = orders_[step.key];
          if (list.size() > order.size()) {
            list.swap(order);
          }
          if (!std::equal(list.begin(), list.end(), order.begin())) {
            Note(&found_.g_single, "lost update: list " + std::to_string(step.key) + " was " +
                                       ToText(list) + " and " + ToText(order));
            Note(&found_.g2, found_.g_single);
          }
        }
      }
    }
  }

  void AddEdge(size_t from, size_t to, bool anti, int key) {
    if (from != to) {
      depends_[from].push_back({to, anti, key});
    }
  }

  void AddReads(size_t reader) {
    std::set<int> own;  // lists that it has changed: they hold what nobody else has seen
    for (const HistoryStep& step : history_[reader].steps) {
      if (!own.contains(step.key)) {
        AddRead(reader, step);
      }
      if (step.appended != 0) {
        own.insert(step.key);
      }
    }
  }

  void AddRead(size_t reader, const HistoryStep& step) {
    for (const int element : step.list) {
      if (!history_[writers_[element].transaction].committed) {
        Note(&found_.g1, "G1a: " + std::to_string(element) + " was read and rolled back");
      }
    }
    if (!step.list.empty()) {
      const Writer writer = writers_[step.list.back()];
      if (!writer.last && writer.transaction != reader) {
        Note(&found_.g1, "G1b: " + ToText(step.list) + " is half of a transaction");
      }
      AddEdge(writer.transaction, reader, /*anti=*/false, step.key);
    }
    const List& order = orders_[step.key];
    if (step.list.size() < order.size()) {
      AddEdge(reader, writers_[order[step.list.size()]].transaction, /*anti=*/true, step.key);
    }
  }

  void AddWrites() {
    for (const auto& [key, order] : orders_) {
      for (size_t i = 1; i < order.size(); ++i) {
        AddEdge(writers_[order[i - 1]].transaction, writers_[order[i]].transaction,
                /*anti=*/false, key);
      }
    }
  }

  // The way from one to another, by edges that are not anti-dependencies unless wanted.
  std::optional<std::string> Path(size_t from, size_t to, bool anti) const {
    if (component_[from] != component_[to]) {
      return std::nullopt;
    }
    std::map<size_t, size_t> before{{from, from}};
    std::deque<size_t> next{from};
    while (!next.empty() && !before.contains(to)) {
      for (const Edge& edge : depends_[next.front()]) {
        if ((anti || !edge.anti) && component_[edge.to] == component_[from] &&
            before.try_emplace(edge.to, next.front()).second) {
          next.push_back(edge.to);
        }
      }
      next.pop_front();
    }
    if (!before.contains(to)) {
      return std::nullopt;
    }
    std::string path = std::to_string(to);
    while (to != from) {
      to = before[to];
      path = std::to_string(to) + " -> " + path;
    }
    return path;
  }

  // Transactions in the order in which a search, deep first, is done with them.
  static void Search(const std::vector<std::vector<size_t>>& after, size_t from,
                     std::vector<bool>* seen, std::vector<size_t>* done) {
    if ((*seen)[from]) {
      return;
    }
    (*seen)[from] = true;
    std::vector<std::pair<size_t, size_t>> path{{from, 0}};  // and the next to go to
    while (!path.empty()) {
      auto& [at, next] = path.back();
      if (next == after[at].size()) {
        done->push_back(at);
        path.pop_back();
        continue;
      }
      const size_t to = after[at][next++];
      if (!(*seen)[to]) {
        (*seen)[to] = true;
        path.emplace_back(to, 0);
      }
    }
  }

  // Those that can be reached from each other, by Kosaraju's algorithm: every cycle is
  // within one component.
  void FindComponents() {
    const size_t size = depends_.size();
    std::vector<std::vector<size_t>> after(size);
    std::vector<std::vector<size_t>> before(size);
    for (size_t t = 0; t < size; ++t) {
      for (const Edge& edge : depends_[t]) {
        after[t].push_back(edge.to);
        before[edge.to].push_back(t);
      }
    }
    std::vector<size_t> done;
    std::vector<bool> seen(size);
    for (size_t t = 0; t < size; ++t) {
      Search(after, t, &seen, &done);
    }
    seen.assign(size, false);
    component_.resize(size);
    for (auto t = done.rbegin(); t != done.rend(); ++t) {
      std::vector<size_t> members;
      Search(before, *t, &seen, &members);
      for (const size_t member : members) {
        component_[member] = *t;
      }
    }
  }

  void FindCycles() {
    FindComponents();
    for (size_t from = 0; from < depends_.size(); ++from) {
      for (const Edge& edge : depends_[from]) {
        if (const auto path = Path(edge.to, from, /*anti=*/false)) {
          const std::string cycle = std::to_string(from) + " -> " + *path;
          Note(edge.anti ? &found_.g_single : &found_.g1, "cycle: " + cycle);
          Note(&found_.g2, "cycle: " + cycle);
        }
        if (found_.g2.empty()) {
          if (const auto path = Path(edge.to, from, /*anti=*/true)) {
            Note(&found_.g2, "cycle: " + std::to_string(from) + " -> " + *path);
          }
        }
      }
    }
  }

  const History& history_;
  std::map<int, Writer> writers_;
  std::map<int, List> orders_;
  std::vector<std::vector<Edge>> depends_;
  std::vector<size_t> component_;  // by transaction; named after one of it
  Anomalies found_;
};

}  // namespace

Anomalies FindAnomalies(const History& history) { return Finder(history).Find(); }

}  // namespace redbase::db
