#include "jobs/believed_time.hpp"

#include <cstdlib>

namespace muster::controller {
namespace {

UnixMs milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

UnixMs BelievedTime::now(UnixMs wall, MonoTime mono) {
  believed_ += milliseconds(mono - looked_);
  looked_ = mono;
  if (wall <= believed_ + milliseconds(kJump)) {
    believed_ = wall;
    doubt_.reset();
    return believed_;
  }
  if (doubt_) {
    const auto uneven = (wall - doubt_->wall) - milliseconds(mono - doubt_->since);
    if (std::abs(uneven) > milliseconds(kUneven)) doubt_.reset();
  }
  if (!doubt_) doubt_ = Doubt{wall, mono};
  if (mono - doubt_->since < kProof) return believed_;
  believed_ = wall;
  doubt_.reset();
  return believed_;
}

}  // namespace muster::controller
