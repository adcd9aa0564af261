#include "common/check_report.h"

#include <gtest/gtest.h>

#include "tests/support/expect_status.h"

namespace redbase::common {
namespace {

TEST(CheckReport, NotesEachProblemOnce) {
  CheckReport report;
  report.Note({});
  EXPECT_OK(report.First());
  report.Note({Code::kCorruption, "a"});
  report.Note({Code::kIoError, "b"});
  report.Note({Code::kCorruption, "a"});
  ASSERT_EQ(report.problems.size(), 2U);
  EXPECT_EQ(report.First().message(), "a");
  EXPECT_CODE(Code::kIoError, report.problems[1]);
}

TEST(CheckReport, AddsWhatAnotherHasFound) {
  CheckReport report;
  report.Note({Code::kCorruption, "part: a"});
  CheckReport part;
  part.Note({Code::kCorruption, "a"});
  part.Note({Code::kCorruption, "b"});
  part.pages = 7;
  part.Annotate(0, "part");
  report.Add(part);
  ASSERT_EQ(report.problems.size(), 2U);
  EXPECT_EQ(report.problems[1].message(), "part: b");
  EXPECT_EQ(report.pages, 7U);
}

}  // namespace
}  // namespace redbase::common
