#include <muster/ext/kv.h>

#include <functional>
#include <stdexcept>
#include <thread>

#include "catch.hpp"
#include "played_tools.hpp"

using namespace muster;
using nlohmann::json;
using test::CallOptions;
using test::PlayedNode;
using test::write;

namespace {

/// muster.kv/1 in memory, without revisions and times.
struct Values {
  std::mutex mutex;
  std::map<std::string, std::string> all;
  muster_status refuse_set = MUSTER_OK;
  muster_kv_v1 table{sizeof(muster_kv_v1), 0, this, &get, nullptr, &set, nullptr, &remove};

  static Values& of(const muster_kv_v1* kv) { return *static_cast<Values*>(kv->ctx); }
  static std::string text(muster_str view) { return {view.p, static_cast<std::size_t>(view.n)}; }

  static muster_status get(const muster_kv_v1* kv, muster_str key, const muster_kv_sink* sink) {
    const std::lock_guard lock(of(kv).mutex);
    const auto found = of(kv).all.find(text(key));
    if (found == of(kv).all.end()) return MUSTER_NOT_FOUND;
    const auto& value = found->second;
    sink->put(sink, key, {reinterpret_cast<const std::uint8_t*>(value.data()), value.size()}, 1);
    return MUSTER_OK;
  }
  static muster_status set(const muster_kv_v1* kv, muster_str key, muster_bytes value,
                           std::uint64_t) {
    const std::lock_guard lock(of(kv).mutex);
    if (of(kv).refuse_set != MUSTER_OK) return of(kv).refuse_set;
    of(kv).all[text(key)] =
        std::string(reinterpret_cast<const char*>(value.p), static_cast<std::size_t>(value.n));
    return MUSTER_OK;
  }
  static muster_status remove(const muster_kv_v1* kv, muster_str key) {
    const std::lock_guard lock(of(kv).mutex);
    return of(kv).all.erase(text(key)) == 1 ? MUSTER_OK : MUSTER_NOT_FOUND;
  }
};

struct System : test::PluginDriver {
  System(const PlayedNode& node, Values* values) : PluginDriver(SYSTEM_PLUGIN, "system") {
    if (values != nullptr) give(MUSTER_SERVICE_KV_1, &values->table);
    bring_up(node.config());
  }
};

struct Node : PlayedNode {
  Node() {
    play_systemctl();
    std::filesystem::create_directories(root() / "proc/sys/kernel/random");
    starts("first");
  }
  void starts(const std::string& id) const {
    write(root() / "proc/sys/kernel/random/boot_id", id + "\n");
  }
};

const json kNothing = json::object();

CallOptions within(std::chrono::milliseconds time, const std::string& key = "task") {
  CallOptions options;
  options.deadline = time;
  options.idempotency_key = key;
  return options;
}

void wait_until(const std::string& what, const std::function<bool()>& is_so) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("waited for " + what);
    std::this_thread::yield();
  }
}

/// What becomes of a call whose time is up once the node was asked to reboot.
test::CallRecord asked_for(System& system, const Node& node) {
  const auto call = system.start("system.reboot", kNothing, within(std::chrono::seconds(60)));
  REQUIRE(call != 0);
  wait_until("the reboot to be asked for", [&] { return !node.log().empty(); });
  system.cancel(call, MUSTER_CANCEL_DEADLINE);
  return system.wait(call);
}

}  // namespace

TEST_CASE("a reboot is asked for, and done when the node has another boot id",
          "[contract][system]") {
  Node node;
  Values values;
  {
    System system(node, &values);
    const auto record = asked_for(system, node);
    CHECK(record.outcome == MUSTER_OUTCOME_INDETERMINATE);
    CHECK(record.error_message ==
          "the reboot was asked for and the node did not go down in time; it may yet");
    CHECK(node.log() == "reboot\n");
    CHECK(values.all == std::map<std::string, std::string>{{"reboot/task", "first"}});
  }
  node.starts("second");
  System system(node, &values);
  const auto record = system.run("system.reboot", kNothing, within(std::chrono::seconds(30)));
  CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(record.result ==
        json{{"boot_id", "second"}, {"boot_id_before", "first"}, {"systemd", "running"}});
  CHECK(node.log() == "reboot\n");
  CHECK(values.all.empty());
}

/// A node that has started again, and is asked about it.
struct BackAgain {
  Node node;
  Values values;
  BackAgain() {
    values.all["reboot/task"] = "zeroth";
    node.play("probe", R"(echo tried >> "$S/tries"; echo not yet >&2; [ -e "$S/passes" ])");
  }
  /// Until it was tried so often; then its time is up.
  test::CallRecord out_of_time(const json& arguments, std::size_t tries) {
    System system(node, &values);
    const auto call = system.start("system.reboot", arguments, within(std::chrono::seconds(60)));
    const auto all = tries * std::string("tried\n").size();
    wait_until("the tries", [&] { return test::read(node.state() / "tries").size() >= all; });
    system.cancel(call, MUSTER_CANCEL_DEADLINE);
    return system.wait(call);
  }
};

