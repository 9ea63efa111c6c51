/// One thing that muster-plugin can do, as `muster-plugin NAME ARGUMENTS...`.
#pragma once

#include <string>
#include <vector>

namespace muster::tool {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;  ///< it was asked well and did not work
inline constexpr int kExitUsage = 2;   ///< the command line or the input is wrong

struct Command {
  const char* name;
  const char* summary;
  /// Returns an exit code; says on stderr what was wrong.
  int (*run)(const std::vector<std::string>& arguments);
};

int generate(const std::vector<std::string>& arguments);

}  // namespace muster::tool
