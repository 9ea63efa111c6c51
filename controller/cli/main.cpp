#include <csignal>
#include <string>
#include <vector>

#include "app.hpp"

int main(int argc, char** argv) {
  // A pipe that closes (`muster node ls | head`) is a failed write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  return muster::cli::run(std::vector<std::string>(argv + 1, argv + argc));
}
