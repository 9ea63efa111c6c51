// From an API request to the API's answer that the job is over, on one kept-alive HTTPS connection.
//
// usage: muster-bench-api DIRECTORY [CALLS], with the fleet in MUSTER_CONTROLLER, MUSTER_CA_FILE
// and MUSTER_TOKEN_FILE, as `muster` takes it. DIRECTORY is on the controller's filesystem.
#include <cstdlib>
#include <muster/core/base/files.hpp>
#include <muster/sdk/http_client.hpp>

#include "baselines.hpp"

using namespace muster;
using namespace muster::bench;

namespace {

constexpr std::size_t kWarmUp = 50;
constexpr std::size_t kTaskBytes = 200;  // what muster-bench-ping finds, about
constexpr auto kJob = R"({"operation":"system.ping","selector":"all"})";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) give_up(std::string(name) + " is not set");
  return value;
}

sdk::HttpClient connect() {
  sdk::HttpClientOptions options;
  options.base_url = variable("MUSTER_CONTROLLER");
  options.ca_file = variable("MUSTER_CA_FILE");
  options.bearer_token = must(read_file(variable("MUSTER_TOKEN_FILE")), "the token");
  options.bearer_token.erase(options.bearer_token.find_last_not_of('\n') + 1);
  return sdk::HttpClient(std::move(options));
}

void run_job(sdk::HttpClient& client) {
  const auto answer = must(
      client.request("POST", "/v1/jobs?wait=10s", {{"Content-Type", "application/json"}}, kJob),
      "the request");
  if (answer.status / 100 != 2 || answer.body.find("\"ok\":1") == std::string::npos) {
    give_up("the job did not end well: " + answer.body);
  }
}

void get_status(sdk::HttpClient& client) {
  if (must(client.request("GET", "/v1/status"), "the status").status != 200) give_up("no status");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) give_up("usage: muster-bench-api DIRECTORY [CALLS]");
  const std::size_t calls = argc > 2 ? std::stoul(argv[2]) : 1000;
  Baselines bare(argv[1]);
  auto client = connect();
  for (std::size_t i = 0; i < kWarmUp; ++i) run_job(client);
  Samples jobs;
  Samples statuses;
  // One by one, because what a disk takes depends on what it did just before.
  for (std::size_t i = 0; i < calls; ++i) {
    jobs.add(time_of([&] { run_job(client); }));
    statuses.add(time_of([&] { get_status(client); }));
    bare.measure(kTaskBytes);
  }
  if (client.connections_opened() != 1) give_up("the connection was not kept alive");
  const auto both = bare.zeromq.plus(bare.socketpair);
  std::printf("POST /v1/jobs?wait=10s of system.ping, %zu calls on one connection\n", jobs.size());
  print_head();
  print_row("request to answer", jobs);
  print_row("GET /v1/status, the way there and back", statuses);
  print_row("bare, both round trips", both);
  print_row("append of 200 bytes and fdatasync", bare.fdatasync);
  print_row("append of 36 KiB and fdatasync", bare.fdatasync_commit);
  const auto target = 2.5 * both.p50() + 2 * bare.fdatasync.p50() + 1000;
  std::printf("%-44s %10.1f\n", "target with 200 bytes: at most", target);
  std::printf("%-44s %10.1f\n", "target with 36 KiB: at most",
              target + 2 * (bare.fdatasync_commit.p50() - bare.fdatasync.p50()));
}
