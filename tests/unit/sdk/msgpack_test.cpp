#include <limits>
#include <muster/sdk/msgpack.hpp>
#include <muster/sdk/typed.hpp>
#include <nlohmann/json.hpp>
#include <random>

#include "catch.hpp"

using namespace muster;
using nlohmann::json;
using sdk::ErrorCode;
using sdk::Reader;
using sdk::Writer;

namespace {

std::string pack(const json& value) {
  const auto bytes = json::to_msgpack(value);
  return {bytes.begin(), bytes.end()};
}

struct Inner {
  std::int64_t port = 0;
  template <class Self, class Field>
  static void visit(Self& self, Field&& field) {
    field("port", self.port, true);
  }
};

struct Outer {
  std::vector<Inner> peers{};
  std::optional<std::string> name;
  std::map<std::string, double> weights{};
  sdk::Raw open;
  bool on{true};
  template <class Self, class Field>
  static void visit(Self& self, Field&& field) {
    field("peers", self.peers, true);
    field("name", self.name, false);
    field("weights", self.weights, false);
    field("open", self.open, false);
    field("on", self.on, false);
  }
};

}  // namespace

TEST_CASE("integers are written in their shortest form and read back", "[unit][sdk]") {
  const std::int64_t value = GENERATE(
      std::int64_t{0}, std::int64_t{127}, std::int64_t{128}, std::int64_t{255}, std::int64_t{256},
      std::int64_t{65535}, std::int64_t{65536}, std::int64_t{4294967295}, std::int64_t{4294967296},
      INT64_MAX, std::int64_t{-1}, std::int64_t{-32}, std::int64_t{-33}, std::int64_t{-128},
      std::int64_t{-129}, std::int64_t{-32768}, std::int64_t{-32769}, std::int64_t{-2147483648},
      std::int64_t{-2147483649}, INT64_MIN);
  Writer out;
  out.integer(value);
  CHECK(out.bytes() == pack(value));
  CHECK(Reader(out.bytes()).read_int() == value);
}

TEST_CASE("an integer that does not fit is an error", "[unit][sdk]") {
  CHECK(Reader(pack(UINT64_MAX)).read_int().error().code == ErrorCode::InvalidArgument);
}

TEST_CASE("a float without a fraction is an integer", "[unit][sdk]") {
  CHECK(Reader(pack(1.0)).read_int() == 1);
  CHECK(Reader(std::string("\xca\xc0\x00\x00\x00", 5)).read_int() == -2);
  CHECK(Reader(pack(-9223372036854775808.0)).read_int() == INT64_MIN);
  const double none =
      GENERATE(1.5, 9223372036854775808.0, -1e19, 1e99, std::numeric_limits<double>::infinity(),
               std::numeric_limits<double>::quiet_NaN());
  CHECK(Reader(pack(none)).read_int().error().code == ErrorCode::InvalidArgument);
  const auto peers = sdk::decoded<Outer>(pack({{"peers", {{{"port", 80.0}}}}}));
  CHECK(peers.value().peers.front().port == 80);
}

TEST_CASE("strings, bytes and containers of every size are written and read", "[unit][sdk]") {
  const std::size_t size = GENERATE(0U, 1U, 15U, 16U, 31U, 32U, 255U, 256U, 65535U, 65536U);
  const std::string text(size, 'x');
  Writer out;
  out.string(text);
  CHECK(out.bytes() == pack(text));
  CHECK(Reader(out.bytes()).read_string() == text);

  Writer binary;
  binary.binary(text);
  CHECK(binary.bytes() == pack(json::binary({text.begin(), text.end()})));
  CHECK(Reader(binary.bytes()).read_binary() == text);

  Writer array;
  array.array(size);
  for (std::size_t i = 0; i < size; ++i) array.nil();
  CHECK(array.bytes() == pack(std::vector<json>(size)));
  CHECK(Reader(array.bytes()).read_array() == size);
  CHECK(Reader(array.bytes()).read_any() == array.bytes());

  Writer map;
  map.map(size);
  CHECK(Reader(map.bytes()).read_map() == size);
}

