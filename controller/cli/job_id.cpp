#include "job_id.hpp"

#include <algorithm>
#include <muster/core/base/ids.hpp>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kLeast = 4;
constexpr std::size_t kMostShown = 8;

bool may_begin_an_id(const std::string& typed) {
  return typed.size() >= kLeast &&
         typed.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
}

/// A line for each of the first.
tl::unexpected<Failure> ambiguous(const std::string& typed, const json& names) {
  auto sentence = "the ids of several jobs begin with " + typed + ":";
  for (std::size_t i = 0; i < std::min(names.size(), kMostShown); ++i) {
    sentence += "\n  " + names[i].value("name", "");
  }
  if (names.size() > kMostShown) sentence += "\n  and others";
  return failure(Exit::Usage, sentence);
}

}  // namespace

CliResult<std::string> whole_job_id(ApiClient& api, const std::string& typed) {
  if (JobId::parse(typed)) return typed;
  const Failure no_such{Exit::MatchedNothing, "'" + printable(typed) + "' is not the id of a job"};
  if (!may_begin_an_id(typed)) return or_look(no_such, "muster job ls");
  const auto answer =
      api.get("/v1/names" + query({{"kind", "job"}, {"prefix", typed}, {"limit", "1000"}}));
  if (!answer) return tl::unexpected(answer.error());
  const auto& names = answer->at("names");
  if (names.empty()) return or_look(no_such, "muster job ls");
  if (names.size() > 1) return ambiguous(typed, names);
  return names[0].value("name", "");
}

}  // namespace muster::cli
