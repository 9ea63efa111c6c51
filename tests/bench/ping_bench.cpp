// From dispatch to result: an operation of risk read and a journaled one, next to the bare round
// trips and the disk writes that they consist of.
//
// usage: muster-bench-ping BIN PLUGINS DIRECTORY [CALLS]
#include <functional>

#include "baselines.hpp"
#include "played_controller.hpp"

using namespace muster;
using namespace muster::bench;

namespace {

constexpr std::size_t kBlock = 50;  // of round trips: short, so that a busy moment meets both alike

std::size_t measure(Baselines& bare, const std::function<CallTiming()>& call, std::size_t calls,
                    std::size_t block, Samples& samples) {
  std::size_t bytes = 0;
  for (std::size_t done = 0; done < calls; done += block) {
    for (std::size_t i = 0; i < block; ++i) {
      const auto timing = call();
      bytes = timing.task_frame;
      samples.add(timing.took);
    }
    for (std::size_t i = 0; i < block; ++i) bare.measure(bytes);
  }
  return bytes;
}

void ping(PlayedController& controller, Baselines& bare, std::size_t calls) {
  Samples samples;
  const auto bytes = measure(
      bare, [&] { return controller.call("system.ping", true); }, calls, kBlock, samples);
  const auto both = bare.zeromq.plus(bare.socketpair);
  std::printf("system.ping, %zu calls, TASK of %zu bytes\n", samples.size(), bytes);
  print_head();
  print_row("dispatch to result", samples);
  print_row("bare ZeroMQ CURVE round trip", bare.zeromq);
  print_row("bare socketpair round trip", bare.socketpair);
  print_row("bare, both", both);
  print_ratio("measured / bare", samples.p50() / both.p50(), samples.p99() / both.p99());
  print_ratio("target: at most", 2.5, 5);
}

void journaled(PlayedController& controller, Baselines& bare, std::size_t calls) {
  Samples samples;
  // One by one, because what a disk takes depends on what it did just before.
  const auto bytes = measure(
      bare, [&] { return controller.call("empty.change", false); }, calls, 1, samples);
  const auto both = bare.zeromq.plus(bare.socketpair);
  const auto two_writes = bare.fdatasync.plus(bare.fdatasync);
  std::printf("\nempty.change (journaled), %zu calls, TASK of %zu bytes\n", samples.size(), bytes);
  print_head();
  print_row("dispatch to result", samples);
  print_row("bare, both round trips", both);
  print_row("append and fdatasync", bare.fdatasync);
  print_row("target: at most", 2.5 * both.p50() + two_writes.p50(),
            5 * both.p99() + two_writes.p99());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) give_up("usage: muster-bench-ping BIN PLUGINS DIRECTORY [CALLS]");
  const std::filesystem::path directory = argv[3];
  const std::size_t calls = argc > 4 ? std::stoul(argv[4]) : 5000;
  Baselines with_ping(directory);  // before anything that has threads
  Baselines with_journal(directory);
  PlayedController controller({argv[1], argv[2]}, directory);
  controller.wait_for_plugin("system");
  controller.wait_for_plugin("empty");
  for (std::size_t i = 0; i < 100; ++i) controller.call("system.ping", true);
  ping(controller, with_ping, calls);
  journaled(controller, with_journal, std::max<std::size_t>(calls / 10, kBlock));
}
