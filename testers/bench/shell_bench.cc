// Whole programs against a clock: load, join and start-up of the redbase shell,
// with the sqlite3 shell beside it.
//
// Each iteration is a process, timed from outside.  REDBASE_BIN names the folder of
// the programs (`make bench` sets it); data is generated once into a temporary
// folder.  Compare figures of one run only: machines differ and are shared.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace redbase {
namespace {

// Runs a shell command; ends the benchmark loudly when it fails.
void Run(const std::string& command) {
  if (std::system(command.c_str()) != 0) {
    std::fprintf(stderr, "failed: %s\n", command.c_str());
    std::abort();
  }
}

std::string Programs() {
  const char* folder = std::getenv("REDBASE_BIN");
  return folder != nullptr ? folder : "bin";
}

// A temporary folder with the load files, removed at exit.
class Workspace {
 public:
  Workspace() {
    char path[] = "/tmp/redbase-bench-XXXXXX";
    folder_ = mkdtemp(path);
    Run(Programs() + "/generate --rows 1000000 --seed 1 --output " + folder_ + "/big.data");
    const std::string pair = "/generate --rows 100000 --columns perm,int:0:1000 --seed ";
    Run(Programs() + pair + "2 --output " + folder_ + "/left.data");
    Run(Programs() + pair + "3 --output " + folder_ + "/right.data");
  }
  ~Workspace() { Run("rm -rf " + folder_); }
  const std::string& folder() const { return folder_; }

  static Workspace& Get() {
    static Workspace workspace;
    return workspace;
  }

 private:
  std::string folder_;
};

double SecondsOf(const std::string& command) {
  const auto begin = std::chrono::steady_clock::now();
  Run(command);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

constexpr const char* kColumns = "(a = i, b = i, c = i, d = i, e = f, f = f, g = c20, h = c9)";

// Creates an empty database with table `big`; `nodes` 0: a plain one.
void MakeBig(int nodes) {
  const std::string folder = Workspace::Get().folder();
  Run("rm -rf " + folder + "/db");
  Run(Programs() + "/dbcreate " + folder + "/db" +
      (nodes > 0 ? " -distributed " + std::to_string(nodes) : ""));
  std::string split;
  for (int k = 1; k < nodes; ++k) {
    split += (k > 1 ? ", " : " distribute a (") + std::to_string(k * 1000000 / nodes);
  }
  split += nodes > 0 ? ")" : "";
  Run(Programs() + "/redbase " + folder + "/db -c 'create table big " + kColumns + split + ";'");
}

void LoadRedBase(benchmark::State& state) {
  const std::string folder = Workspace::Get().folder();
  for (auto _ : state) {
    MakeBig(static_cast<int>(state.range(0)));
    state.SetIterationTime(
        SecondsOf(Programs() + "/redbase " + folder + "/db -c 'load big(\"../big.data\");'"));
  }
}
BENCHMARK(LoadRedBase)
    ->Arg(0)
    ->Arg(4)
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);

void LoadSqlite(benchmark::State& state) {
  const std::string folder = Workspace::Get().folder();
  for (auto _ : state) {
    Run("rm -f " + folder + "/x.sqlite");
    Run("sqlite3 " + folder +
        "/x.sqlite 'create table big(a int, b int, c int, d int, e real, f real, g text, h text)'");
    state.SetIterationTime(SecondsOf("sqlite3 " + folder + "/x.sqlite '.mode csv' '.import " +
                                     folder + "/big.data big'"));
  }
}
BENCHMARK(LoadSqlite)->UseManualTime()->Iterations(3)->Unit(benchmark::kMillisecond);

void MakePair() {
  const std::string folder = Workspace::Get().folder();
  Run("rm -rf " + folder + "/db");
  Run(Programs() + "/dbcreate " + folder + "/db");
  Run(Programs() + "/redbase " + folder +
      "/db -c 'create table l (a = i, b = i); create table r (c = i, d = i); "
      "load l(\"../left.data\"); load r(\"../right.data\");'");
}

void JoinFromTheShell(benchmark::State& state) {
  MakePair();
  const std::string folder = Workspace::Get().folder();
  for (auto _ : state) {
    state.SetIterationTime(SecondsOf(Programs() + "/redbase " + folder +
                                     "/db -c 'select * from l, r where l.a = r.c;' > /dev/null"));
  }
}
BENCHMARK(JoinFromTheShell)->UseManualTime()->Iterations(5)->Unit(benchmark::kMillisecond);

void OneLineStartToFinish(benchmark::State& state) {
  MakePair();
  const std::string folder = Workspace::Get().folder();
  Run(Programs() + "/redbase " + folder +
      "/db -c 'create table small (a = i); insert into small values (1);'");
  for (auto _ : state) {
    state.SetIterationTime(
        SecondsOf(Programs() + "/redbase " + folder + "/db -c 'select * from small;' > /dev/null"));
  }
}
BENCHMARK(OneLineStartToFinish)->UseManualTime()->Iterations(20)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace redbase
