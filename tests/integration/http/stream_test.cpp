#include <atomic>
#include <latch>
#include <muster/sdk/sse_parser.hpp>
#include <mutex>
#include <thread>

#include "fixture.hpp"
#include "raw_connection.hpp"

using namespace muster;
using test::Fixture;

namespace {

/// A handler that starts a stream for each request and keeps them for the test.
struct Streams {
  std::mutex lock;
  std::vector<std::shared_ptr<http::Stream>> all;
  std::vector<std::thread::id> threads;
  std::promise<void> complete;
  std::size_t wanted = 1;

  http::Handler handler() {
    return [this](const http::Request& request, const std::shared_ptr<http::Responder>& responder) {
      if (request.path == "/plain") {
        responder->respond(200, {}, "plain");
        return;
      }
      const std::lock_guard guard(lock);
      all.push_back(responder->start_stream({{"Content-Type", "text/event-stream"}}));
      threads.push_back(std::this_thread::get_id());
      if (all.size() == wanted) complete.set_value();
    };
  }
  void wait() {
    auto future = complete.get_future();
    test::soon(future);
  }
};

}  // namespace

TEST_CASE("a thousand events arrive in order", "[integration][http]") {
  Streams streams;
  const Fixture fixture(streams.handler());
  auto client = fixture.client();
  std::vector<std::string> seen;
  auto answer = std::async(std::launch::async, [&] {
    sdk::SseParser parser(
        [&](const sdk::SseEvent& event) { seen.push_back(event.id + event.data); });
    return client.stream("GET", "/events", {},
                         [&](std::string_view chunk) { return parser.feed(chunk); });
  });
  streams.wait();
  for (int i = 0; i < 1000; ++i) {
    const std::string event = "id: " + std::to_string(i) + "\ndata: x\n\n";
    while (!streams.all[0]->push(event)) std::this_thread::yield();
  }
  streams.all[0]->close();
  CHECK_FALSE(streams.all[0]->push("late"));
  const auto response = test::soon(answer);
  CHECK(response.value().status == 200);
  CHECK(response.value().header("content-type").value() == "text/event-stream");
  REQUIRE(seen.size() == 1000);
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == std::to_string(i) + "x");
}

TEST_CASE("a slow reader fills its own bounded queue and still gets all that was accepted",
          "[integration][http]") {
  Streams streams;
  http::ServerOptions options;
  options.stream_queue_bytes = 64 * 1024;
  const Fixture fixture(streams.handler(), options);
  auto client = fixture.client();
  std::promise<void> go;
  auto may_read = go.get_future().share();
  std::size_t received = 0;
  auto answer = std::async(std::launch::async, [&] {
    return client.stream("GET", "/", {}, [&](std::string_view chunk) {
      may_read.wait();
      received += chunk.size();
      return true;
    });
  });
  streams.wait();
  auto& stream = *streams.all[0];
  std::size_t accepted = 0;
  bool stayed_bounded = true;
  // The kernel's buffers take some megabytes before anything backs up.
  while (accepted < (std::size_t{256} << 20U) && stream.push(std::string(16 * 1024, 'x'))) {
    accepted += 16 * 1024;
    stayed_bounded = stayed_bounded && stream.queued() <= options.stream_queue_bytes;
  }
  CHECK(stayed_bounded);
  CHECK(accepted < (std::size_t{256} << 20U));
  CHECK_FALSE(stream.finished());
  CHECK(fixture.client().request("GET", "/plain").value().body ==
        "plain");  // nobody else is held up
  go.set_value();
  stream.close();
  CHECK(test::soon(answer));
  CHECK(received == accepted);
}

TEST_CASE("a chunk larger than the whole queue goes through an empty one", "[integration][http]") {
  Streams streams;
  http::ServerOptions options;
  options.stream_queue_bytes = 10;
  const Fixture fixture(streams.handler(), options);
  auto client = fixture.client();
  std::string body;
  auto answer = std::async(std::launch::async, [&] {
    return client.stream("GET", "/", {}, [&](std::string_view chunk) {
      body += chunk;
      return true;
    });
  });
  streams.wait();
  CHECK(streams.all[0]->push(std::string(100'000, 'y')));
  streams.all[0]->close();
  CHECK(test::soon(answer));
  CHECK(body == std::string(100'000, 'y'));
}

TEST_CASE("two hundred streams share the server's one thread", "[integration][http]") {
  constexpr std::size_t kStreams = 200;
  Streams streams;
  streams.wanted = kStreams;
  const Fixture fixture(streams.handler());
  std::latch first_seen(kStreams);
  std::atomic<std::size_t> complete{0};
  std::vector<std::thread> readers;
  for (std::size_t i = 0; i < kStreams; ++i) {
    readers.emplace_back([&] {
      std::string body;
      auto client = fixture.client();
      const auto response = client.stream("GET", "/", {}, [&](std::string_view chunk) {
        if (body.empty()) first_seen.count_down();
        body += chunk;
        return true;
      });
      if (response && body == "onetwo") ++complete;
    });
  }
  streams.wait();
  for (const auto& stream : streams.all) CHECK(stream->push("one"));
  first_seen.wait();
  CHECK(fixture.client().request("GET", "/plain").value().body == "plain");
  for (const auto& stream : streams.all) {
    CHECK(stream->push("two"));
    stream->close();
  }
  for (auto& reader : readers) reader.join();
  CHECK(complete == kStreams);
  for (const auto& id : streams.threads) CHECK(id == streams.threads.front());
}

TEST_CASE("a stream whose reader went away says so when something is pushed",
          "[integration][http]") {
  Streams streams;
  const Fixture fixture(streams.handler());
  auto client = std::make_unique<sdk::HttpClient>(fixture.client());
  auto answer = std::async(std::launch::async, [&] {
    return client->stream("GET", "/", {}, [](std::string_view) { return false; });
  });
  streams.wait();
  CHECK(streams.all[0]->push("x"));
  const auto ended = test::soon(answer);
  REQUIRE_FALSE(ended);
  CHECK(ended.error().kind == sdk::HttpError::Kind::Aborted);
  client.reset();
  while (!streams.all[0]->finished()) {
    (void)streams.all[0]->push(": heartbeat\n\n");
    std::this_thread::yield();
  }
  CHECK_FALSE(streams.all[0]->push("y"));
}

TEST_CASE("a stream that is let go ends the answer", "[integration][http]") {
  const Fixture fixture(
      [](const http::Request&, const std::shared_ptr<http::Responder>& responder) {
        (void)responder->start_stream({})->push("all there is");
      });
  CHECK(fixture.client().request("GET", "/").value().body == "all there is");
}

TEST_CASE("a server goes away cleanly while streams are open, idle and busy",
          "[integration][http]") {
  Streams streams;
  streams.wanted = 8;
  auto fixture = std::make_unique<Fixture>(streams.handler());
  std::vector<std::thread> readers;
  std::atomic<int> broken_off{0};
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back([&broken_off, options = fixture->options()] {
      sdk::HttpClient client(options);
      if (!client.stream("GET", "/", {}, [](std::string_view) { return true; })) ++broken_off;
    });
  }
  streams.wait();
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    while (!stop) {
      for (std::size_t i = 0; i < 4; ++i) (void)streams.all[i]->push(std::string(1000, 'x'));
    }
  });
  fixture.reset();
  stop = true;
  writer.join();
  for (auto& reader : readers) reader.join();
  CHECK(broken_off == 8);
  for (const auto& stream : streams.all) {
    CHECK(stream->finished());
    CHECK_FALSE(stream->push("late"));
  }
}
