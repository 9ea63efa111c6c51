#include "store/records.hpp"

#include <numeric>

namespace muster::controller {

std::int64_t TaskCounts::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

std::int64_t TaskCounts::open() const {
  const auto first_final = counts_.begin() + static_cast<std::ptrdiff_t>(TaskState::Ok);
  return std::accumulate(counts_.begin(), first_final, std::int64_t{0});
}

}  // namespace muster::controller
