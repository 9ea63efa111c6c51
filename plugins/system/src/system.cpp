#include <type_traits>

#include "disk_usage.hpp"
#include "exec.hpp"
#include "facts.hpp"
#include "files.hpp"
#include "node.hpp"
#include "packages.hpp"
#include "process_list.hpp"
#include "reboot.hpp"
#include "services.hpp"
#include "sysctl.hpp"
#include "system_plugin.hpp"
#include "timers.hpp"
#include "turns.hpp"
#include "users.hpp"

namespace muster::plugin::system {

class System {
 public:
  System(const sdk::Host& host, Config config)
      : host_(host), node_{without_slash(std::move(config.root)), std::move(config.path)} {}

  void ping(const sdk::CallOf<PingResult>& call, PingArguments arguments) {
    call.finish(sdk::ok(PingResult{std::move(arguments.payload)}));
  }

  sdk::Answer<Facts> facts(const sdk::Call& call, const FactsArguments& arguments) {
    return facts_.read(call, arguments);
  }

  sdk::Answer<ToldFacts> tell_facts(const sdk::Call&, const sdk::Nothing&) { return facts_.tell(); }

  sdk::Answer<End> exec(const sdk::Call& call, const ExecArguments& arguments) {
    return execute(call, arguments);
  }

  sdk::Answer<File> file_stat(const sdk::Call& call, const FileStatArguments& arguments) {
    return stat_file(call, arguments);
  }

  sdk::Answer<FileGetResult> file_get(const sdk::Call& call, const FileGetArguments& arguments) {
    return get_file(call, arguments);
  }

  sdk::Answer<FileChange> file_put(const sdk::Call& call, const FilePutArguments& arguments) {
    return in_turn(call, [&] { return put_file(call, arguments); });
  }

  sdk::Answer<FileChange> file_edit(const sdk::Call& call, const FileEditArguments& arguments) {
    return in_turn(call, [&] { return edit_file(call, arguments); });
  }

  sdk::Answer<ProcessLsResult> process_ls(const sdk::Call&, const ProcessLsArguments& arguments) {
    return list_processes(node_.root, arguments);
  }

  sdk::Answer<DiskUsageResult> disk_usage(const sdk::Call& call,
                                          const DiskUsageArguments& arguments) {
    return system::disk_usage(call, node_.root, arguments);
  }

  sdk::Answer<SysctlGetResult> sysctl_get(const sdk::Call&, const SysctlGetArguments& arguments) {
    return system::sysctl_get(node_, arguments);
  }

  sdk::Answer<SysctlSetResult> sysctl_set(const sdk::Call& call,
                                          const SysctlSetArguments& arguments) {
    return in_turn(call, [&] { return system::sysctl_set(call, node_, arguments); });
  }

  sdk::Answer<Service> service_status(const sdk::Call& call, const ServiceName& arguments) {
    return system::service_status(call, node_, arguments);
  }

  sdk::Answer<Service> service_start(const sdk::Call& call, const ServiceStart& arguments) {
    return change_service(call, node_, ServiceAction::Start, arguments.name, arguments.settle_ms);
  }

  sdk::Answer<Service> service_stop(const sdk::Call& call, const ServiceName& arguments) {
    return change_service(call, node_, ServiceAction::Stop, arguments.name);
  }

  sdk::Answer<Service> service_restart(const sdk::Call& call, const ServiceStart& arguments) {
    return change_service(call, node_, ServiceAction::Restart, arguments.name, arguments.settle_ms);
  }

  sdk::Answer<Service> service_reload(const sdk::Call& call, const ServiceName& arguments) {
    return change_service(call, node_, ServiceAction::Reload, arguments.name);
  }

  sdk::Answer<Service> service_enable(const sdk::Call& call, const ServiceName& arguments) {
    return change_service(call, node_, ServiceAction::Enable, arguments.name);
  }

  sdk::Answer<Service> service_disable(const sdk::Call& call, const ServiceName& arguments) {
    return change_service(call, node_, ServiceAction::Disable, arguments.name);
  }

  sdk::Answer<TimerLsResult> timer_ls(const sdk::Call& call, const sdk::Nothing&) {
    return list_timers(call, node_);
  }

  sdk::Answer<TimerChange> timer_present(const sdk::Call& call,
                                         const TimerPresentArguments& arguments) {
    return in_turn(call, [&] { return make_timer(call, node_, arguments); });
  }

  sdk::Answer<TimerChange> timer_absent(const sdk::Call& call,
                                        const TimerAbsentArguments& arguments) {
    return in_turn(call, [&] { return remove_timer(call, node_, arguments); });
  }

  sdk::Answer<PackageStatusResult> package_status(const sdk::Call& call,
                                                  const PackageStatusArguments& arguments) {
    return system::package_status(call, node_, arguments);
  }

  sdk::Answer<PackageChanges> package_install(const sdk::Call& call,
                                              const PackageInstallArguments& arguments) {
    return change_packages(call, node_,
                           {PackageRequest::Action::Install, arguments.names, arguments.also_remove,
                            false, arguments.recommended, arguments.lock_seconds},
                           arguments.update);
  }

  sdk::Answer<PackageChanges> package_remove(const sdk::Call& call,
                                             const PackageRemoveArguments& arguments) {
    return change_packages(call, node_,
                           {PackageRequest::Action::Remove, arguments.names, arguments.also_remove,
                            arguments.purge, true, arguments.lock_seconds},
                           false);
  }

  sdk::Answer<PackageChanges> package_upgrade(const sdk::Call& call,
                                              const PackageUpgradeArguments& arguments) {
    return change_packages(
        call, node_,
        {PackageRequest::Action::Upgrade, arguments.names.value_or(std::vector<std::string>()),
         arguments.also_remove, false, true, arguments.lock_seconds},
        arguments.update);
  }

  sdk::Answer<UserLsResult> user_ls(const sdk::Call&, const UserLsArguments& arguments) {
    return list_users(node_, arguments);
  }

  sdk::Answer<UserChange> user_present(const sdk::Call& call,
                                       const UserPresentArguments& arguments) {
    return in_turn(call, [&] { return make_user(call, node_, arguments); });
  }

  sdk::Answer<UserChange> user_absent(const sdk::Call& call, const UserAbsentArguments& arguments) {
    return in_turn(call, [&] { return remove_user(call, node_, arguments); });
  }

  sdk::Answer<RebootResult> reboot(const sdk::Call& call, const RebootArguments& arguments) {
    return system::reboot(call, node_, host_.kv(), arguments);
  }

 private:
  static std::string without_slash(std::string root) {
    while (root.ends_with('/')) root.pop_back();
    return root;
  }

  template <class Change>
  std::invoke_result_t<Change> in_turn(const sdk::Call& call, const Change& change) {
    const auto turn = writing_.take(call);
    if (!turn) return tl::unexpected(turn.error());
    return change();
  }

  const sdk::Host host_;
  const Node node_;
  FactReader facts_{node_};
  Turns writing_;
};

}  // namespace muster::plugin::system

extern "C" const muster_entry* muster_plugin_entry_v1() {
  using namespace muster;
  return sdk::entry<plugin::system::Plugin, plugin::system::System>();
}
