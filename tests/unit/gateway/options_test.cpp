#include "options.hpp"

#include <array>
#include <string>

#include "catch.hpp"

using namespace muster;

namespace {

Result<std::optional<gateway::Options>> parse(std::string listen) {
  std::array<std::string, 7> words{"muster-gateway", "--state",        "s", "--controller", "c",
                                   "--listen",       std::move(listen)};
  std::array<char*, 7> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  return gateway::parse_options(static_cast<int>(arguments.size()), arguments.data());
}

}  // namespace

TEST_CASE("the gateway listens where it was told or not at all", "[unit][gateway]") {
  CHECK(parse("127.0.0.1:0").value()->listen.port == 0);
  CHECK(parse("[::]:8421").value()->listen.text() == "[::]:8421");
  const auto* const wrong = GENERATE("127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1:80x", "foo");
  const auto refused = parse(wrong);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "--listen: '" + std::string(wrong) + "' is not ADDR:PORT, for example 127.0.0.1:8421");
}
