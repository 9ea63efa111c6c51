/// Where the plugin finds the node: its own in life, another tree and other programs in tests.
/// Constant after construction; free to read from any thread.
#pragma once

#include <string>

namespace muster::plugin::system {

struct Node {
  std::string root;  ///< of /etc, /proc, /run and /sys; without a slash at its end, so "" for "/"
  std::string path;  ///< PATH: where programs are looked for
};

}  // namespace muster::plugin::system
