#include "session/controller_time.hpp"

#include <ctime>

namespace muster::agent {

std::int64_t ControllerTime::boot_now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace muster::agent
