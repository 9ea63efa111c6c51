#include "other_program.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace muster::agent {

Error become(const std::string& program, const std::vector<std::string>& arguments) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string path = (self.parent_path() / program).string();
  std::vector<std::string> words{path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(path.c_str(), argv.data());
  return fail_errno("start " + path, errno).value();
}

}  // namespace muster::agent
