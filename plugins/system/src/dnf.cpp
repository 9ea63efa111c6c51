#include <algorithm>

#include "package_manager.hpp"
#include "package_output.hpp"

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;
using Action = PackageRequest::Action;

tl::unexpected<sdk::Error> explain(const std::string& what, const ToolEnd& end) {
  auto failure = tool_failed(what, end);
  if (end.err.find("Unable to find a match") != std::string::npos ||
      end.err.find("No match for argument") != std::string::npos) {
    failure.value().code = ErrorCode::NotFound;
    failure.value().field = "/names";
  }
  return failure;
}

class Dnf final : public PackageManager {
 public:
  Dnf(const sdk::Call& call, const Node& node) : call_(call), node_(node) {}

  std::string name() const override { return "dnf"; }
  bool can_purge() const override { return false; }

  sdk::Result<InstalledPackages> installed() override {
    auto end = run_tool(call_, node_, {{"rpm", "-qa", "--qf", kRpmFormat}});
    if (!end) return tl::unexpected(end.error());
    if (end->exit_code != 0) return tool_failed("cannot list packages", *end);
    return parse_rpm(end->out);
  }

  /// Of the lists that are there: dnf would fetch old ones anew, which takes minutes.
  sdk::Result<InstalledPackages> candidates(const std::vector<std::string>& names) override {
    std::vector<std::string> argv{
        "dnf", "-q", "-C", "repoquery", "--latest-limit=1", "--qf", "%{name}\t%{evr}\t%{arch}",
        "--"};
    argv.insert(argv.end(), names.begin(), names.end());
    auto end = run_tool(call_, node_, {std::move(argv)});
    if (!end) return tl::unexpected(end.error());
    if (end->exit_code != 0) return InstalledPackages{};  // as when there are no lists yet
    return parse_rpm(end->out);
  }

  sdk::Status update(std::int64_t) override {
    auto end = run_tool(call_, node_, {{"dnf", "-q", "makecache", "--refresh"}});
    if (!end) return tl::unexpected(end.error());
    if (end->exit_code == 0) return {};
    auto failure = tool_failed("dnf makecache failed", *end);
    failure.value().code = ErrorCode::Unavailable;
    return failure;
  }

  sdk::Result<std::vector<PackageStep>> simulate(const PackageRequest& request) override {
    const auto now = installed();
    if (!now) return tl::unexpected(now.error());
    auto end = run_tool(call_, node_, {argv_of(request, true)});
    if (!end) return tl::unexpected(end.error());
    if (end->exit_code == 0) return std::vector<PackageStep>{};
    // It also exits with 1 when it showed what it would do and was answered no.
    if (end->err.find("Operation aborted") == std::string::npos) {
      return explain("dnf cannot do this", *end);
    }
    return parse_dnf_table(end->out, *now);
  }

  sdk::Status perform(const PackageRequest& request) override {
    auto end = run_tool(call_, node_, {argv_of(request, false), {}, true});
    if (!end) return tl::unexpected(end.error());
    if (end->exit_code == 0) return {};
    return explain("dnf failed", *end);
  }

 private:
  static std::vector<std::string> argv_of(const PackageRequest& request, bool simulate) {
    std::vector<std::string> argv{"dnf", simulate ? "--assumeno" : "-y"};
    if (!request.recommended) argv.emplace_back("--setopt=install_weak_deps=False");
    if (request.action == Action::Install) argv.emplace_back("install");
    if (request.action == Action::Upgrade) argv.emplace_back("upgrade");
    if (request.action == Action::Remove) {
      argv.emplace_back("remove");
      if (!request.also_remove) argv.emplace_back("--noautoremove");
    }
    argv.emplace_back("--");
    for (auto name : request.names) {
      std::replace(name.begin(), name.end(), '=', '-');  // NAME=VERSION as dnf writes it
      argv.push_back(std::move(name));
    }
    return argv;
  }

  const sdk::Call& call_;
  const Node& node_;
};

}  // namespace

std::unique_ptr<PackageManager> make_dnf(const sdk::Call& call, const Node& node) {
  return std::make_unique<Dnf>(call, node);
}

}  // namespace muster::plugin::system
