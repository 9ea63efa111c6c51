/// muster.events/1: things that happened, told to the controller. Copies are the same service;
/// every method is [any]. emit() does not wait for the controller, but for as long as the agent
/// does not read what this plugin's host writes. Limits: <muster/ext/events.h>.
///
///   host.events().emit("docker.container.died", name, {{"image", image}});
///
/// An event may get lost on its way, and nobody answers: what must not be lost is the result of a
/// call. Errors: Unsupported when the host does not give the service (name it in the manifest),
/// InvalidArgument for a type that the manifest's `events` does not list or for what is beyond a
/// limit, ResourceExhausted when events come too fast.
#pragma once

#include <muster/ext/events.h>

#include <chrono>
#include <initializer_list>
#include <muster/sdk/error.hpp>
#include <string_view>
#include <utility>

namespace muster::sdk {

struct Event {
  std::string_view type;          ///< "docker.container.died"
  std::string_view subject = {};  ///< what it happened to
  std::string_view data = {};     ///< a msgpack map, from a Writer
  std::string_view id = {};       ///< equal for the same happening; empty: the host makes one
  std::chrono::system_clock::time_point time = {};  ///< the epoch: now
};

class Events {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  explicit Events(const muster_events_v1* table) : table_(table) {}
  [[nodiscard]] explicit operator bool() const { return table_ != nullptr; }

  [[nodiscard]] Status emit(const Event& event) const;
  [[nodiscard]] Status emit(std::string_view type, std::string_view subject,
                            Fields fields = {}) const;

 private:
  const muster_events_v1* table_;
};

}  // namespace muster::sdk
