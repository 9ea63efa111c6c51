#include <fcntl.h>

#include <csignal>
#include <string>
#include <tuple>
#include <vector>

#include "app.hpp"

namespace {

/// The next file or socket would take the number of a standard stream that the caller closed, and
/// what is printed would go there. In the wrong mode, so that using it still fails.
void fill_standard_streams() {
  for (int number : {0, 1, 2}) {
    if (::fcntl(number, F_GETFD) >= 0) continue;
    std::ignore = ::open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY);
  }
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_streams();
  // A pipe that closes (`muster node ls | head`) is a failed write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  return muster::cli::run(std::vector<std::string>(argv + 1, argv + argc));
}
