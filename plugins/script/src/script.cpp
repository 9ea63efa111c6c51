/// The entry: one instance is one folder, whose manifest comes as configuration.
#include <muster/sdk/plugin.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "collectors.hpp"
#include "folder.hpp"
#include "run.hpp"
#include "script_plugin.hpp"

namespace muster::plugin::script {
namespace {

using nlohmann::json;

json value_of(std::string_view payload) {
  auto value = json::from_msgpack(payload, true, false);
  return value.is_discarded() ? json::object() : value;
}

/// Errors in the manifest are told where the host knows them: below /manifest.
sdk::Error below_manifest(sdk::Error error) {
  error.field = "/manifest" + error.field;
  return error;
}

}  // namespace

class Script {
 public:
  static sdk::Result<std::unique_ptr<Script>> create(const sdk::Host& host, Config config) {
    auto folder = Folder::read(std::move(config.folder), value_of(config.manifest.payload),
                               config.config ? value_of(config.config->payload) : json::object());
    if (!folder) return tl::unexpected(below_manifest(std::move(folder.error())));
    return std::unique_ptr<Script>(new Script(host, std::move(*folder)));
  }

  [[nodiscard]] std::vector<sdk::Operation> operations() {
    std::vector<sdk::Operation> all;
    for (const auto& [name, spec] : folder_.operations) {
      all.push_back(
          {name, [this, operation = &spec](const sdk::Call& call, std::string_view payload) {
             return start(*operation, call, payload);
           }});
    }
    return all;
  }

  sdk::Status activate() { return collectors_.start(), sdk::Status(); }
  void deactivate() { collectors_.stop(); }
  sdk::Status collect(const sdk::CollectSink& sink) { return sink(collectors_.text()); }

 private:
  Script(const sdk::Host& host, Folder folder)
      : log_(host.log()), folder_(std::move(folder)), collectors_(folder_, log_) {}

  sdk::Started start(const OperationSpec& operation, const sdk::Call& call,
                     std::string_view payload) {
    auto arguments = payload.empty() ? json::object() : json::from_msgpack(payload, true, false);
    if (!arguments.is_object()) {
      return sdk::fail(sdk::ErrorCode::InvalidArgument, "the arguments are no map");
    }
    return [this, &operation, call, arguments = std::move(arguments)] {
      run_operation(folder_, operation, log_, call, arguments);
    };
  }

  const sdk::Log log_;
  const Folder folder_;
  Collectors collectors_;
};

/// The kit's glue, with the operations of the folder in place of those of this library's manifest.
struct FolderPlugin {
  static constexpr std::string_view kId = Plugin::kId;
  using Config = script::Config;
  static std::vector<sdk::Operation> operations(Script& script) { return script.operations(); }
};

}  // namespace muster::plugin::script

extern "C" const muster_entry* muster_plugin_entry_v1() {
  using namespace muster;
  return sdk::entry<plugin::script::FolderPlugin, plugin::script::Script>();
}
