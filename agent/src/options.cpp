#include "options.hpp"

#include <boost/program_options.hpp>
#include <muster/core/base/units.hpp>

namespace muster::agent {
namespace {

namespace po = boost::program_options;

struct RunTexts {
  std::string facts_every = "5m";
  std::string log_level = "info";
  std::string log_format = "text";
};

// As text first: the library would read a path up to its first blank only.
po::typed_value<std::string>* path_value(std::filesystem::path& into) {
  return po::value<std::string>()->notifier([&into](const std::string& text) { into = text; });
}

po::options_description run_description(RunOptions& run, RunTexts& texts) {
  po::options_description description("muster-agent run");
  auto add = description.add_options();
  add("state", path_value(run.state)->required(), "the agent's own directory");
  add("plugins", path_value(run.plugins)->required(), "where the plugins are");
  add("plugin-config", path_value(run.plugin_config), "where their configurations are");
  add("name", po::value(&run.name), "another name than the one it joined with");
  add("metrics", po::value(&run.metrics), "ADDRESS:PORT to serve /metrics at");
  add("facts-every", po::value(&texts.facts_every), "how often facts are looked for");
  add("dev-trust", po::bool_switch(&run.dev_trust), "allow dangerous operations");
  add("log-level", po::value(&texts.log_level), "error, warn, info or debug");
  add("log-format", po::value(&texts.log_format), "text or json");
  return description;
}

Status apply_texts(const RunTexts& texts, RunOptions& run) {
  const auto level = log::parse_level(texts.log_level);
  if (!level) return tl::unexpected(level.error());
  run.log_level = *level;
  if (texts.log_format != "text" && texts.log_format != "json") {
    return fail(ErrorCode::InvalidArgument,
                "--log-format wants text or json, not '" + texts.log_format + "'");
  }
  const auto every = parse_duration(texts.facts_every);
  if (!every) return tl::unexpected(with_context("--facts-every")(every.error()));
  if (*every < std::chrono::seconds(1)) {
    return fail(ErrorCode::InvalidArgument, "--facts-every wants 1s or more");
  }
  run.facts_every = *every;
  run.log_format = texts.log_format == "json" ? log::Format::Json : log::Format::Text;
  return {};
}

Result<Options> parse_run(const std::vector<std::string>& arguments) {
  Options options;
  options.command = Command::Run;
  RunTexts texts;
  const auto description = run_description(options.run, texts);
  try {
    po::variables_map values;
    po::store(
        po::command_line_parser(arguments)
            .options(description)
            .positional(po::positional_options_description())
            .style(po::command_line_style::default_style & ~po::command_line_style::allow_guessing)
            .run(),
        values);
    po::notify(values);
  } catch (const po::error& error) {
    return fail(ErrorCode::InvalidArgument, error.what());
  }
  if (auto applied = apply_texts(texts, options.run); !applied)
    return tl::unexpected(applied.error());
  return options;
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments) {
  const std::string command = arguments.empty() ? "--help" : arguments.front();
  Options options;
  if (command == "--help" || command == "-h" || command == "help") return options;
  if (command == "--version" || command == "version") {
    options.command = Command::Version;
    return options;
  }
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (command == "join" || command == "doctor") {
    options.command = command == "join" ? Command::Join : Command::Doctor;
    options.other_arguments = rest;
    return options;
  }
  if (command == "run") {
    for (const auto& argument : rest) {
      if (argument == "--help" || argument == "-h") return options;
    }
    return parse_run(rest);
  }
  return fail(ErrorCode::InvalidArgument, "there is no command '" + command + "'");
}

std::string help_text() {
  return R"(usage: muster-agent run --state DIR --plugins DIR [options]
       muster-agent join (TOKEN | - | --token-file FILE) --state DIR [--name NAME]
       muster-agent doctor --state DIR [--json]
       muster-agent --version | --help

run     connects this node to the controller that it joined and runs its tasks
  --state DIR          the agent's own directory: keys, journal, output that waits
  --plugins DIR        where the plugins are: libraries (NAME.so), and folders of programs (NAME/plugin.yaml)
  --plugin-config DIR  where the plugins' configurations (NAME.yaml) are (default: none)
  --name NAME          another name than the one the node joined with
  --metrics ADDR:PORT  serve /metrics there; port 0 takes a free one (default: not served)
  --facts-every TIME   how often the agent and plugins look for facts about the node (default: 5m)
  --dev-trust          allow dangerous operations without an operator's signature; for trying things out
  --log-level LEVEL    error, warn, info (default) or debug
  --log-format FORMAT  text (default) or json

join    makes this node a member of a fleet; see muster-agent join --help
doctor  looks for what is wrong with this node, its kernel and the way to its controller

examples:
  muster enroll token create --quiet > token
  muster-agent join --token-file token --state /var/lib/muster-agent
  muster-agent run --state /var/lib/muster-agent --plugins /usr/lib/muster/plugins
)";
}

}  // namespace muster::agent
