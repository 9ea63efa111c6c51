/// The program `muster` against the controller of an ApiWorld, as an operator of a role.
#pragma once

#include "api_world.hpp"
#include "cli_runner.hpp"

namespace muster::controller {

class Cli : public CliRunner {
 public:
  explicit Cli(ApiWorld& world, Role role = Role::Admin)
      : CliRunner(world.base_url(), world.ca_file(), world.dir()) {
    REQUIRE(write_file_atomic(token_file_, as_bytes(world.token_of(role) + "\n"), 0600));
  }
};

}  // namespace muster::controller