TEST_CASE("a reboot is over when systemd has finished its start", "[contract][system]") {
  BackAgain back;
  SECTION("though units failed") {
    write(back.node.state() / "system", "degraded\n");
    System system(back.node, &back.values);
    const auto record = system.run("system.reboot", kNothing, within(std::chrono::seconds(30)));
    CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
    CHECK(record.result.at("systemd") == "degraded");
  }
  SECTION("and not before") {
    write(back.node.state() / "system", "starting\n");
    const auto record = back.out_of_time(kNothing, 2);
    CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
    CHECK(record.error_message == "the node has started again, and systemd is still starting");
  }
  CHECK(back.node.log().empty());
  CHECK(back.values.all.empty());
}

TEST_CASE("a reboot is over when its check passes", "[contract][system]") {
  BackAgain back;
  const json arguments{{"check", {"probe"}}};
  SECTION("it passes") {
    write(back.node.state() / "passes", "");
    System system(back.node, &back.values);
    const auto record = system.run("system.reboot", arguments, within(std::chrono::seconds(30)));
    CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
    CHECK(record.result == json{{"boot_id", "first"}, {"boot_id_before", "zeroth"}});
  }
  SECTION("it never does") {
    const auto record = back.out_of_time(arguments, 2);
    CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
    CHECK(record.error_message ==
          "the node has started again, and the check does not pass (exit code 1): not yet");
  }
  CHECK(back.node.log().empty());
  CHECK(back.values.all.empty());
}

TEST_CASE("another task's reboot is not this one's", "[contract][system]") {
  Node node;
  Values values;
  values.all["reboot/other"] = "zeroth";
  System system(node, &values);
  CHECK(asked_for(system, node).outcome == MUSTER_OUTCOME_INDETERMINATE);
  CHECK(node.log() == "reboot\n");
}

TEST_CASE("a second attempt under the same boot id asks again", "[contract][system]") {
  Node node;
  Values values;
  values.all["reboot/task"] = "first";
  System system(node, &values);
  CHECK(asked_for(system, node).outcome == MUSTER_OUTCOME_INDETERMINATE);
  CHECK(node.log() == "reboot\n");
}

TEST_CASE("a reboot in check mode, and one that is not needed, do nothing", "[contract][system]") {
  Node node;
  Values values;
  System system(node, &values);
  CallOptions check;
  check.flags = MUSTER_REQUEST_CHECK;
  CHECK(system.run("system.reboot", kNothing, check).outcome == MUSTER_OUTCOME_CHANGED);
  const json if_needed{{"if_needed", true}};
  CHECK(system.run("system.reboot", if_needed).outcome == MUSTER_OUTCOME_OK);
  CHECK(system.run("system.reboot", if_needed, check).outcome == MUSTER_OUTCOME_OK);
  node.play("needs-restarting", "exit 1\n");
  CHECK(system.run("system.reboot", if_needed, check).outcome == MUSTER_OUTCOME_CHANGED);
  node.play("needs-restarting", "exit 0\n");
  write(node.root() / "run/reboot-required", "");
  CHECK(system.run("system.reboot", if_needed, check).outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(node.log().empty());
  CHECK(values.all.empty());
}

TEST_CASE("a reboot whose end nobody could tell is not begun", "[contract][system]") {
  Node node;
  Values values;
  const auto says = [&](Values* given) {
    System system(node, given);
    const auto record = system.run("system.reboot", kNothing, within(std::chrono::seconds(30)));
    CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
    CHECK(node.log().empty());
    return record.error_message;
  };
  CHECK(says(nullptr).starts_with("not available: this host keeps no values"));
  values.refuse_set = MUSTER_RESOURCE_EXHAUSTED;
  CHECK_FALSE(says(&values).empty());
  write(node.root() / "run/systemd/container", "docker\n");
  CHECK(says(&values) ==
        "not available: this node is a container (docker), which does not start by itself again");
  std::filesystem::remove(node.root() / "run/systemd/container");
  node.starts("");
  CHECK(says(&values).starts_with("not available: this kernel has no id of its start"));
}

TEST_CASE("where there is nothing to reboot with it says so", "[contract][system]") {
  Node node;
  Values values;
  std::filesystem::remove_all(node.root() / "run/systemd");
  auto config = node.config();
  config["path"] = node.state().string();
  test::PluginDriver system(SYSTEM_PLUGIN, "system");
  system.give(MUSTER_SERVICE_KV_1, &values.table);
  system.bring_up(config);
  const auto record = system.run("system.reboot", kNothing, within(std::chrono::seconds(30)));
  CHECK(record.error_code == MUSTER_NOT_FOUND);
  CHECK(record.error_message.starts_with("there is no program shutdown in "));
  CHECK(values.all.empty());
}

TEST_CASE("a node that would not reboot says why, and the next task begins anew",
          "[contract][system]") {
  Node node;
  Values values;
  write(node.state() / "exit", "1");
  System system(node, &values);
  const auto record = system.run("system.reboot", kNothing, within(std::chrono::seconds(30)));
  CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
  CHECK(record.error_message == "the node would not reboot (exit code 1): Job for reboot failed.");
  CHECK(values.all.empty());
}
