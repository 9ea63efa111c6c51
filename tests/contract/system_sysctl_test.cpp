#include <sys/stat.h>

#include "catch.hpp"
#include "played_tools.hpp"

using namespace muster;
using nlohmann::json;
using test::PlayedNode;
using test::read;
using test::System;
using test::write;

namespace {

struct Node : PlayedNode {
  Node() {
    std::filesystem::create_directories(root() / "proc/sys/vm");
    std::filesystem::create_directories(root() / "proc/sys/net/ipv4/conf/eth0.5");
    write(setting("vm/swappiness"), "60\n");
    write(setting("net/ipv4/tcp_rmem"), "4096\t131072\t6291456\n");
    write(setting("net/ipv4/conf/eth0.5/rp_filter"), "2\n");
  }
  [[nodiscard]] std::filesystem::path setting(const std::string& path) const {
    return root() / "proc/sys" / path;
  }
  [[nodiscard]] std::filesystem::path file() const {
    return root() / "etc/sysctl.d/99-zz-muster.conf";
  }
};

json set(const std::string& name, const std::string& value, bool persist = false) {
  return {{"name", name}, {"value", value}, {"persist", persist}};
}

}  // namespace

TEST_CASE("settings are read by their names, with dots or slashes", "[contract][system]") {
  Node node;
  System system(node.config());
  const auto value = [&](const std::string& name) {
    return system.run("system.sysctl.get", {{"name", name}}).result.value("value", "none");
  };
  CHECK(value("vm.swappiness") == "60");
  CHECK(value("vm/swappiness") == "60");
  CHECK(value("net.ipv4.tcp_rmem") == "4096 131072 6291456");
  CHECK(value("net.ipv4.conf.eth0/5.rp_filter") == "2");
  CHECK(value("net/ipv4/conf/eth0.5/rp_filter") == "2");
}

