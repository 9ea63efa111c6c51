#include "kv/kv_service.hpp"

#include <fstream>
#include <muster/core/log/capture.hpp>
#include <optional>
#include <thread>

#include "fake_clock.hpp"
#include "opened_store.hpp"

using namespace muster;
using namespace muster::agent;
using namespace muster::plugins;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

using Pairs = std::vector<std::string>;

std::string said(log::Capture& log) {
  std::string all;
  for (const auto& entry : log.entries()) all += log::format_line(entry, log::Format::Text);
  return all;
}

struct World {
  TempDir dir;
  FakeClock clock;
  log::Capture log;
  std::unique_ptr<run::EventLoop> loop = run::EventLoop::create(clock).value();
  std::optional<run::WorkerPool> workers{std::in_place, 2, 64};
  std::optional<KvService> service;

  World() { restart(); }
  void restart() {
    service.reset();
    workers.emplace(2, 64);  // what was accepted is done before the next agent begins
    service.emplace(*loop, *workers, log::Logger("test", log::Level::Warn, log.sink(), clock),
                    dir / "kv");
  }
  template <class DoneWhen>
  void run_until(const DoneWhen& done) {
    const auto patience = std::chrono::steady_clock::now() + 30s;
    while (!done()) {
      if (std::chrono::steady_clock::now() > patience) throw std::runtime_error("it never came");
      if (!loop->run_ready()) std::this_thread::yield();
    }
  }
  KvAnswer ask(const Kv& question, const std::string& instance = {},
               const std::string& plugin = "mock") {
    std::optional<KvAnswer> answer;
    service->ask(plugin, instance, question, [&](KvAnswer given) { answer = std::move(given); });
    CHECK_FALSE(answer);
    run_until([&] { return answer.has_value(); });
    return *answer;
  }
  void damage(const std::string& name) {
    service.reset();
    workers.emplace(2, 64);
    std::fstream file(dir / "kv" / name, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(5000);
    file << std::string(3000, 'x');
    file.close();
    restart();
  }
};

}  // namespace

TEST_CASE("two plugins and two instances of one do not see each other's values", "[unit][agent]") {
  World world;
  for (const auto& [plugin, instance] :
       {std::pair("mock", ""), {"mock", "a"}, {"mock", "b"}, {"other", ""}, {"other", "a"}}) {
    CHECK(world.ask(list(""), instance, plugin).entries.empty());
    const auto value = std::string(plugin) + "/" + instance;
    CHECK_FALSE(world.ask(set("k", value), instance, plugin).error);
    CHECK(pairs(world.ask(list(""), instance, plugin)) == Pairs{"k=" + value});
  }
  CHECK(pairs(world.ask(get("k"), "a")) == Pairs{"k=mock/a"});
}

TEST_CASE("values outlive the agent", "[unit][agent]") {
  World world;
  CHECK_FALSE(world.ask(set("k", "v")).error);
  world.restart();
  CHECK(pairs(world.ask(get("k"))) == Pairs{"k=v"});
}

TEST_CASE("an instance whose name is no file name gets nothing", "[unit][agent]") {
  World world;
  CHECK(world.ask(get("k"), "../x").error.value().code == ErrorCode::InvalidArgument);
  CHECK(world.ask(get("k"), std::string(65, 'x')).error.value().code == ErrorCode::InvalidArgument);
  CHECK_FALSE(std::filesystem::exists(world.dir / "kv"));
}

TEST_CASE("what is asked of one store is done in the order of asking", "[unit][agent]") {
  World world;
  std::vector<std::uint64_t> revisions;
  for (std::size_t i = 0; i < KvService::kMaxWaiting; ++i) {
    world.service->ask("mock", "", set("k", std::to_string(i)),
                       [&](const KvAnswer& answer) { revisions.push_back(answer.revision); });
  }
  CHECK(world.ask(get("k")).error.value().code == ErrorCode::ResourceExhausted);
  world.run_until([&] { return revisions.size() == KvService::kMaxWaiting; });
  CHECK(std::is_sorted(revisions.begin(), revisions.end()));
  CHECK(pairs(world.ask(get("k"))) == Pairs{"k=" + std::to_string(KvService::kMaxWaiting - 1)});
}

TEST_CASE("a damaged file is told once, logged and set aside, and the others go on",
          "[unit][agent]") {
  World world;
  CHECK_FALSE(world.ask(set("k", std::string(20'000, 'v'))).error);
  CHECK_FALSE(world.ask(set("k", "v"), "other").error);
  world.damage("mock.db");
  CHECK(world.ask(get("k")).error.value().code == ErrorCode::Corrupt);
  CHECK_THAT(said(world.log), Catch::Contains("mock.db.damaged"));
  CHECK(std::filesystem::file_size(world.dir / "kv" / "mock.db.damaged") > 8000);
  CHECK(world.ask(get("k")).error.value().code == ErrorCode::NotFound);
  CHECK_FALSE(world.ask(set("k", "new")).error);
  CHECK(pairs(world.ask(get("k"))) == Pairs{"k=new"});
  CHECK(pairs(world.ask(get("k"), "other")) == Pairs{"k=v"});
}

TEST_CASE("a folder that cannot be made is an error that says so, and is tried again",
          "[unit][agent]") {
  World world;
  std::ofstream(world.dir / "kv") << "in the way";
  CHECK(world.ask(set("k", "v")).error);
  CHECK_THAT(said(world.log), Catch::Contains("cannot be used"));
  std::filesystem::remove(world.dir / "kv");
  CHECK_FALSE(world.ask(set("k", "v")).error);
}

TEST_CASE("an answer for a service that is gone goes nowhere", "[unit][agent]") {
  World world;
  bool answered = false;
  world.service->ask("mock", "", set("k", "v"), [&](const KvAnswer&) { answered = true; });
  world.restart();
  while (world.loop->run_ready()) {
  }
  CHECK_FALSE(answered);
  CHECK(pairs(world.ask(get("k"))) == Pairs{"k=v"});
}
