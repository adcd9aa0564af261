// Random statements over data nodes, against a plain database with the same rows.
#include <string>

#include "tests/ex/cluster_fixture.h"

namespace redbase::ex {
namespace {

// Statements over "T" (k, a = i, s = c8, r = f), which is distributed by one of
// its columns, and "U" (k = i, t = c6), which is plain or distributed alike.
class StatementMaker {
 public:
  explicit StatementMaker(uint64_t seed) : random_(seed) {}

  std::string Next() {
    switch (random_.Below(10)) {
      case 0:
      case 1:
      case 2:
        return Insert();
      case 3:
        if (random_.OneIn(2)) {
          return Load();
        }
        return "delete from T" + Where();
      case 4:
      case 5:
        return Update();
      case 6:
        return Index();
      case 7:
        return "select T.k, s, t from T, U where T.k = U.k" + And() + ";";
      default:
        return "select * from T" + Where();
    }
  }

  Random& random() { return random_; }
  // The file that loads read.
  std::string FileText() {
    std::string text;
    for (uint64_t rows = random_.Below(400); rows > 0; --rows) {
      text += std::to_string(static_cast<int>(random_.Below(80)) - 40) + "," +
              std::to_string(random_.Below(1000)) + "," +
              std::string(1, static_cast<char>('a' + random_.Below(26))) + "," +
              std::to_string(random_.Below(30)) + ".25\n";
    }
    return text;
  }

 private:
  std::string Number() {
    static const char* const kExtremes[] = {"-2147483648", "2147483647", "0", "-1", "null"};
    return random_.OneIn(6) ? kExtremes[random_.Below(5)]
                            : std::to_string(static_cast<int>(random_.Below(80)) - 40);
  }
  std::string Text() {
    static const char* const kExtremes[] = {"''", "'zzzzzzzz'", "'~'", "null"};
    return random_.OneIn(6) ? kExtremes[random_.Below(4)]
                            : "'" + std::string(1, static_cast<char>('a' + random_.Below(26))) +
                                  std::string(random_.Below(3), 'x') + "'";
  }
  std::string Real() {
    return random_.OneIn(8) ? "null"
                            : std::to_string(static_cast<int>(random_.Below(40)) - 20) + ".5";
  }
  std::string ValueOf(uint64_t column) {
    return column < 2 ? Number() : column == 2 ? Text() : Real();
  }
  static const char* Name(uint64_t column) {
    static const char* const kNames[] = {"k", "a", "s", "r"};
    return kNames[column];
  }
  std::string Condition() {
    static const char* const kOps[] = {"=", "<>", "<", "<=", ">", ">="};
    const uint64_t column = random_.Below(4);
    std::string value = ValueOf(column);
    const std::string name = std::string("T.") + Name(column);
    return value == "null" ? name + " is null" : name + " " + kOps[random_.Below(6)] + " " + value;
  }
  std::string And() { return random_.OneIn(2) ? " and " + Condition() : ""; }
  std::string Where() {
    if (random_.OneIn(20)) {
      return ";";
    }
    return " where " + Condition() + (random_.OneIn(3) ? " and " + Condition() : "") + ";";
  }
  static std::string Load() { return "load T(\"t.data\");"; }
  std::string Insert() {
    const bool big = random_.OneIn(4);
    std::string text = big ? "insert into U values " : "insert into T values ";
    const uint64_t rows = 1 + random_.Below(6);
    for (uint64_t i = 0; i < rows; ++i) {
      text += i == 0 ? "(" : ", (";
      text += big ? Number() + ", " + Text().substr(0, 4)
                  : Number() + ", " + Number() + ", " + Text() + ", " + Real();
      if (big && text.back() != '\'' && text.substr(text.size() - 4) != "null") {
        text += "'";
      }
      text += ")";
    }
    return text + ";";
  }
  std::string Update() {
    const uint64_t column = random_.Below(4);
    std::string value = ValueOf(column);
    if (column < 2 && random_.OneIn(3)) {
      value = column == 0 ? "a" : "k";  // a column to a column
    }
    return std::string("update T set ") + Name(column) + " = " + value + Where();
  }
  std::string Index() {
    const char* const column = Name(random_.Below(4));
    return std::string(random_.OneIn(2) ? "create" : "drop") + " index T(" + column + ");";
  }