TEST_CASE("a setting is set once and kept when wanted", "[contract][system]") {
  Node node;
  System system(node.config());
  const auto dry = system.check("system.sysctl.set", set("vm.swappiness", "10", true));
  CHECK(dry.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(dry.result["changes"] == json{"value", "file"});
  CHECK(read(node.setting("vm/swappiness")) == "60\n");
  CHECK_FALSE(std::filesystem::exists(node.file()));

  const auto record = system.run("system.sysctl.set", set("vm.swappiness", "10", true));
  CHECK(record.outcome == MUSTER_OUTCOME_CHANGED);
  CHECK(record.result["value_before"] == "60");
  CHECK(read(node.setting("vm/swappiness")) == "10");
  CHECK(read(node.file()) ==
        "# Settings by Muster (system.sysctl.set persist:=true).\nvm.swappiness = 10\n");
  CHECK(system.run("system.sysctl.set", set("vm.swappiness", " 10 ", true)).outcome ==
        MUSTER_OUTCOME_OK);

  const auto kept = read(node.file());
  CHECK(system.check("system.sysctl.set", set("vm.swappiness", "30", true)).result["changes"] ==
        json{"value", "file"});
  CHECK(read(node.file()) == kept);
  write(node.file(), kept + "vmxswappiness = 3\n");
  CHECK(system.run("system.sysctl.set", set("vm.swappiness", "20", true)).result["changes"] ==
        json{"value", "file"});
  CHECK(system.run("system.sysctl.set", set("net.ipv4.tcp_rmem", "1  2\t3\n", true)).outcome ==
        MUSTER_OUTCOME_CHANGED);
  CHECK(read(node.file()) ==
        "# Settings by Muster (system.sysctl.set persist:=true).\nvm.swappiness = 20\n"
        "vmxswappiness = 3\nnet.ipv4.tcp_rmem = 1 2 3\n");
  CHECK(system.run("system.sysctl.set", set("vm.swappiness", "21")).result["changes"] ==
        json{"value"});
}

TEST_CASE("a setting that not everybody may read is not read", "[contract][system]") {
  Node node;
  ::chmod(node.setting("vm/swappiness").c_str(), 0600);
  System system(node.config());
  const auto record = system.run("system.sysctl.get", {{"name", "vm.swappiness"}});
  CHECK(record.error_code == MUSTER_PERMISSION_DENIED);
}

TEST_CASE("what is no setting is one sentence and a pointer", "[contract][system]") {
  Node node;
  System system(node.config());
  for (const auto* name : {"vm.none", "vm", "vm/../vm/swappiness", "vm/.."}) {
    for (const auto& record : {system.run("system.sysctl.get", {{"name", name}}),
                               system.run("system.sysctl.set", set(name, "1", true))}) {
      CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
      CHECK(record.error_field == "/name");
      CHECK(record.error_message.find(name) != std::string::npos);
    }
  }
  CHECK_FALSE(std::filesystem::exists(node.file()));
}

TEST_CASE("what the kernel does not take is not kept either", "[contract][system]") {
  PlayedNode node;
  auto config = node.config();
  config.erase("root");  // the kernel of this machine, which no ostype can be set of
  System system(config);
  CHECK(system.run("system.sysctl.get", {{"name", "kernel.ostype"}}).result["value"] == "Linux");
  for (const auto& [name, value] :
       {std::pair("kernel.ostype", "Plan9"), {"kernel.pid_max", "-1"}}) {
    const auto record = system.run("system.sysctl.set", set(name, value));
    CHECK(record.outcome == MUSTER_OUTCOME_FAILED);
    CHECK(record.error_message.find(name) != std::string::npos);
  }
}

TEST_CASE("check mode promises no setting of which is known that it cannot be set",
          "[contract][system]") {
  Node node;
  std::filesystem::create_directories(node.root() / "proc/sys/kernel");
  std::filesystem::create_directories(node.root() / "proc/sys/lnet");
  write(node.setting("kernel/ostype"), "Linux\n");
  ::chmod(node.setting("kernel/ostype").c_str(), 0444);
  write(node.setting("kernel/hostname"), "12\n");
  write(node.setting("kernel/core_pattern"), "core\n");
  write(node.setting("lnet/debug"), "0\n");
  write(node.setting("net/ipv4/ports"), "8080\n");
  System system(node.config());
  const auto refused = [&](const char* name, const char* value, int code, const char* field) {
    const auto dry = system.check("system.sysctl.set", set(name, value, true));
    const auto record = system.run("system.sysctl.set", set(name, value, true));
    CAPTURE(name, value);
    CHECK(dry.outcome == MUSTER_OUTCOME_FAILED);
    CHECK(dry.error_code == code);
    CHECK(dry.error_field == field);
    CHECK(record.error_message == dry.error_message);
    return dry.error_message;
  };
  CHECK(refused("kernel.ostype", "x", MUSTER_PERMISSION_DENIED, "/name") ==
        "kernel.ostype is there to be read; this kernel lets nobody set it");
  CHECK(refused("vm.swappiness", "banana", MUSTER_INVALID_ARGUMENT, "/value") ==
        "vm.swappiness is a number now (60), and banana is none");
  CHECK(refused("net/ipv4/tcp_rmem", "1 two 3", MUSTER_INVALID_ARGUMENT, "/value") ==
        "net/ipv4/tcp_rmem is numbers now (4096 131072 6291456), and 1 two 3 is not");
  CHECK_FALSE(std::filesystem::exists(node.file()));

  // What kernels take: numbers in other bases, lists of numbers, nothing; and texts.
  for (const auto& [name, value] : {std::pair("vm.swappiness", "-1"),
                                    {"vm.swappiness", "0xFF"},
                                    {"vm.swappiness", "fe,03"},
                                    {"net.ipv4.ports", ""},
                                    {"net.ipv4.ports", "80-90,443"},
                                    {"kernel.hostname", "web1"},
                                    {"kernel.core_pattern", "core.%p"},
                                    {"lnet.debug", "+neterror"}}) {
    CAPTURE(name, value);
    CHECK(system.check("system.sysctl.set", set(name, value)).outcome == MUSTER_OUTCOME_CHANGED);
  }
  CHECK(system.check("system.sysctl.set", set("kernel.ostype", "Linux")).outcome ==
        MUSTER_OUTCOME_OK);
}
