#include "cli/stream_place.hpp"

#include "catch.hpp"

using muster::cli::StreamPlace;

TEST_CASE("a stream that was taken up again shows what is new of it, and nothing twice",
          "[unit][cli]") {
  StreamPlace place;
  CHECK(place.take(0, 10).skip == 0);
  CHECK(place.take(10, 5).skip == 0);
  place.connection_began();
  const auto backlog = place.take(0, 20);  // 15 are known, 5 were printed meanwhile
  CHECK(backlog.skip == 15);
  CHECK_FALSE(backlog.anew);
  CHECK(place.take(20, 1).skip == 0);
  place.connection_began();
  CHECK(place.take(0, 4).skip == 4);
  CHECK(place.take(4, 17).skip == 17);
  CHECK(place.take(21, 3).skip == 0);
  place.connection_began();
  CHECK(place.take(20, 10).skip == 4);  // of a piece that begins within what is known
}

TEST_CASE("bytes that were fetched are not shown again", "[unit][cli]") {
  StreamPlace place;
  CHECK(place.take(0, 10).skip == 0);
  place.fetched(5);
  CHECK(place.shown() == 15);
  CHECK(place.take(10, 8).skip == 5);
}

TEST_CASE("a further attempt is shown from its beginning, however short it is", "[unit][cli]") {
  StreamPlace place;
  CHECK_FALSE(place.take(0, 10).anew);
  const auto again = place.take(0, 3);
  CHECK(again.anew);
  CHECK(again.skip == 0);
  CHECK(place.take(3, 3).skip == 0);
}

TEST_CASE("bytes that were left out do not hold up those after them", "[unit][cli]") {
  StreamPlace place;
  CHECK(place.take(0, 10).skip == 0);
  CHECK(place.take(1000, 10).skip == 0);
}
