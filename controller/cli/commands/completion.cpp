#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "../all_commands.hpp"
#include "../bash_line.hpp"
#include "../complete.hpp"
#include "../completion_scripts.hpp"
#include "../contexts.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

/// From a press of Tab until the prompt is free again, whatever the controller does.
constexpr std::chrono::milliseconds kPatience{1000};

/// Ends the program, with nothing completed, unless it is told to stop before time is up. Nothing
/// less would do: who waits for a name server cannot be interrupted.
std::jthread end_after(std::chrono::milliseconds patience) {
  return std::jthread([patience](const std::stop_token& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, patience, [] { return false; });
    if (!stop.stop_requested()) std::_Exit(static_cast<int>(Exit::Ok));
  });
}

/// What follows --context among the words.
std::string context_in(const Words& words) {
  const std::string option = "--context";
  for (std::size_t i = words.size(); i-- > 0;) {
    if (words[i].starts_with(option + "=")) return words[i].substr(option.size() + 1);
    if (words[i] == option && i + 1 < words.size()) return words[i + 1];
  }
  return {};
}

Completion complete(const Words& words, const std::string& typed) {
  const auto limit = end_after(kPatience);
  const auto commands = all_commands();
  const auto contexts = Contexts::of_user();
  std::optional<ApiClient> api;
  const auto fleet = [&]() -> ApiClient* {
    if (api) return &*api;
    auto opened = open_fleet(context_in(words));
    if (opened) api = std::move(*opened);
    return api ? &*api : nullptr;
  };
  const Names names(fleet, contexts ? contexts->names() : Words{});
  try {
    return Completer(commands, names).complete(words, typed);
  } catch (const json::exception&) {  // an answer that this version does not know
    return {};
  }
}

/// One line says how to take the others, each what to insert.
void answer_bash(const BashLine& line, const Completion& completion) {
  const auto& candidates = completion.candidates;
  Words inserts;
  for (const auto& candidate : candidates) {
    if (auto insert = bash_insert(line, candidate.text)) inserts.push_back(std::move(*insert));
  }
  const bool goes_on = candidates.size() == 1 && candidates[0].partial;
  // A word that is the only one has its quote closed; there must be two for it to go on.
  if (goes_on && line.quote != '\0' && !inserts.empty()) inserts.push_back(inserts[0] + "...");
  std::cout << (completion.files ? "files" : goes_on ? "nospace" : "words") << "\n";
  for (const auto& insert : inserts) std::cout << insert << "\n";
}

/// "WORD<tab>ABOUT", which is what fish takes; zsh wants to know which words go on.
void answer_lines(const Completion& completion, bool tell_of_partial) {
  if (completion.files) std::cout << "files " << completion.files_after << "\n";
  if (!completion.files) std::cout << "words\n";
  for (const auto& candidate : completion.candidates) {
    const auto& about = candidate.about;
    if (tell_of_partial) std::cout << (candidate.partial ? "begun\t" : "whole\t");
    std::cout << candidate.text << (about.empty() ? "" : "\t" + about) << "\n";
  }
}

void answer(const std::string& shell, Words words) {
  if (shell == "bash") {
    auto line = read_bash_line(words[0], words.size() > 1 ? words[1] : "");
    if (!line.words.empty()) line.words.erase(line.words.begin());  // the program itself
    return answer_bash(line, complete(line.words, line.typed));
  }
  const auto typed = words.back();
  words.pop_back();
  answer_lines(complete(words, typed), shell == "zsh");
}

CliResult<Exit> completion(const Arguments& arguments) {
  const auto shell = arguments.words.size() == 1 ? arguments.words[0] : "";
  const auto script = completion_script(shell);
  if (!script) return failure(Exit::Usage, "for which shell? There are bash, zsh and fish");
  if (arguments.after_dash.empty()) {
    std::cout << *script;
  } else {
    answer(shell, arguments.after_dash);
  }
  return Exit::Ok;
}

}  // namespace

std::vector<Command> completion_commands() {
  return {
      {.words = "completion",
       .takes = "bash|zsh|fish [-- LINE ...]",
       .summary = "what makes a shell complete muster's words",
       .about =
           "Prints a small script for the shell. The script asks this command again at each press "
           "of Tab, which asks the controller: names of nodes, labels, groups, jobs, operations "
           "and their arguments are those of the fleet at that moment. Without an answer within a "
           "second nothing is completed, and nothing said.\n\nPackages install the scripts; by "
           "hand, put one of these into the start file of your shell. After a \"--\" stands what "
           "has been typed: bash gives the line, the others its words, and gets what could follow.",
       .examples = {{"source <(muster completion bash)", "in ~/.bashrc"},
                    {"muster completion zsh > _muster", "into a directory of $fpath"},
                    {"muster completion fish > muster.fish", "into ~/.config/fish/completions"},
                    {"muster completion bash -- 'muster node sh'", "what Tab would add here"}},
       .options = {},
       .run_here = completion}};
}

}  // namespace muster::cli
