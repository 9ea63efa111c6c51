/// Jobs and tasks as the API tells them, of which a test says only what it is about.
#pragma once

#include <nlohmann/json.hpp>

namespace muster::test {

inline nlohmann::json whole_task(const nlohmann::json& members) {
  nlohmann::json task{{"node", "web1"},    {"state", "ok"},
                      {"result", nullptr}, {"error", nullptr},
                      {"attempt", 1},      {"started", nullptr},
                      {"ended", nullptr},  {"outputs", nlohmann::json::array()}};
  task.update(members);
  return task;
}

inline nlohmann::json whole_output(const nlohmann::json& members) {
  nlohmann::json output{
      {"stream", "stdout"}, {"size", 1}, {"kept", 1}, {"truncated", false}, {"digest", ""}};
  output.update(members);
  return output;
}

inline nlohmann::json whole_job(const nlohmann::json& members) {
  nlohmann::json job{{"job", "7c1e"},
                     {"operation", "system.exec"},
                     {"selector", "all"},
                     {"check", false},
                     {"state", "done"},
                     {"requested_by", "admin"},
                     {"created", "2026-01-31T12:00:00.500Z"},
                     {"ended", nullptr},
                     {"counts", {{"targets", 1}}},
                     {"tasks", nlohmann::json::array()}};
  job.update(members);
  return job;
}

}  // namespace muster::test
