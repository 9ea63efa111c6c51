/// What the page of a command says: as text, as JSON for programs; man_page.hpp makes manuals of
/// it.
///
/// Values only, and no thread rule. All of it comes from Command; what the pages have in common
/// stands here.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "command.hpp"
#include "wrapping.hpp"

namespace muster::cli {

/// "muster node show NODE [OPTIONS]".
[[nodiscard]] std::string usage_of(const Command& command);
/// The same without the command: "NODE [OPTIONS]", but "[OPTIONS] -- PROGRAM".
[[nodiscard]] std::string arguments_of(const Command& command);
/// "--at-once N or N%", "-C, --compound TARGET".
[[nodiscard]] std::string written(const Option& option);
[[nodiscard]] std::vector<std::string> paragraphs_of(const Command& command);
/// Of a command that runs a job: every code that there is.
[[nodiscard]] std::vector<Term> exits_of_jobs();
/// Exit codes and what they mean after this command.
[[nodiscard]] std::vector<Term> exits_of(const Command& command);
/// The variables and files that say which fleet a command talks to.
[[nodiscard]] std::vector<Term> environment();

/// Lines of at most `width` columns, as far as words allow it.
[[nodiscard]] std::string page_text(const Command& command, std::size_t width);
/// One line a command.
[[nodiscard]] std::string list_text(const std::vector<Command>& commands, std::size_t width);
/// The list of all and what they have in common.
[[nodiscard]] std::string overview_text(const std::vector<Command>& commands, std::size_t width);

/// {"commands": [...], "environment": [...]}, everything that the pages say.
[[nodiscard]] nlohmann::json pages_json(const std::vector<Command>& commands);

}  // namespace muster::cli
