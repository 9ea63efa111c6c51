#include "handshakes.hpp"

#include "catch.hpp"

using muster::gateway::Handshakes;

TEST_CASE("a connection that ends without a handshake is counted, one that had it is not",
          "[unit][gateway]") {
  Handshakes handshakes;
  handshakes.begun(7);
  handshakes.disconnected(7);
  CHECK(handshakes.failed() == 1);
  handshakes.begun(7);  // libzmq uses a descriptor again
  handshakes.finished();
  handshakes.disconnected(7);
  CHECK(handshakes.failed() == 1);
}

TEST_CASE("a connection that says nothing does not pass for one that talks", "[unit][gateway]") {
  Handshakes handshakes;
  handshakes.begun(7);
  handshakes.begun(8);
  handshakes.finished();
  handshakes.disconnected(7);
  CHECK(handshakes.failed() == 1);
  handshakes.disconnected(8);
  CHECK(handshakes.failed() == 1);
}

TEST_CASE("handshakes at the same time are counted right when all have ended", "[unit][gateway]") {
  Handshakes handshakes;
  handshakes.begun(7);
  handshakes.begun(8);
  handshakes.finished();  // that of 7
  handshakes.disconnected(8);
  handshakes.disconnected(7);
  CHECK(handshakes.failed() == 1);
}
