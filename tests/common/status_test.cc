#include "common/status.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/result.h"
#include "tests/support/expect_status.h"

namespace redbase {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) {
    return Status(Code::kInvalidArgument, "odd");
  }
  return n / 2;
}

Result<int> Quarter(int n) {
  ASSIGN_OR_RETURN(const int half, Half(n));
  return Half(half);
}

TEST(Status, SuccessHasNoMessage) {
  EXPECT_TRUE(Status::Ok().ok());
  EXPECT_EQ(Status::Ok().Annotate("x").message(), "");
}

TEST(Status, AnnotationsReadFromTheOutside) {
  const Status status =
      Status(Code::kIoError, "short read").Annotate("page 17").Annotate("index student.id");
  EXPECT_EQ(status.message(), "index student.id: page 17: short read");
}

TEST(Status, UpdateKeepsTheFirstError) {
  Status status;
  status.Update({Code::kIoError, "first"});
  status.Update({Code::kNotFound, "second"});
  status.Update({});
  EXPECT_EQ(status.message(), "first");
}

TEST(Status, EveryCodeHasItsName) {
  EXPECT_EQ(CodeName(Code::kOk), "kOk");
  EXPECT_EQ(CodeName(Code::kDeadlock), "kDeadlock");
  EXPECT_EQ(CodeName(Code::kInternal), "kInternal");
}

TEST(Result, ErrorsPassThroughAssign) {
  ASSERT_OK_AND_ASSIGN(const int two, Quarter(8));
  EXPECT_EQ(two, 2);
  EXPECT_CODE(Code::kInvalidArgument, Quarter(7));
  EXPECT_CODE(Code::kInvalidArgument, Quarter(6));
}

TEST(Result, CarriesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  const std::unique_ptr<int> five = std::move(result).value();
  EXPECT_EQ(*five, 5);
}

}  // namespace
}  // namespace redbase
