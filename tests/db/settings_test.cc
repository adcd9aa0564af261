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