  Random random_;
};

const char* Distribution(uint32_t nodes, uint64_t column) {
  if (column == 0) {
    return nodes == 2   ? " distribute k (0)"
           : nodes == 4 ? " distribute k (-10, 0, 17)"
                        : " distribute k (-2147483647, -20, -3, 0, 5, 2147483647)";
  }
  if (column == 2) {
    return nodes == 2   ? " distribute s ('m')"
           : nodes == 4 ? " distribute s ('f', 'kx', 'zz')"
                        : " distribute s ('', 'b', 'c', 'h', 'q', 'zzzzzzzz')";
  }
  return nodes == 2   ? " distribute r (0.5)"
         : nodes == 4 ? " distribute r (-10.5, 0.0, 3.25)"
                      : " distribute r (-100.0, -10.5, -3.5, 0.0, 7.0, 7.5)";
}

struct Setting {
  uint32_t nodes;
  uint64_t column;
  unsigned threads;
  size_t queue_bytes;
};

class ClusterRandomTest : public ::testing::TestWithParam<Setting> {};

TEST_P(ClusterRandomTest, AgreesWithAPlainDatabase) {
  const Setting& setting = GetParam();
  const uint64_t seed = NewSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  StatementMaker maker(seed);
  common::ThreadPool threads(common::RealEnv(), setting.threads);
  Database plain(0);
  Database cluster(setting.nodes, setting.threads == 0 ? nullptr : &threads);
  cluster.Close();
  cluster.queue_bytes = setting.queue_bytes;
  cluster.Open();
  const std::string alike = setting.column == 0 ? Distribution(setting.nodes, 0) : "";
  const std::string columns = "create table T (k = i, a = i, s = c8, r = f)";
  plain.Run(columns + ";");
  cluster.Run(columns + Distribution(setting.nodes, setting.column) + ";");
  plain.Run("create table U (k = i, t = c6);");
  cluster.Run("create table U (k = i, t = c6)" + alike + ";");
  for (int i = 0; i < 80 && !HasFailure(); ++i) {
    const std::string statement = maker.Next();
    SCOPED_TRACE(statement);
    const std::string file = maker.FileText();
    plain.WriteFile("/db/t.data", file);
    cluster.WriteFile("/db/t.data", file);
    cluster.optimize = !maker.random().OneIn(4);
    const Result<Lines> wanted = plain.Do(statement);
    const Result<Lines> got = cluster.Do(statement);
    ASSERT_NE(wanted.status().code(), Code::kSyntax) << wanted.status().message();
    ASSERT_EQ(got.ok(), wanted.ok()) << got.status().message() << wanted.status().message();
    if (wanted.ok()) {
      EXPECT_EQ(Sorted(*got), Sorted(*wanted));
      EXPECT_EQ(cluster.changed_rows, plain.changed_rows);
    }
    if (i % 20 == 19) {
      EXPECT_OK(cluster.nodes().Validate());
      EXPECT_EQ(Sorted(cluster.Rows("print T;")), Sorted(plain.Rows("print T;")));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Settings, ClusterRandomTest,
                         ::testing::Values(Setting{2, 0, 0, 4 << 20}, Setting{4, 0, 0, 0},
                                           Setting{4, 0, 1, 4 << 20}, Setting{4, 2, 2, 0},
                                           Setting{4, 3, 2, 4 << 20}, Setting{7, 0, 2, 100},
                                           Setting{7, 2, 0, 4 << 20}, Setting{7, 3, 1, 0}));

}  // namespace
}  // namespace redbase::ex
