#include <mutex>

#include "disk_usage.hpp"
#include "exec.hpp"
#include "facts.hpp"
#include "files.hpp"
#include "process_list.hpp"
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

  sdk::Answer<File> file_stat(const sdk::Call&, const FileStatArguments& arguments) {
    return stat_file(arguments);
  }

  sdk::Answer<FileGetResult> file_get(const sdk::Call& call, const FileGetArguments& arguments) {
    return get_file(call, arguments);
  }

  sdk::Answer<FileChange> file_put(const sdk::Call& call, const FilePutArguments& arguments) {
    const std::lock_guard lock(writing_);
    return put_file(call, arguments);
  }

  sdk::Answer<FileChange> file_edit(const sdk::Call& call, const FileEditArguments& arguments) {
    const std::lock_guard lock(writing_);
    return edit_file(call, arguments);
  }

  sdk::Answer<ProcessLsResult> process_ls(const sdk::Call&, const ProcessLsArguments& arguments) {
    return list_processes(root_, arguments);
  }

  sdk::Answer<DiskUsageResult> disk_usage(const sdk::Call& call,
                                          const DiskUsageArguments& arguments) {
    return system::disk_usage(call, root_, arguments);
  }

 private:
  const std::string root_;
  // Held from the look at what is to the last write, or two edits of one file would lose one.
  std::mutex writing_;
};

}  // namespace muster::plugin::system

extern "C" const muster_entry* muster_plugin_entry_v1() {
  using namespace muster;
  return sdk::entry<plugin::system::Plugin, plugin::system::System>();
}