TEST_CASE("doubles, floats and integers are numbers", "[unit][sdk]") {
  CHECK(Reader(pack(2.5)).read_double() == 2.5);
  CHECK(Reader(std::string("\xca\x3f\xc0\x00\x00", 5)).read_double() == 1.5);
  CHECK(Reader(pack(7)).read_double() == 7.0);
  CHECK(Reader(pack("7")).read_double().error().code == ErrorCode::InvalidArgument);
}

TEST_CASE("a value of another type says what was wanted", "[unit][sdk]") {
  CHECK(Reader(pack("x")).read_int().error().message == "is not an integer");
  CHECK(Reader(pack(1)).read_string().error().message == "is not a string");
  CHECK(Reader(pack(1)).read_bool().error().message == "is not true or false");
  CHECK(Reader(pack(1)).read_map().error().message == "is not an object");
  CHECK(Reader(pack(1)).read_array().error().message == "is not an array");
}

TEST_CASE("nesting beyond the limit is corrupt, up to it is not", "[unit][sdk]") {
  const auto nested = [](int depth) { return std::string(depth - 1, '\x91') + '\xc0'; };
  CHECK(Reader(nested(sdk::kMaxPayloadDepth)).read_any());
  CHECK(Reader(nested(sdk::kMaxPayloadDepth + 1)).read_any().error().code == ErrorCode::Corrupt);
}

TEST_CASE("every cut of a payload is corrupt", "[unit][sdk]") {
  const auto whole =
      pack({{"peers", {{{"port", 70000}}}}, {"name", "abc"}, {"weights", {{"a", 1.5}}}});
  REQUIRE(sdk::decoded<Outer>(whole));
  for (std::size_t size = 1; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(sdk::decoded<Outer>(std::string_view(whole).substr(0, size)).error().code ==
          ErrorCode::Corrupt);
  }
  CHECK(sdk::decoded<Outer>(whole + "\xc0").error().code == ErrorCode::Corrupt);
}

TEST_CASE("random bytes are an error or a value, and nothing worse", "[unit][sdk]") {
  std::mt19937 random(42);  // NOLINT(cert-msc51-cpp): the same bytes each time
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    (void)sdk::decoded<Outer>("\x81\xa5peers" + bytes);
    (void)Reader(bytes).read_any();
  }
}

TEST_CASE("a struct is written and read back", "[unit][sdk]") {
  const json value = {{"peers", {{{"port", 1}}, {{"port", 2}}}},
                      {"name", "n"},
                      {"weights", {{"a", 0.5}}},
                      {"open", {{"any", {1, "two", nullptr}}}},
                      {"on", false}};
  const auto read = sdk::decoded<Outer>(pack(value));
  REQUIRE(read);
  CHECK(read->peers[1].port == 2);
  CHECK(json::from_msgpack(sdk::encoded(*read)) == value);
}

TEST_CASE("what is not there keeps its default or stays away", "[unit][sdk]") {
  const auto read = sdk::decoded<Outer>(pack({{"peers", json::array()}}));
  REQUIRE(read);
  CHECK(read->on);
  CHECK_FALSE(json::from_msgpack(sdk::encoded(*read)).contains("name"));
  CHECK(sdk::decoded<Outer>(pack({{"peers", json::array()}, {"name", nullptr}}))->name ==
        std::nullopt);
}

TEST_CASE("an error points to the value at fault", "[unit][sdk]") {
  CHECK(sdk::decoded<Outer>(pack({{"peers", {{{"port", 1}}, {{"port", "x"}}}}})).error().field ==
        "/peers/1/port");
  CHECK(sdk::decoded<Outer>(pack({{"peers", {json::object()}}})).error().field == "/peers/0/port");
  CHECK(sdk::decoded<Outer>(pack(json::object())).error().field == "/peers");
}

TEST_CASE("an empty payload is an object without members", "[unit][sdk]") {
  CHECK(sdk::decoded<sdk::Nothing>(""));
  CHECK(sdk::decoded<Outer>("").error().field == "/peers");
}
