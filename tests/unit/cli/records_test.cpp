#include <cli/records.hpp>

#include "catch.hpp"

using namespace muster::cli;
using nlohmann::json;

namespace {

std::string packed(const json& value) {
  const auto bytes = json::to_msgpack(value);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("records that come in parts are taken when they are whole", "[unit][cli]") {
  const json one{{"user", "ann"}, {"tries", 3}};
  const json two{{"user", "bob"}};
  const auto bytes = packed(one) + packed(two);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    auto pending = bytes.substr(0, cut);
    auto records = take_records(pending);
    pending += bytes.substr(cut);
    for (auto& record : take_records(pending)) records.push_back(std::move(record));
    CHECK(records == std::vector<json>{one, two});
    CHECK(pending.empty());
  }
}

TEST_CASE("what is no record is left alone, and not kept for ever", "[unit][cli]") {
  auto pending = packed(json{{"a", 1}}) + "\x01";
  CHECK(take_records(pending).size() == 1);
  CHECK(pending == "\x01");
  pending += std::string(64U << 10U, '\x01');
  CHECK(take_records(pending).empty());
  CHECK(pending.empty());
}

TEST_CASE("a record that is nested too deep takes nobody's stack", "[unit][cli]") {
  auto pending = "\x81\xA1x" + std::string(60'000, '\x91') + "\x01";
  CHECK(take_records(pending).empty());
}

TEST_CASE("a record's line keeps to itself what could take a terminal over", "[unit][cli]") {
  CHECK(record_line({{"a", "\x1b[2J\n\xC2\x9B"}, {"b", 1}}) == R"({"a":"\u001b[2J\n?","b":1})");
}
