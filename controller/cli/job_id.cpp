#include "job_id.hpp"

#include <algorithm>
#include <client/selectors.hpp>
#include <muster/core/base/ids.hpp>

#include "command.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

constexpr std::size_t kLeast = 4;
constexpr std::size_t kMostShown = 8;
constexpr std::uint64_t kMostLookedAt = 1000;  // the most that the API gives

bool may_begin_an_id(const std::string& typed) {
  return typed.size() >= kLeast &&
         typed.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
}

/// A line for each of the first.
tl::unexpected<Failure> ambiguous(const std::string& typed,
                                  const std::vector<client::Name>& names) {
  auto sentence = "the ids of several jobs begin with " + typed + ":";
  for (std::size_t i = 0; i < std::min(names.size(), kMostShown); ++i) {
    sentence += "\n  " + names[i].name;
  }
  if (names.size() > kMostShown) sentence += "\n  and others";
  return failure(Exit::Usage, sentence);
}

}  // namespace

CliResult<std::string> whole_job_id(client::ApiClient& api, const std::string& typed) {
  if (JobId::parse(typed)) return typed;
  const Failure no_such{Exit::MatchedNothing, "'" + printable(typed) + "' is not the id of a job"};
  if (!may_begin_an_id(typed)) return or_look(no_such, "muster job ls");
  const auto answer =
      client::list_names(api, {.kind = "job", .prefix = typed, .limit = kMostLookedAt});
  if (!answer) return tl::unexpected(answer.error());
  const auto& names = answer->names;
  if (names.empty()) return or_look(no_such, "muster job ls");
  if (names.size() > 1) return ambiguous(typed, names);
  return names[0].name;
}

CliResult<std::string> named_job(client::ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the id of one job (muster job ls)"); !right) {
    return tl::unexpected(right.error());
  }
  return whole_job_id(api, arguments.words[0]);
}

}  // namespace muster::cli
