#include "db/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect_status.h"

namespace redbase::db {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Settings, StartAsTheClassicSystemDoes) {
  const Settings settings;
  EXPECT_FALSE(settings.print_commands);
  EXPECT_TRUE(settings.optimize_query);
  EXPECT_FALSE(settings.partitioned_print);
  EXPECT_FALSE(settings.query_plans);
}

TEST(Settings, NamesAndValuesAreTakenInAnyCase) {
  Settings settings;
  EXPECT_OK(settings.Set("printCommands", "TRUE"));
  EXPECT_OK(settings.Set("OPTIMIZEQUERY", "false"));
  EXPECT_OK(settings.Set("partitionedprint", "True"));
  EXPECT_OK(settings.Set("bQueryPlans", "1"));
  EXPECT_TRUE(settings.print_commands);
  EXPECT_FALSE(settings.optimize_query);
  EXPECT_TRUE(settings.partitioned_print);
  EXPECT_TRUE(settings.query_plans);
}

TEST(Settings, SynchronousCommitIsOnOrOff) {
  Settings settings;
  EXPECT_TRUE(settings.synchronous_commit);
  EXPECT_OK(settings.Set("synchronous_commit", "OFF"));
  EXPECT_FALSE(settings.synchronous_commit);
  EXPECT_OK(settings.Set("Synchronous_Commit", "true"));
  EXPECT_TRUE(settings.synchronous_commit);
  EXPECT_CODE(Code::kInvalidArgument, settings.Set("synchronous_commit", "1"));
}

TEST(Settings, LockTimeoutIsInMilliseconds) {
  Settings settings;
  EXPECT_EQ(settings.lock_timeout, 0);
  EXPECT_OK(settings.Set("lock_timeout", "250"));
  EXPECT_EQ(settings.lock_timeout, 250);
  for (const char* bad : {"-1", "soon", "", "99999999999"}) {
    EXPECT_CODE(Code::kInvalidArgument, settings.Set("lock_timeout", bad)) << bad;
  }
  EXPECT_EQ(settings.lock_timeout, 250);
}

TEST(Settings, RefusalsNameTheParameterAndItsValues) {
  Settings settings;
  EXPECT_THAT(settings.Set("nothing", "TRUE").message(),
              StartsWith("SM warning: invalid system parameter: \"nothing\""));
  const Status value = settings.Set("optimizequery", "no");
  EXPECT_CODE(Code::kInvalidArgument, value);
  EXPECT_THAT(value.message(), StartsWith("SM warning: invalid parameter value: optimizeQuery"));
  EXPECT_THAT(value.message(), HasSubstr("\"no\""));
  EXPECT_CODE(Code::kInvalidArgument, settings.Set("bQueryPlans", "TRUE"));
  EXPECT_TRUE(settings.optimize_query);
}

}  // namespace
}  // namespace redbase::db
