/// Jobs in rows, for people. On a terminal that is too narrow for all of it ids and times are
/// short, and what tells least is left out. One thread.
#pragma once

#include <client/jobs.hpp>
#include <cstddef>
#include <iosfwd>
#include <vector>

#include "table.hpp"

namespace muster::cli {

class JobTable {
 public:
  /// `columns`: how wide the terminal is to which `out` writes; 0 when it writes to none.
  JobTable(std::ostream& out, std::size_t columns);

  /// A page of them. Of an id the first 8 characters are enough where it has them for itself there.
  void add(const std::vector<client::Job>& jobs);
  void finish() { table_.finish(); }

 private:
  bool narrow_;
  Table table_;
};

}  // namespace muster::cli
