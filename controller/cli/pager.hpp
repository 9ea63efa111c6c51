/// Long output on a terminal goes through a pager: the command in $MUSTER_PAGER, else the one in
/// $PAGER, else `less -FRX`, which ends by itself what fits on the screen.
///
/// It begins with the first byte, so that what prints nothing opens none; while it is open
/// std::cout writes to it and Ctrl-C is its own. Who leaves it early has seen enough: no error.
/// Never when standard output is no terminal, or one that cannot move its cursor; nor when the
/// variable is empty or says `cat`. One per run of the program, one thread.
#pragma once

#include <memory>

#include "failure.hpp"

namespace muster::cli {

class Pager {
 public:
  /// Opens none at all unless it is `wanted`.
  explicit Pager(bool wanted);
  ~Pager();
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;

  /// Blocks until whoever reads leaves it; std::cout is what it was then. Errors: Usage when the
  /// pager could not be run, so that the output was seen by nobody.
  [[nodiscard]] CliResult<void> close();

 private:
  class Pipe;
  std::unique_ptr<Pipe> pipe_;                 // null: none
  std::streambuf* standard_output_ = nullptr;  // of std::cout, while pipe_ stands in for it
};

}  // namespace muster::cli
