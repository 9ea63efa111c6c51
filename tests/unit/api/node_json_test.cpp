#include "node_json.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace muster;
using controller::json_from_node;
using controller::kMaxNodeValueDepth;
using nlohmann::json;

namespace {

Bytes nested_arrays(std::size_t depth) {
  Bytes bytes(depth, 0x91);  // an array of one
  bytes.push_back(0xc0);     // that holds null
  return bytes;
}

Bytes nested_maps(std::size_t depth) {
  Bytes bytes;
  for (std::size_t i = 0; i < depth; ++i) bytes.insert(bytes.end(), {0x81, 0xa1, 'k'});
  bytes.push_back(0xc0);
  return bytes;
}

}  // namespace

TEST_CASE("a node's value comes through as it was sent", "[unit][api]") {
  const json value{{"a", 1}, {"b", {true, nullptr, 2.5}}, {"c", {{"d", "text"}}}};
  CHECK(json_from_node(json::to_msgpack(value)) == value);
}

TEST_CASE("a node's value may be nested to the limit and no further", "[unit][api]") {
  const auto nested = GENERATE(&nested_arrays, &nested_maps);
  CHECK_FALSE(json_from_node(nested(kMaxNodeValueDepth)).is_null());
  CHECK(json_from_node(nested(kMaxNodeValueDepth + 1)).is_null());
}

TEST_CASE("a value nested a million levels deep costs no stack", "[unit][api]") {
  CHECK(json_from_node(nested_arrays(1'000'000)).is_null());
  CHECK(json_from_node(nested_maps(1'000'000)).is_null());
}

TEST_CASE("bytes that are no single msgpack value are nothing", "[unit][api]") {
  for (const Bytes& bytes : {Bytes{}, Bytes{0xc1}, Bytes{0x91}, Bytes{0xc0, 0xc0},
                             Bytes{0xdd, 0xff, 0xff, 0xff, 0xff},        // claims 2^32 items
                             Bytes{0xdf, 0xff, 0xff, 0xff, 0xff, 0xa0},  // claims 2^32 pairs
                             Bytes{0xdb, 0xff, 0xff, 0xff, 0xff, 'x'},   // claims 4 GiB of text
                             Bytes{0x81, 0x01, 0x01}}) {                 // a key that is no text
    CHECK(json_from_node(bytes).is_null());
  }
}
