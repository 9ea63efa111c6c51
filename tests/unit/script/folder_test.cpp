#include "folder.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <muster/core/base/files.hpp>
#include <muster/core/config/manifest.hpp>
#include <muster/core/config/yaml.hpp>

#include "catch.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::plugin::script;
using nlohmann::json;

namespace {

struct Place {
  test::TempDir dir;
  json manifest = json::parse(R"({
    "operations": {
      "f.check": {"doc": "C.", "risk": "read", "protocol": "nagios", "run": ["./run", "{{n}}"],
                  "arguments": {"type": "object", "properties": {"n": {"type": "integer", "default": 3}}}},
      "f.do": {"doc": "D.", "run": ["./run"]}},
    "collectors": {"c": {"every": "1m", "run": ["./run"]}}})");

  Place() {
    for (const auto* name : {"run", "plugin.yaml"}) {
      std::ofstream(dir / name) << "#!/bin/sh\n";
      ::chmod((dir / name).c_str(), 0755);
    }
    ::chmod(dir.path().c_str(), 0755);
  }
  sdk::Result<Folder> read(const json& config = json::object()) const {
    return Folder::read(dir.path(), manifest, config);
  }
};

}  // namespace

TEST_CASE("a folder's manifest is read whole", "[unit][script]") {
  Place place;
  place.manifest["limits"] = {{"memory_mb", 2}};
  place.manifest["collectors"]["o"] = {
      {"every", "1.5m"}, {"timeout", "60s"}, {"operation", "f.check"}};
  const auto folder = place.read();
  REQUIRE(folder);
  CHECK(folder->max_memory_bytes == 2'097'152);
  CHECK(folder->operations.at("f.check").protocol == Protocol::Nagios);
  CHECK(folder->operations.at("f.check").reads);
  CHECK(folder->operations.at("f.do").protocol == Protocol::Json);
  CHECK_FALSE(folder->operations.at("f.do").reads);
  REQUIRE(folder->collectors.size() == 2);
  CHECK(folder->collectors[0].protocol == Protocol::Influx);
  CHECK(folder->collectors[0].timeout == kDefaultTimeout);
  CHECK(folder->collectors[1].protocol == Protocol::Nagios);
  CHECK(folder->collectors[1].every == std::chrono::seconds(90));
  CHECK(folder->collectors[1].arguments == json{{"n", 3}});
}

TEST_CASE("what would never work is refused with its place in the manifest", "[unit][script]") {
  using Row = std::tuple<std::string, json, std::string, std::string>;
  const auto [pointer, value, field, why] = GENERATE(
      Row{"/operations/f.do", {{"doc", "D."}}, "/operations/f.do", "has no run"},
      Row{"/operations/f.do/protocol", "influx", "/operations/f.do/protocol", "json or nagios"},
      Row{"/operations/f.do/run/0", "./none", "/operations/f.do/run/0", "there is no"},
      Row{"/operations/f.check/check", true, "/operations/f.check/check", "only protocol json"},
      Row{"/collectors/a-b", {{"every", "1m"}}, "/collectors/a-b", "must be named"},
      Row{"/collectors/c/every", "999ms", "/collectors/c/every", "1s or longer"},
      Row{"/collectors/c/timeout", "61s", "/collectors/c/timeout", "60s or shorter"},
      Row{"/collectors/c/timeout", "0s", "/collectors/c/timeout", "no such time"},
      Row{"/collectors/c/protocol", "json", "/collectors/c/protocol", "influx or nagios"},
      Row{"/collectors/c/arguments",
          {{"n", 1}},
          "/collectors/c/arguments",
          "those of an operation"},
      Row{"/collectors/c/operation", "f.check", "/collectors/c/run", "leave it out"},
      Row{"/collectors/d",
          {{"every", "1m"}, {"operation", "f.x"}},
          "/collectors/d/operation",
          "one of this manifest's"},
      Row{"/collectors/d",
          {{"every", "1m"}, {"operation", "f.do"}},
          "/collectors/d/operation",
          "of risk read"},
      Row{"/collectors/d",
          {{"every", "1m"}, {"operation", "f.check"}, {"arguments", {{"n", "-x"}}}},
          "/collectors/d/arguments",
          "begins with -"});
  CAPTURE(pointer, value.dump());
  Place place;
  place.manifest[json::json_pointer(pointer)] = value;
  const auto folder = place.read();
  REQUIRE_FALSE(folder);
  CHECK(folder.error().code == sdk::ErrorCode::InvalidArgument);
  CHECK(folder.error().field == field);
  CHECK_THAT(folder.error().message, Catch::Contains(why));
}

TEST_CASE("a folder has at most 32 collectors", "[unit][script]") {
  Place place;
  for (std::size_t i = 1; i < kMaxCollectors; ++i) {
    place.manifest["collectors"]["c" + std::to_string(i)] = place.manifest["collectors"]["c"];
  }
  CHECK(place.read());
  place.manifest["collectors"]["more"] = place.manifest["collectors"]["c"];
  CHECK(place.read().error().message == "has more than 32");
}

TEST_CASE("a folder or a manifest that others can change is refused", "[unit][script]") {
  const auto* name = GENERATE("", "plugin.yaml");
  const Place place;
  ::chmod((place.dir / name).c_str(), 0777);
  const auto folder = place.read();
  REQUIRE_FALSE(folder);
  CHECK_THAT(folder.error().message, Catch::Contains("can be changed by others"));
}

TEST_CASE("the examples are good", "[unit][script]") {
  const std::string name = GENERATE("disk", "health", "hello");
  const auto path = std::string(EXAMPLES) + "/" + name;
  const test::TempDir dir;
  std::filesystem::copy(path, dir / name);
  for (const auto& entry : std::filesystem::directory_iterator(dir / name)) {
    std::filesystem::permissions(entry, std::filesystem::perms(0022),
                                 std::filesystem::perm_options::remove);
  }
  ::chmod((dir / name).c_str(), 0755);
  auto document = config::parse_yaml(read_file(path + "/plugin.yaml").value(), name).value();
  document["abi"] = {{"major", 1}};
  const auto manifest = config::parse_manifest(document);
  REQUIRE(manifest);
  json config = json::object();
  manifest->config_schema.fill_defaults(config);
  CHECK(Folder::read((dir / name).string(), document, config));
}
