/// The command line of muster-controller.
#pragma once

#include <filesystem>
#include <muster/core/base/error.hpp>
#include <muster/core/log/logger.hpp>
#include <muster/core/net/endpoint.hpp>
#include <optional>
#include <string>

#include "jobs/retention.hpp"

namespace muster::controller {

struct Options {
  std::filesystem::path state;            ///< database, outputs, keys; made when it is not there
  net::Endpoint listen{"0.0.0.0", 8420};  ///< of the API; port 0 takes a free one
  std::filesystem::path gateway_socket;   ///< where gateways connect
  std::filesystem::path port_file;        ///< gets the API's port; empty: none
  std::string gateway_address;            ///< what agents are told; empty: what the gateway says
  std::string api_address;                ///< what tokens say; empty: made from `listen`
  std::string webhook_ca_file;  ///< whom receivers are vouched for by; empty: the system's
  log::Level log_level = log::Level::Info;
  RetentionLimits retention;            ///< how long jobs are kept, and how much of them
  unsigned requests_per_second = 1000;  ///< of each token
  bool check_answers = false;           ///< hold every answer against the API's document: for tests
};

/// Nothing when help was asked for and printed. Errors: InvalidArgument.
[[nodiscard]] Result<std::optional<Options>> parse_options(int argc, char** argv);

}  // namespace muster::controller
