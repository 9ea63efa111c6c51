#include "events/event_filter.hpp"

#include <string>
#include <tuple>

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
  for (const auto* no :
       {"type=job.*", "subject=node/db*", "data.count>12", "data.nothing=1", "not data.nothing=1",
        "not all", "data.counts.ok=1", "data.by.ann=1", "data.count>=two", "data.count<two"}) {
    INFO(no);
    CHECK_FALSE(wants(no));
  }
}

TEST_CASE("what is compared with a number and is none is told", "[unit][controller]") {
  WrongBounds wrong;
  const auto look = [&](const std::string& filter) {
    CHECK_FALSE(EventFilter::parse(filter).value().wants(kEvent, &wrong));
    return warnings_of(wrong);
  };
  CHECK(look("data.by>12 or data.nothing>two or type=x").empty());
  CHECK(look("data.count>=two and type=x").empty());  // it made no difference
  CHECK(look("not data.count<2h or data.counts.failed=1..9x") ==
        std::vector<std::string>{"data.count in event 7 cannot be compared with 2h",
                                 "data.counts.failed in event 7 cannot be compared with 9x"});
  CHECK(look("data.count in (a..b)").size() == 3);
  CHECK(look("data.count>five").size() == 3);  // enough
}

TEST_CASE("what no event has is refused, with its place", "[unit][controller]") {
  using Row = std::tuple<std::string, std::size_t, std::string>;
  const auto [wrong, offset, sentence] = GENERATE(
      Row{"type=x and color=red", 11, "and no color"},
      Row{"typ=x", 0, "no typ; did you mean type?"}, Row{"not node:web1", 4, "and no node"},
      Row{"type=x or os.id=debian", 10, "and no os.id"}, Row{"data.=x", 0, "and no data."},
      Row{"type=x and (cidr(10.0.0.0/8))", 12, "and no cidr()"},
      Row{"type=", 5, "a value is missing"}, Row{"group:x", 6, "there is no group x"},
      Row{"last(job)=ok", 0, "and no last()"}, Row{"age(data.x)<1h", 0, "and no age()"});
  INFO(wrong);
  selector::SyntaxError where;
  CHECK_FALSE(EventFilter::parse(wrong, &where));
  CHECK(where.offset == offset);
  CHECK_THAT(where.sentence, Catch::Contains(sentence));
  CHECK(where.caret == wrong + "\n" + std::string(offset, ' ') + "^");
}

}  // namespace
}  // namespace muster::controller
