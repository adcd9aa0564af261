#include "sm/database_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "common/sim_env.h"
#include "sm/catalog.h"
#include "tests/support/expect_status.h"

namespace redbase::sm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> NamesIn(common::Env& env, const std::string& path) {
  std::vector<std::string> names;
  const auto entries = env.List(path);
  EXPECT_OK(entries);
  for (const common::DirEntry& entry : entries.value()) {
    names.push_back(entry.name);
  }
  return names;
}

class DatabaseDirectoryTest : public ::testing::Test {
 protected:
  DatabaseDirectoryTest() { EXPECT_OK(env_.CreateDirectory("/home")); }

  Status Create(const std::string& path, uint32_t nodes = 0, uint32_t page_size = 4096) {
    return CreateDatabase(env_, path, nodes, page_size);
  }
  Status Destroy(const std::string& path) { return DestroyDatabase(env_, path); }
  void MakeFile(const std::string& path) { EXPECT_OK(env_.Open(path, common::OpenMode::kCreate)); }
  std::vector<std::string> Names(const std::string& path = "/home") { return NamesIn(env_, path); }
  // It refuses, naming `what`, and removes nothing.
  void ExpectRefused(const std::string& path, const std::string& what) {
    const auto before = Names();
    const Status status = Destroy(path);
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(status.message(), HasSubstr("cannot destroy the database: " + path));
    EXPECT_THAT(status.message(), HasSubstr(what));
    EXPECT_EQ(Names(), before);
  }

  common::SimEnv env_;
  pf::NullLog log_;
  pf::BufferPool pool_{env_, log_, {size_t{4} << 20, false}};
};

TEST_F(DatabaseDirectoryTest, PlainDatabaseCanBeOpened) {
  ASSERT_OK(Create("/home/db"));
  EXPECT_THAT(Names(), ElementsAre("db"));
  ASSERT_OK_AND_ASSIGN(const auto catalog, Catalog::Open(pool_, "/home/db"));
  EXPECT_EQ(catalog->options().node_count, 0U);
  EXPECT_EQ(catalog->options().record_page_size, 4096U);
}

TEST_F(DatabaseDirectoryTest, NodesAreDatabasesOfTheirOwn) {
  ASSERT_OK(Create("/home/db", 3));
  ASSERT_OK_AND_ASSIGN(const auto master, Catalog::Open(pool_, "/home/db"));
  EXPECT_EQ(master->options().node_count, 3U);
  for (uint32_t node = 1; node <= 3; ++node) {
    ASSERT_OK_AND_ASSIGN(const auto catalog, Catalog::Open(pool_, NodePath("/home/db", node)));
    EXPECT_EQ(catalog->options().node_number, node);
    EXPECT_EQ(catalog->options().node_count, 0U);
    EXPECT_EQ(catalog->options().database_id, NodeDatabaseId(master->options().database_id, node));
  }
  EXPECT_FALSE(env_.Exists(NodePath("/home/db", 4)));
}

