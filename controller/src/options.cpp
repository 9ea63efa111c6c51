#include "options.hpp"

#include <boost/program_options.hpp>
#include <exception>
#include <iostream>
#include <muster/core/base/files.hpp>
#include <muster/core/base/units.hpp>

namespace muster::controller {
namespace {

namespace po = boost::program_options;

constexpr unsigned kMaxRequestsPerSecond = 1'000'000;
constexpr std::chrono::hours kLeastKept{1};
constexpr std::uint64_t kLeastKeptBytes = 1'000'000;
constexpr std::size_t kMaxCaFile = std::size_t{4} << 20U;

struct Texts {
  std::string command;
  std::string state;  // paths as text: the library would cut them at a space
  std::string gateway_socket;
  std::string port_file;
  std::string listen;
  std::string log_level;
  std::string keep_jobs;
  std::string keep_bytes;
};

po::options_description description(Options& options, Texts& texts) {
  po::options_description shown("usage: muster-controller run [OPTIONS]");
  auto add = shown.add_options();
  add("help,h", "show this");
  add("state", po::value(&texts.state)->value_name("DIR")->required(),
      "database, outputs and keys; made at the first start");
  add("listen", po::value(&texts.listen)->value_name("ADDR:PORT")->default_value("0.0.0.0:8420"),
      "where the API listens; port 0 takes a free one");
  add("gateway-socket", po::value(&texts.gateway_socket)->value_name("PATH")->required(),
      "the unix socket that gateways connect to");
  add("port-file", po::value(&texts.port_file)->value_name("FILE"),
      "write the API's port there once it is open");
  add("gateway-address", po::value(&options.gateway_address)->value_name("HOST:PORT"),
      "where agents are told to connect (default: what the gateway says of itself)");
  add("api-address", po::value(&options.api_address)->value_name("HOST:PORT"),
      "where enrolment tokens say that the API is (default: made from --listen)");
  add("webhook-ca-file", po::value(&options.webhook_ca_file)->value_name("FILE"),
      "authorities (PEM) that receivers of webhooks are verified by (default: the system's)");
  add("log-level", po::value(&texts.log_level)->value_name("LEVEL")->default_value("info"),
      "error, warn, info or debug");
  add("keep-jobs", po::value(&texts.keep_jobs)->value_name("DURATION")->default_value("30d"),
      "how long after its end a job is kept, 1h to 3650d");
  add("keep-bytes", po::value(&texts.keep_bytes)->value_name("SIZE")->default_value("10GB"),
      "how much of jobs and their output is kept, from 1MB: the oldest go before their time");
  add("requests-per-second",
      po::value(&options.requests_per_second)->value_name("N")->default_value(1000),
      "how many requests each operator's token may make, 1 to 1000000");
  add("check-answers", po::bool_switch(&options.check_answers),
      "for tests: hold every answer against the API's document, and answer 500 where they differ");
  return shown;
}

Status check_endpoint(const std::string& text, const char* option) {
  if (text.empty()) return {};
  const auto parsed = net::parse_endpoint(text, "");
  if (parsed && parsed->port != 0) return {};
  return fail(ErrorCode::InvalidArgument,
              std::string(option) + " wants HOST:PORT, for example fleet.example.org:8421");
}

Status use_retention(const Texts& texts, RetentionLimits& limits) {
  const auto keep_for = parse_duration(texts.keep_jobs);
  if (!keep_for || *keep_for < kLeastKept) {
    return fail(ErrorCode::InvalidArgument, "--keep-jobs is 1h to 3650d, such as 30d");
  }
  const auto bytes = parse_size(texts.keep_bytes);
  if (!bytes || *bytes < kLeastKeptBytes) {
    return fail(ErrorCode::InvalidArgument, "--keep-bytes is a size from 1MB on, such as 10GB");
  }
  limits = {*keep_for, *bytes};
  return {};
}

Status use_texts(const Texts& texts, Options& options) {
  if (texts.command != "run") {
    return fail(ErrorCode::InvalidArgument, "say muster-controller run; see --help");
  }
  options.state = texts.state;
  options.gateway_socket = texts.gateway_socket;
  options.port_file = texts.port_file;
  const auto listen = net::parse_endpoint(texts.listen, "127.0.0.1:8420");
  if (!listen) return fail(ErrorCode::InvalidArgument, "--listen: " + listen.error().message);
  options.listen = *listen;
  const auto level = log::parse_level(texts.log_level);
  if (!level) return fail(ErrorCode::InvalidArgument, "--log-level: " + level.error().message);
  options.log_level = *level;
  if (!options.webhook_ca_file.empty()) {
    if (const auto read = read_file(options.webhook_ca_file, kMaxCaFile); !read) {
      return fail(ErrorCode::InvalidArgument, "--webhook-ca-file: " + read.error().message);
    }
  }
  if (options.requests_per_second < 1 || options.requests_per_second > kMaxRequestsPerSecond) {
    return fail(ErrorCode::InvalidArgument, "--requests-per-second is 1 to 1000000");
  }
  return check_endpoint(options.gateway_address, "--gateway-address")
      .and_then([&] { return check_endpoint(options.api_address, "--api-address"); })
      .and_then([&] { return use_retention(texts, options.retention); });
}

}  // namespace

Result<std::optional<Options>> parse_options(int argc, char** argv) {
  Options options;
  Texts texts;
  try {
    const auto shown = description(options, texts);
    auto all = shown;
    all.add_options()("command", po::value(&texts.command));
    po::positional_options_description positional;
    positional.add("command", 1);
    po::variables_map values;
    po::store(po::command_line_parser(argc, argv).options(all).positional(positional).run(),
              values);
    if (values.count("help") != 0) {
      std::cout << shown;
      return std::nullopt;
    }
    po::notify(values);
  } catch (const std::exception& error) {  // how the library says that the input is bad
    return fail(ErrorCode::InvalidArgument, std::string(error.what()) + "; see --help");
  }
  if (auto used = use_texts(texts, options); !used) return tl::unexpected(used.error());
  return options;
}

}  // namespace muster::controller
