#include "events/event_filter.hpp"

#include "catch.hpp"

namespace muster::controller {
namespace {

const EventRecord kEvent{7, 1, "node.drained", "node/web1",
                         R"({"by": "ann", "count": 12, "list": [1],
                             "counts": {"failed": 3}, "a.b": 1})"};

bool wants(const std::string& filter) { return EventFilter::parse(filter).value().wants(kEvent); }

TEST_CASE("a filter looks at type, subject and data", "[unit][controller]") {
  for (const auto* yes : {"", "all", "type=node.*", "type=node.drained and subject=node/web1",
                          "data.by=ann", "data.count>=12", "subject=~\"web[0-9]\"",
                          "not type=job.*", "data.by", "data.counts.failed>2", "data.a.b=1"}) {
    INFO(yes);
    CHECK(wants(yes));
  }
  for (const auto* no : {"type=job.*", "subject=node/db*", "data.count>12", "data.nothing=1",
                         "not data.nothing=1", "not all", "data.counts.ok=1", "data.by.ann=1"}) {
    INFO(no);
    CHECK_FALSE(wants(no));
  }
}

TEST_CASE("what no event has is refused", "[unit][controller]") {
  for (const auto* wrong : {"color=red", "node:web1", "os.id=debian", "cidr(10.0.0.0/8)",
                            "type=", "group:x", "last(job)=ok"}) {
    INFO(wrong);
    CHECK_FALSE(EventFilter::parse(wrong));
  }
}

}  // namespace
}  // namespace muster::controller
