#include "hello_plugin.hpp"

namespace hello = muster::plugin::hello;
namespace sdk = muster::sdk;

class Hello {
 public:
  sdk::Answer<hello::GreetResult> greet(const sdk::Call& call, const hello::GreetArguments& who) {
    if (who.name.empty()) {
      return sdk::fail(sdk::ErrorCode::InvalidArgument, "nobody was named", "/name");
    }
    if (auto sent = call.out("greeting " + who.name + "\n"); !sent) {
      return tl::unexpected(sent.error());
    }
    return sdk::ok(hello::GreetResult{"Hello, " + who.name + "!"});
  }
};

extern "C" const muster_entry* muster_plugin_entry_v1() {
  return sdk::entry<hello::Plugin, Hello>();
}
