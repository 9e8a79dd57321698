#include "base/error_table.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <set>
#include <string>

namespace pith {
namespace {

// A new code without a case here does not compile (-Wswitch), which is the reminder to add its row.
std::string enumerator(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "InvalidArgument";
    case ErrorCode::kUnknownField:
      return "UnknownField";
    case ErrorCode::kBadInput:
      return "BadInput";
    case ErrorCode::kBudgetTooSmall:
      return "BudgetTooSmall";
    case ErrorCode::kTooLarge:
      return "TooLarge";
    case ErrorCode::kNotFound:
      return "NotFound";
    case ErrorCode::kIo:
      return "Io";
    case ErrorCode::kBadModel:
      return "BadModel";
    case ErrorCode::kUnsupported:
      return "Unsupported";
    case ErrorCode::kCancelled:
      return "Cancelled";
    case ErrorCode::kInternal:
      return "Internal";
  }
  return {};
}

std::string snake_case(const std::string& pascal) {
  std::string out;
  for (const char c : pascal) {
    if (c >= 'A' && c <= 'Z') {
      if (!out.empty()) out += '_';
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      out += c;
    }
  }
  return out;
}

TEST(ErrorTableTest, HasEveryCodeOnceInTheOrderOfTheEnum) {
  const auto table = error_table();
  ASSERT_EQ(table.size(), static_cast<std::size_t>(ErrorCode::kInternal) + 1);
  for (std::size_t i = 0; i < table.size(); ++i) EXPECT_EQ(table[i].code, static_cast<ErrorCode>(i));
}

TEST(ErrorTableTest, NamesAreTheEnumeratorsInSnakeCase) {
  for (const ErrorInfo& row : error_table()) EXPECT_EQ(row.name, snake_case(enumerator(row.code)));
}

TEST(ErrorTableTest, ExitCodesAndStatusesAreInRange) {
  for (const ErrorInfo& row : error_table()) {
    EXPECT_GT(row.exit_code, kExitOk) << row.name;
    EXPECT_NE(row.exit_code, kExitFailedLines) << row.name << ": a batch must be told from a failure";
    EXPECT_NE(row.exit_code, 1) << row.name << ": 1 is what a crashing script gives";
    EXPECT_LE(row.exit_code, kExitInterrupted) << row.name;
    EXPECT_TRUE(row.http_status >= 400 && row.http_status < 600) << row.name;
    EXPECT_FALSE(row.meaning.empty()) << row.name;
  }
}

TEST(ErrorTableTest, TheCallersFaultIsNotTheServers) {
  for (const ErrorCode code : {ErrorCode::kInvalidArgument, ErrorCode::kUnknownField, ErrorCode::kBadInput,
                               ErrorCode::kBudgetTooSmall, ErrorCode::kTooLarge, ErrorCode::kNotFound}) {
    EXPECT_LT(error_info(code).http_status, 500) << error_info(code).name;
  }
  for (const ErrorCode code : {ErrorCode::kIo, ErrorCode::kBadModel, ErrorCode::kInternal}) {
    EXPECT_GE(error_info(code).http_status, 500) << error_info(code).name;
  }
}

TEST(ErrorTableTest, InfoFindsTheRow) {
  EXPECT_EQ(error_info(ErrorCode::kTooLarge).name, "too_large");
  EXPECT_EQ(error_info(ErrorCode::kCancelled).exit_code, kExitInterrupted);
}

}  // namespace
}  // namespace pith
