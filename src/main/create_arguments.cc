#include "main/create_arguments.h"

#include "common/text.h"

namespace redbase::main {
namespace {

Status Invalid(std::string message) { return {Code::kInvalidArgument, std::move(message)}; }

Result<uint32_t> NodeCount(const std::string& text) {
  int64_t count = 0;
  if (common::ParseNumber(text, &count) != common::ParseOutcome::kOk) {
    return Invalid("Invalid number of nodes " + text);
  }
  if (count < 2) {
    return Invalid("Please provide number of nodes greater than 1");
  }
  if (count > int64_t{1} << 31) {
    return Invalid("Invalid number of nodes " + text);
  }
  return static_cast<uint32_t>(count);
}

Result<uint32_t> PageSize(const std::string& text) {
  int32_t size = 0;
  const bool number = common::ParseNumber(text, &size) == common::ParseOutcome::kOk;
  const bool power = number && size > 0 && (size & (size - 1)) == 0;
  if (!power || size < 4096 || size > 65536) {
    return Invalid("Invalid page size " + text + ": a power of two from 4096 to 65536");
  }
  return static_cast<uint32_t>(size);
}

}  // namespace

Result<CreateArguments> ParseCreateArguments(const std::vector<std::string>& arguments) {
  CreateArguments parsed;
  bool named = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "-h" || argument == "--help") {
      parsed.help = true;
      return parsed;
    }
    if (!named && !argument.starts_with('-')) {
      parsed.database = argument;
      named = true;
      continue;
    }
    const bool nodes = argument == "-distributed" || argument == "--distributed";
    if (!nodes && argument != "-pagesize" && argument != "--pagesize") {
      return Invalid("Invalid argument " + argument);
    }
    if (++i == arguments.size()) {
      return Invalid("");
    }
    if (nodes) {
      ASSIGN_OR_RETURN(parsed.node_count, NodeCount(arguments[i]));
    } else {
      ASSIGN_OR_RETURN(parsed.page_size, PageSize(arguments[i]));
    }
  }
  return named ? Result<CreateArguments>(parsed) : Invalid("");
}

}  // namespace redbase::main
