// How long a selector takes over a whole fleet, beside one walk over the fleet that looks a label
// up.
//
//   muster-bench-selector [NODES]
#include <cstdlib>
#include <muster/core/base/clock.hpp>
#include <string>

#include "fleet/node_registry.hpp"
#include "samples.hpp"

namespace {

using namespace muster;
using controller::NodeRegistry;
using controller::UnixMs;

constexpr int kRounds = 50;
constexpr UnixMs kNow = 1'800'000'000'000;

void fill(NodeRegistry& nodes, int count) {
  for (int i = 0; i < count; ++i) {
    controller::NodeRecord record;
    record.id = NodeId::random();
    record.name = "web-" + std::to_string(100'000 + i) + ".dc" + std::to_string(i % 3);
    for (std::size_t byte = 0; byte < 4; ++byte) {
      record.transport_key.at(byte) = static_cast<std::uint8_t>(i >> (8 * byte));
    }
    record.labels = {{"role", i % 3 == 0 ? "db" : "web"}, {"team", "t" + std::to_string(i % 40)}};
    record.facts = {{"os.id", "debian"},
                    {"os.version", std::to_string(10 + i % 4)},
                    {"os.pretty", "Debian GNU/Linux 12 (bookworm)"},
                    {"kernel.release", "6.1.0-" + std::to_string(i % 30) + "-amd64"},
                    {"cpu.count", std::to_string(1 + i % 64)},
                    {"mem.total_bytes", std::to_string(std::int64_t{i} << 20U)},
                    {"net.addresses", "10." + std::to_string(i % 200) + ".1.2,fe80::1"}};
    nodes.add(std::move(record)).facts_told = kNow;
  }
}

std::string list_of_names() {
  std::string text = "node in (web-100001.dc1";
  for (int i = 0; i < 500; ++i) text += ",web-" + std::to_string(100'000 + 17 * i) + ".dc1";
  return text + ")";
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 10'000;
  if (count <= 0) bench::give_up("NODES is a whole number above 0");
  NodeRegistry nodes;
  fill(nodes, count);
  std::printf("%d nodes with 2 labels and 7 facts each, %d rounds\n", count, kRounds);
  bench::print_head();
  bench::Samples bare;
  std::size_t found = 0;
  for (int i = 0; i < kRounds; ++i) {
    bare.add(bench::time_of([&] {
      for (const auto& [name, node] : nodes.by_name()) found += node->record.labels.count("role");
    }));
  }
  if (found == 0) bench::give_up("the fleet is empty");
  bench::print_row("a walk that looks one label up", bare);
  for (const auto& text :
       {std::string("all"), std::string("role=web"), std::string("node:web-[100000-105000].*"),
        std::string("role=web and os.version>=12 and not team in (t1, t2, t3)"),
        std::string("mem.total_bytes>=8GiB or cpu.count>32"), std::string("cidr(10.0.0.0/9)"),
        std::string("os.pretty=~\"^Debian.*bookworm\""), list_of_names()}) {
    const auto selector = bench::must(selector::Selector::parse(text), text);
    bench::Samples samples;
    for (int i = 0; i < kRounds; ++i) {
      samples.add(bench::time_of([&] {
        found += nodes.select(selector, {kNow, nullptr}, [] { return true; })->matched.size();
      }));
    }
    bench::print_row(text.size() > 42 ? text.substr(0, 39) + "..." : text, samples);
  }
  return 0;
}
