#include "facts/own_facts.hpp"

#include <utility>

namespace muster::agent {

Facts OwnFacts::begin(Found found) {
  found_ = std::move(found);
  look_later();
  return read_();
}

void OwnFacts::look_later() {
  again_ = loop_.after(every_, [this] { look(); });
}

void OwnFacts::look() {
  look_later();
  // A worker may be reading still when this goes, and the loop does not run any more then.
  const auto submitted = workers_.submit([this, &loop = loop_, read = read_] {
    loop.post([this, facts = read()]() mutable { found_(std::move(facts)); });
  });
  if (!submitted) log_.warn("the node's facts could not be read again, retrying");
}

}  // namespace muster::agent
