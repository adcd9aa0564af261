// Three sessions of one database, plain or of several nodes, and statements that wait for
// others.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "tests/db/system_fixture.h"

namespace redbase::db {

// T (k, v) has three rows.
class SeveralSessionsTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  SeveralSessionsTest() : system_(GetParam()) {
    const std::string split = GetParam() > 0 ? " distribute k (2, 3)" : "";
    system_.Run("create table T (k int, v int)" + split + ";");
    system_.Run("create unique index T(k);");
    system_.Run("create index T(v);");
    system_.Run("insert into T values (1, 10), (2, 20), (3, 30);");
    for (std::unique_ptr<Session>& session : sessions_) {
      session = system_.database().Connect();
    }
  }
  ~SeveralSessionsTest() override {
    for (std::unique_ptr<Session>& session : sessions_) {
      session.reset();
    }
  }

  Result<Lines> Try(size_t session, const std::string& text) {
    return Do(*sessions_[session], text);
  }
  Lines Run(size_t session, const std::string& text) {
    Result<Lines> rows = Try(session, text);
    EXPECT_OK(rows) << text;
    return rows.ok() ? *rows : Lines();
  }
  // A statement in a thread of its own, which is waiting for another session.
  class Waiting {
   public:
    Waiting(SeveralSessionsTest& test, size_t session, const std::string& text)
        : thread_(common::RealEnv().StartThread("waiting", [this, &test, session, text] {
            outcome_.emplace(test.Try(session, text));
            done_ = true;
          })) {
      // Long enough for a statement that waits for nobody, mostly.
      common::RealEnv().SleepMicros(20000);
      EXPECT_FALSE(done_) << text;
    }
    Result<Lines> Outcome() {
      thread_->Join();
      return *outcome_;
    }

   private:
    std::optional<Result<Lines>> outcome_;
    std::atomic<bool> done_{false};
    std::unique_ptr<common::Thread> thread_;
  };
  static void ExpectOneVictim(const Result<Lines>& one, const Result<Lines>& other) {
    EXPECT_NE(one.ok(), other.ok());
    const Status& victim = one.ok() ? other.status() : one.status();
    EXPECT_CODE(Code::kDeadlock, victim);
    EXPECT_THAT(victim.message(), ::testing::StartsWith("deadlock detected"));
  }
  Lines Rows() { return Sorted(system_.Rows("select * from T;")); }

  System system_;
  std::array<std::unique_ptr<Session>, 3> sessions_;
};

}  // namespace redbase::db
