#include "package_manager.hpp"
#include "package_output.hpp"

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;
using Action = PackageRequest::Action;

/// Nobody is there to answer, and no service is restarted behind anybody's back.
const std::vector<std::string>& quiet() {
  static const std::vector<std::string> environment{
      "DEBIAN_FRONTEND=noninteractive", "APT_LISTCHANGES_FRONTEND=none", "NEEDRESTART_SUSPEND=1"};
  return environment;
}

bool says(const ToolEnd& end, const char* text) { return end.err.find(text) != std::string::npos; }

tl::unexpected<sdk::Error> explain(const std::string& what, const ToolEnd& end) {
  auto failure = tool_failed(what, end);
  if (says(end, "Could not get lock") || says(end, "Unable to lock")) {
    failure.value().code = ErrorCode::Unavailable;
    failure.value().retryable = true;
  } else if (says(end, "Unable to locate package") || says(end, "no installation candidate") ||
             says(end, "was not found") || says(end, "Unable to find a source package")) {
    failure.value().code = ErrorCode::NotFound;
    failure.value().field = "/names";
  }
  return failure;
}

class Apt final : public PackageManager {
 public:
  Apt(const sdk::Call& call, const Node& node) : call_(call), node_(node) {}

  std::string name() const override { return "apt"; }
  bool can_purge() const override { return true; }

  sdk::Result<InstalledPackages> installed() override {
    auto end = run_tool(call_, node_, {{"dpkg-query", "-W", "-f", kDpkgFormat}});
    if (!end) return tl::unexpected(end.error());
    if (end->exit_code != 0) return tool_failed("cannot list packages", *end);
    return parse_dpkg(end->out);
  }

  sdk::Result<InstalledPackages> candidates(const std::vector<std::string>& names) override {
    std::vector<std::string> argv{"apt-cache", "policy", "--"};
    argv.insert(argv.end(), names.begin(), names.end());
    auto end = run_tool(call_, node_, {std::move(argv)});
    if (!end) return tl::unexpected(end.error());
    return parse_apt_policy(end->out);
  }

  sdk::Status update(std::int64_t lock_seconds) override {
    auto end = run_tool(call_, node_, {{"apt-get", "-q", lock(lock_seconds), "update"}, quiet()});
    if (!end) return tl::unexpected(end.error());
    if (end->exit_code == 0) return {};
    auto failure = explain("apt-get update failed", *end);
    failure.value().code = ErrorCode::Unavailable;
    return failure;
  }

  sdk::Result<std::vector<PackageStep>> simulate(const PackageRequest& request) override {
    auto end = run_tool(call_, node_, {argv_of(request, true), quiet()});
    if (!end) return tl::unexpected(end.error());
    if (end->exit_code != 0) return explain("apt-get cannot do this", *end);
    return parse_apt_simulation(end->out);
  }

  sdk::Status perform(const PackageRequest& request) override {
    auto end = run_tool(call_, node_, {argv_of(request, false), quiet(), true});
    if (!end) return tl::unexpected(end.error());
    if (end->exit_code == 0) return {};
    return explain("apt-get failed", *end);
  }

 private:
  static std::string lock(std::int64_t seconds) {
    return "-oDPkg::Lock::Timeout=" + std::to_string(seconds);
  }

  static std::vector<std::string> argv_of(const PackageRequest& request, bool simulate) {
    std::vector<std::string> argv{"apt-get",
                                  "-y",
                                  "-q",
                                  lock(request.lock_seconds),
                                  "-oDpkg::Options::=--force-confdef",
                                  "-oDpkg::Options::=--force-confold"};
    if (simulate) argv.emplace_back("-s");
    if (!request.recommended) argv.emplace_back("--no-install-recommends");
    if (request.action == Action::Remove) {
      argv.emplace_back(request.purge ? "purge" : "remove");
    } else {
      // So that what was simulated is what is done; the simulation itself may name them.
      if (!request.also_remove && !simulate) argv.emplace_back("--no-remove");
      if (request.action == Action::Install) {
        argv.insert(argv.end(), {"--allow-downgrades", "install"});
      } else if (!request.names.empty()) {
        argv.insert(argv.end(), {"--only-upgrade", "install"});
      } else if (request.also_remove) {
        argv.emplace_back("dist-upgrade");
      } else {
        argv.insert(argv.end(), {"--with-new-pkgs", "upgrade"});
      }
    }
    argv.emplace_back("--");
    argv.insert(argv.end(), request.names.begin(), request.names.end());
    return argv;
  }

  const sdk::Call& call_;
  const Node& node_;
};

}  // namespace

std::unique_ptr<PackageManager> make_apt(const sdk::Call& call, const Node& node) {
  return std::make_unique<Apt>(call, node);
}

}  // namespace muster::plugin::system