TEST_F(DatabaseDirectoryTest, NumberOfNodesIsChecked) {
  EXPECT_EQ(Create("/home/db", 1).message(), "Please provide number of nodes greater than 1");
  EXPECT_EQ(Create("/home/db", 100000).message(), "Invalid number of nodes 100000: at most 1024");
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(DatabaseDirectoryTest, PageSizeIsChecked) {
  const Status status = Create("/home/db", 0, 1000);
  EXPECT_CODE(Code::kInvalidArgument, status);
  EXPECT_THAT(status.message(), HasSubstr("cannot create directory: /home/db: invalid page size"));
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(DatabaseDirectoryTest, WhatExistsIsNotReplaced) {
  ASSERT_OK(env_.CreateDirectory("/home/folder"));
  MakeFile("/home/file");
  for (const char* path : {"/home/folder", "/home/file", "/home/folder/"}) {
    const Status status = Create(path);
    EXPECT_CODE(Code::kAlreadyExists, status);
    EXPECT_THAT(status.message(), HasSubstr(std::string("cannot create directory: ") + path));
  }
  EXPECT_THAT(Names("/home/folder"), IsEmpty());
}

TEST_F(DatabaseDirectoryTest, DatabaseCanBeAnywhere) {
  ASSERT_OK(env_.CreateDirectory("/home/a b"));
  for (const char* path : {"relative", "./here", "/home/a b/it's \"one\"", "/home/db///"}) {
    EXPECT_OK(Create(path)) << path;
    EXPECT_OK(Destroy(path)) << path;
  }
}

TEST_F(DatabaseDirectoryTest, NamesOfNothingAreRefused) {
  for (const char* path : {"", "/", "//", ".", "..", "/home/..", "/home/.", "/home/../"}) {
    EXPECT_CODE(Code::kInvalidArgument, Create(path)) << path;
    EXPECT_CODE(Code::kInvalidArgument, Destroy(path)) << path;
  }
  EXPECT_CODE(Code::kInvalidArgument, Create(std::string("/home/a\0b", 9)));
}

TEST_F(DatabaseDirectoryTest, FolderThatIsNotThereIsNamed) {
  EXPECT_THAT(Create("/nowhere/db").message(), HasSubstr("cannot create directory: /nowhere/db: "));
  EXPECT_CODE(Code::kNotFound, Destroy("/nowhere/db"));
}

TEST_F(DatabaseDirectoryTest, ReadOnlyFolderIsReported) {
  env_.SetReadOnly("/home");
  EXPECT_EQ(Create("/home/db").message(),
            "cannot create directory: /home/db: /home: Permission denied");
}

TEST_F(DatabaseDirectoryTest, CreationThatFailsLeavesNothing) {
  for (uint64_t n = 0;; ++n) {
    SCOPED_TRACE(n);
    common::SimEnv env;
    ASSERT_OK(env.CreateDirectory("/home"));
    env.SetFaults({.fail_at = n});
    const Status status = CreateDatabase(env, "/home/db", 2, 4096);
    if (env.faults() == 0) {
      EXPECT_OK(status);
      break;
    }
    env.SetFaults({});
    if (status.ok()) {
      EXPECT_THAT(NamesIn(env, "/home"), ElementsAre("db"));
    } else {
      EXPECT_THAT(NamesIn(env, "/home"), IsEmpty()) << status.message();
    }
  }
}

TEST_F(DatabaseDirectoryTest, CancelledCreationLeavesNothing) {
  common::CancelToken cancel;
  cancel.Cancel();
  const Status status = CreateDatabase(env_, "/home/db", 2, 4096, &cancel);
  EXPECT_CODE(Code::kCancelled, status);
  EXPECT_EQ(status.message(), "cannot create directory: /home/db: interrupted");
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(DatabaseDirectoryTest, FullDiskLeavesNothing) {
  env_.SetDiskSize(100'000);
  const Status status = Create("/home/db", 4);
  EXPECT_THAT(status.message(), HasSubstr("No space left on device"));
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(DatabaseDirectoryTest, DestroyedDatabaseIsGone) {
  ASSERT_OK(Create("/home/db", 2));
  {
    ASSERT_OK_AND_ASSIGN(const auto catalog, Catalog::Open(pool_, "/home/db"));
    tx::Transaction transaction(catalog->log());
    ASSERT_OK(catalog->CreateTable(transaction, {"T", {{"a", {TypeId::kInt, 0}, ""}}, {}, {}}));
    ASSERT_OK(transaction.Commit());
    ASSERT_OK(catalog->Close());
  }
  EXPECT_OK(Destroy("/home/db"));
  EXPECT_THAT(Names(), IsEmpty());
  EXPECT_CODE(Code::kNotFound, Destroy("/home/db"));
}

TEST_F(DatabaseDirectoryTest, WhatIsNoDatabaseIsNotDestroyed) {
  ASSERT_OK(env_.CreateDirectory("/home/empty"));
  ASSERT_OK(env_.CreateDirectory("/home/folder"));
  MakeFile("/home/folder/1.1");
  MakeFile("/home/file");
  ExpectRefused("/home/empty", "no database in /home/empty");
  ExpectRefused("/home/folder", "no database in /home/folder");
  ExpectRefused("/home/file", "it is no directory");
  ExpectRefused("/home/missing", "there is none");
  EXPECT_THAT(Names("/home/folder"), ElementsAre("1.1"));
}

TEST_F(DatabaseDirectoryTest, DatabaseWithFilesOfOthersIsNotDestroyed) {
  ASSERT_OK(Create("/home/db", 2));
  MakeFile("/home/db/notes.txt");
  ExpectRefused("/home/db", "\"/home/db/notes.txt\" is not part of a database");
  ASSERT_OK(env_.RemoveFile("/home/db/notes.txt"));
  ASSERT_OK(env_.CreateDirectory("/home/db/data.3"));
  ExpectRefused("/home/db", "\"/home/db/data.3\" is not part of a database");
  ASSERT_OK(env_.RemoveDirectory("/home/db/data.3"));
  MakeFile("/home/db/data.2/thesis.tex");
  ExpectRefused("/home/db", "\"/home/db/data.2/thesis.tex\" is not part of a database");
  ASSERT_OK(env_.RemoveFile("/home/db/data.2/thesis.tex"));
  ASSERT_OK(env_.CreateDirectory("/home/db/7.1"));
  ExpectRefused("/home/db", "\"/home/db/7.1\" is not part of a database");
  ASSERT_OK(env_.RemoveDirectory("/home/db/7.1"));
  EXPECT_OK(Catalog::Open(pool_, "/home/db"));
  EXPECT_OK(Destroy("/home/db"));
}

TEST_F(DatabaseDirectoryTest, DamagedControlFileIsNamedAndNothingRemoved) {
  ASSERT_OK(Create("/home/db"));
  ASSERT_OK(env_.CorruptByte("/home/db/redbase.control", 9, 1));
  const auto before = Names("/home/db");
  ExpectRefused("/home/db", "redbase.control: damaged");
  EXPECT_EQ(Names("/home/db"), before);
}

TEST_F(DatabaseDirectoryTest, DataNodeIsNotDestroyedAlone) {
  ASSERT_OK(Create("/home/db", 2));
  ExpectRefused("/home/db/data.2", "it is data node 2 of another one");
  EXPECT_TRUE(env_.Exists("/home/db/data.2/redbase.control"));
}

TEST_F(DatabaseDirectoryTest, DatabaseInUseIsNotDestroyed) {
  ASSERT_OK(Create("/home/db", 2));
  for (const char* part : {"/home/db", "/home/db/data.2"}) {
    ASSERT_OK_AND_ASSIGN(const auto catalog, Catalog::Open(pool_, part));
    const Status status = Destroy("/home/db");
    EXPECT_CODE(Code::kUnavailable, status);
    EXPECT_THAT(status.message(),
                HasSubstr(std::string("database \"") + part + "\" is in use by process"));
  }
  EXPECT_OK(Destroy("/home/db"));
}

TEST_F(DatabaseDirectoryTest, DatabaseWithAReadOnlyPartIsLeftWhole) {
  ASSERT_OK(Create("/home/db", 3));
  env_.SetReadOnly("/home/db/data.3");
  const auto before = Names("/home/db/data.1");
  ExpectRefused("/home/db", "/home/db/data.3");
  EXPECT_EQ(Names("/home/db/data.1"), before);
}

TEST_F(DatabaseDirectoryTest, DestructionThatWasInterruptedCanBeRepeated) {
  for (uint64_t n = 0;; ++n) {
    SCOPED_TRACE(n);
    common::SimEnv env;
    ASSERT_OK(env.CreateDirectory("/home"));
    ASSERT_OK(CreateDatabase(env, "/home/db", 2, 4096));
    env.SetFaults({.fail_at = n});
    const Status status = DestroyDatabase(env, "/home/db");
    const bool failed = env.faults() > 0;
    env.SetFaults({});
    if (!failed) {
      EXPECT_OK(status);
      break;
    }
    // An empty directory is what is left when only its own removal failed.
    if (env.Exists("/home/db") && !NamesIn(env, "/home/db").empty()) {
      EXPECT_OK(DestroyDatabase(env, "/home/db")) << status.message();
      EXPECT_THAT(NamesIn(env, "/home"), IsEmpty());
    }
  }
}

// The simulated disk has no links.
class RealDatabaseDirectoryTest : public ::testing::Test {
 protected:
  RealDatabaseDirectoryTest() {
    std::string pattern = ::testing::TempDir() + "redbase_sm_XXXXXX";
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    home_ = pattern;
  }
  ~RealDatabaseDirectoryTest() override { RemoveAll(home_); }

  void RemoveAll(const std::string& path) {
    const auto entries = env_.List(path);
    for (const common::DirEntry& entry : entries.value()) {
      const std::string inner = path + "/" + entry.name;
      entry.is_directory ? RemoveAll(inner) : static_cast<void>(env_.RemoveFile(inner));
    }
    EXPECT_OK(env_.RemoveDirectory(path));
  }
  void Link(const std::string& target, const std::string& name) {
    EXPECT_EQ(symlink(target.c_str(), name.c_str()), 0);
  }

  common::Env& env_ = common::RealEnv();
  std::string home_;
};

TEST_F(RealDatabaseDirectoryTest, DatabaseIsMadeAndDestroyed) {
  ASSERT_OK(CreateDatabase(env_, home_ + "/db", 2, 0));
  EXPECT_THAT(NamesIn(env_, home_), ElementsAre("db"));
  EXPECT_OK(DestroyDatabase(env_, home_ + "/db/"));
  EXPECT_THAT(NamesIn(env_, home_), IsEmpty());
}

TEST_F(RealDatabaseDirectoryTest, LinkToADatabaseIsNotFollowed) {
  ASSERT_OK(CreateDatabase(env_, home_ + "/db", 0, 0));
  Link(home_ + "/db", home_ + "/link");
  for (const char* name : {"/link", "/link/"}) {
    EXPECT_THAT(DestroyDatabase(env_, home_ + name).message(), HasSubstr("it is no directory"));
  }
  EXPECT_OK(ReadControlFile(env_, home_ + "/db"));
}

TEST_F(RealDatabaseDirectoryTest, LinksInADatabaseAreNotFollowed) {
  ASSERT_OK(CreateDatabase(env_, home_ + "/db", 2, 0));
  ASSERT_OK(CreateDatabase(env_, home_ + "/other", 0, 0));
  ASSERT_OK(env_.Rename(home_ + "/db/data.2", home_ + "/away"));
  Link(home_ + "/other", home_ + "/db/data.2");
  EXPECT_THAT(DestroyDatabase(env_, home_ + "/db").message(),
              HasSubstr("/data.2\" is not part of a database"));
  EXPECT_OK(ReadControlFile(env_, home_ + "/other"));
  ASSERT_OK(env_.RemoveFile(home_ + "/db/data.2"));
  ASSERT_OK(env_.Rename(home_ + "/away", home_ + "/db/data.2"));
  Link(home_ + "/other/redbase.control", home_ + "/db/300.1");
  EXPECT_THAT(DestroyDatabase(env_, home_ + "/db").message(),
              HasSubstr("/300.1\" is not part of a database"));
}

TEST_F(RealDatabaseDirectoryTest, LongestNamesWork) {
  const std::string path = home_ + "/" + std::string(255, 'n');
  ASSERT_OK(CreateDatabase(env_, path, 0, 0));
  EXPECT_OK(DestroyDatabase(env_, path));
  EXPECT_FALSE(CreateDatabase(env_, path + "n", 0, 0).ok());
  EXPECT_THAT(NamesIn(env_, home_), IsEmpty());
}

}  // namespace
}  // namespace redbase::sm
