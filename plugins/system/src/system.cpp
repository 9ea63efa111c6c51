#include "exec.hpp"
#include "facts.hpp"
#include "system_plugin.hpp"

namespace muster::plugin::system {

class System {
 public:
  System(const sdk::Host&, Config config) : root_(std::move(config.root)) {}

  void ping(const sdk::CallOf<PingResult>& call, PingArguments arguments) {
    call.finish(sdk::ok(PingResult{std::move(arguments.payload)}));
  }

  sdk::Answer<Facts> facts(const sdk::Call&, const sdk::Nothing&) {
    return sdk::ok(read_facts(root_));
  }

  sdk::Answer<End> exec(const sdk::Call& call, const ExecArguments& arguments) {
    return execute(call, arguments);
  }

 private:
  const std::string root_;
};

}  // namespace muster::plugin::system

extern "C" const muster_entry* muster_plugin_entry_v1() {
  using namespace muster;
  return sdk::entry<plugin::system::Plugin, plugin::system::System>();
}
