#include <muster/sdk/sse_parser.hpp>
#include <vector>

#include "catch.hpp"

using namespace muster::sdk;

namespace {
std::vector<SseEvent> parse(std::string_view text, std::size_t step) {
  std::vector<SseEvent> events;
  SseParser parser([&](const SseEvent& event) { events.push_back(event); });
  for (std::size_t at = 0; at < text.size(); at += step) CHECK(parser.feed(text.substr(at, step)));
  return events;
}
}  // namespace

TEST_CASE("events are the same wherever the stream is cut and however lines end",
          "[integration][sse]") {
  const std::size_t step = GENERATE(1U, 2U, 3U, 7U, 1000U);
  const auto* text = GENERATE(
      ": hello\nevent: task\nid: 7\ndata: one\ndata:two\n\ndata\n\n: beat\n\nid: 8\n\ndata:  "
      "x\n\ndata: unfinished\n",
      "\xEF\xBB\xBF"
      ": hello\r\nevent: task\r\nid: 7\r\ndata: one\r\ndata:two\r\n\r\ndata\r\n\r\nid: "
      "8\r\n\r\ndata:  x\r\n\r\ndata: u",
      "event: task\rid: 7\rdata: one\rdata:two\r\rdata\r\rother: y\r\rid: 8\r\rdata:  x\r\rretry: "
      "5\r\r");
  const auto events = parse(text, step);
  REQUIRE(events.size() == 3);
  CHECK(events[0].event == "task");
  CHECK(events[0].id == "7");
  CHECK(events[0].data == "one\ntwo");
  CHECK(events[1].event == "message");
  CHECK(events[1].id == "7");
  CHECK(events[1].data.empty());
  CHECK(events[2].id == "8");
  CHECK(events[2].data == " x");
}

TEST_CASE("a line or an event over the limit ends the stream", "[integration][sse]") {
  int events = 0;
  const auto count = [&](const SseEvent&) { ++events; };
  SseParser line(count, 10);
  CHECK(line.feed("data: 1234\n\n"));
  CHECK(line.feed("data: 1234"));
  CHECK_FALSE(line.feed("5"));
  CHECK_FALSE(line.feed("\n\n"));
  SseParser event(count, 10);
  CHECK(event.feed("data:12345\ndata:123\n"));
  CHECK_FALSE(event.feed("data:4\n\n"));
  CHECK(events == 1);
}
