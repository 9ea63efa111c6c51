// The header that is generated from a manifest with one of each type compiles and does what it
// says.
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "every_type.hpp.expected"

using namespace muster;
using nlohmann::json;
using plugin::every_type::ImagePullAllArguments;

namespace {

std::string pack(const json& value) {
  const auto bytes = json::to_msgpack(value);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a generated struct reads all that its schema allows", "[unit][sdk]") {
  const json value = {{"text", "t"},
                      {"whole", 7},
                      {"real", 1.5},
                      {"flag", false},
                      {"quoted", "q"},
                      {"count", 9},
                      {"round", 4},
                      {"choice", "two"},
                      {"list", {"a", "b"}},
                      {"table", {{"x", 1}}},
                      {"open", {{"anything", nullptr}}},
                      {"either", 5},
                      {"nested", {{"port", 80}}},
                      {"peers", {{{"host", "h"}, {"next", {{"host", "n"}}}}}},
                      {"max-size", 3},
                      {"delete", true},
                      {"stdin", "s"}};
  const auto arguments = sdk::decoded<ImagePullAllArguments>(pack(value));
  REQUIRE(arguments);
  CHECK(arguments->nested.port == 80);
  CHECK(arguments->peers->front().host == "h");
  CHECK(arguments->delete_);
  CHECK(json::from_msgpack(sdk::encoded(*arguments)) == value);
}

TEST_CASE("members of a generated struct have the defaults of the manifest", "[unit][sdk]") {
  const ImagePullAllArguments arguments;
  CHECK(arguments.real == 0.5);
  CHECK(arguments.flag);
  CHECK(arguments.count == -3);
  CHECK(arguments.round == 2);
  CHECK(arguments.quoted == "a \"b\" ?? é");
  CHECK(plugin::every_type::Config().socket == "run.sock");
}
