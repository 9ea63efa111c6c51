#include "options.hpp"

#include <boost/program_options.hpp>
#include <exception>
#include <iostream>
#include <string>

namespace muster::gateway {
namespace {

namespace po = boost::program_options;

// As text first: the library would read a path up to its first blank only.
po::typed_value<std::string>* path_value(std::filesystem::path& into) {
  return po::value<std::string>()->notifier([&into](const std::string& text) { into = text; });
}

po::options_description description(Options& options, std::string& listen) {
  po::options_description shown("muster-gateway: holds the agents' connections for a controller");
  shown.add_options()("help,h", "show this");
  shown.add_options()("state", path_value(options.state)->value_name("DIR")->required(),
                      "where its key is kept; made at the first start");
  shown.add_options()("listen",
                      po::value(&listen)->value_name("ADDR:PORT")->default_value("0.0.0.0:8421"),
                      "where agents connect; port 0 takes a free one");
  shown.add_options()("controller",
                      path_value(options.controller)->value_name("SOCKET")->required(),
                      "the controller's unix socket");
  shown.add_options()("port-file", path_value(options.port_file)->value_name("FILE"),
                      "write the port there once it is open");
  return shown;
}

}  // namespace

Result<std::optional<Options>> parse_options(int argc, char** argv) {
  Options options;
  std::string listen;
  try {
    const auto shown = description(options, listen);
    po::variables_map values;
    const po::positional_options_description none;
    po::store(po::command_line_parser(argc, argv).options(shown).positional(none).run(), values);
    if (values.count("help") != 0) {
      std::cout << shown;
      return std::nullopt;
    }
    po::notify(values);
  } catch (const std::exception& error) {  // how the library says that the input is bad
    return fail(ErrorCode::InvalidArgument, std::string(error.what()) + "; see --help");
  }
  const auto parsed = net::parse_endpoint(listen, "127.0.0.1:8421");
  if (!parsed) return fail(ErrorCode::InvalidArgument, "--listen: " + parsed.error().message);
  options.listen = *parsed;
  return options;
}

}  // namespace muster::gateway
