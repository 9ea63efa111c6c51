#include <muster/core/base/files.hpp>
#include <muster/core/log/capture.hpp>

#include "catch.hpp"
#include "fake_clock.hpp"
#include "host/plugin_supervisor.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::agent;

namespace {

/// A folder with the mock, and one for configurations.
struct Node {
  test::TempDir plugins;
  test::TempDir configs;
  test::FakeClock clock;
  log::Capture log;
  std::unique_ptr<run::EventLoop> loop = run::EventLoop::create(clock).value();

  Node() { std::filesystem::copy_file(MOCK_PLUGIN, plugins / "mock.so"); }

  auto load(const std::filesystem::path& config_directory) {
    SupervisorOptions options;
    options.plugin_directory = plugins.path();
    options.config_directory = config_directory;
    return PluginSupervisor::create(*loop, log::Logger("test", log::Level::Warn, log.sink(), clock),
                                    std::move(options));
  }
};

}  // namespace

TEST_CASE("a folder of configurations that is not there is refused", "[integration][agent]") {
  Node node;
  REQUIRE(write_file_atomic(node.configs / "file", as_bytes("text")));
  const auto none = node.configs / GENERATE("nope", "file");
  const auto loaded = node.load(none);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == ErrorCode::NotFound);
  CHECK_THAT(
      loaded.error().message,
      Catch::StartsWith("cannot read the folder of the plugins' configurations " + none.string()));
}

TEST_CASE("to name no folder of configurations is fine", "[integration][agent]") {
  Node node;
  CHECK(node.load({}));
  CHECK(node.log.entries().empty());
}

TEST_CASE("a configuration of no plugin is warned of", "[integration][agent]") {
  Node node;
  for (const auto* name : {"mock.yaml", "moc.yaml", "mock.yml", "README"})
    REQUIRE(write_file_atomic(node.configs / name, as_bytes("")));
  REQUIRE(node.load(node.configs.path()));
  const auto said = node.log.entries();
  REQUIRE(said.size() == 2);
  CHECK(said[0].sentence == "there is no plugin for this configuration, ignoring");
  CHECK(said[0].field("file") == (node.configs / "moc.yaml").string());
  CHECK(said[1].field("file") == (node.configs / "mock.yml").string());
}
