#include "join_command.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace muster::agent {

Error exec_join(const std::vector<std::string>& arguments) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string program = (self.parent_path() / "muster-agent-join").string();
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  return fail_errno("start " + program, errno).value();
}

}  // namespace muster::agent
