#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

#include "temp_dir.hpp"

namespace muster::test {

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "muster-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace muster::test
