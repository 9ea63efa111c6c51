/// The command line of muster-controller.
#pragma once

#include <cstdint>
#include <filesystem>
#include <muster/core/base/error.hpp>
#include <muster/core/log/logger.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace muster::controller {

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  /// "HOST:PORT", an IPv6 address in brackets.
  [[nodiscard]] std::string text() const;
};
/// Errors: InvalidArgument with an example.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);

struct Options {
  std::filesystem::path state;           ///< database, outputs, keys; made when it is not there
  Endpoint listen{"0.0.0.0", 8420};      ///< of the API; port 0 takes a free one
  std::filesystem::path gateway_socket;  ///< where gateways connect
  std::filesystem::path port_file;       ///< gets the API's port; empty: none
  std::string gateway_address;           ///< what agents are told; empty: what the gateway says
  std::string api_address;               ///< what tokens say; empty: made from `listen`
  log::Level log_level = log::Level::Info;
};

/// Nothing when help was asked for and printed. Errors: InvalidArgument.
[[nodiscard]] Result<std::optional<Options>> parse_options(int argc, char** argv);

}  // namespace muster::controller
