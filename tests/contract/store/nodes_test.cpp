#include "store_fixture.hpp"

namespace muster::controller {
namespace {

TEST_CASE("a token lets in as many nodes as it has uses, with its labels", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  store.add_token("s", 2, 1000, {{"role", "web"}});
  const auto first = store.enroll("s", StoreFixture::node("web1"));
  REQUIRE(first);
  CHECK(first->labels.at("role") == "web");
  REQUIRE(store.enroll("s", StoreFixture::node("web2")));
  const auto third = store.enroll("s", StoreFixture::node("web3"));
  REQUIRE_FALSE(third);
  CHECK(third.error().code == ErrorCode::PermissionDenied);
  CHECK(third.error().message.find("2 times") != std::string::npos);
  store.reopen();
  CHECK(store->nodes()->size() == 2);
  CHECK(store->nodes()->front().machine_id == "machine of web1");
}

TEST_CASE("an unknown, expired or revoked token lets nobody in", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  CHECK(store.enroll("none", StoreFixture::node("a")).error().code == ErrorCode::PermissionDenied);
  store.add_token("old", 1, 100);  // nodes enrol at 100
  CHECK(store.enroll("old", StoreFixture::node("a")).error().message.find("expired") !=
        std::string::npos);
  store.add_token("revoked", 1, 1000);
  const auto tokens = store->enrollment_tokens(100);
  REQUIRE(tokens->size() == 1);
  const auto id = tokens->front().id;
  REQUIRE(store.wait_done([&](auto done) { store->revoke_enrollment_token(id, 50, done); }));
  CHECK(store.enroll("revoked", StoreFixture::node("a")).error().message.find("revoked") !=
        std::string::npos);
  CHECK(store->enrollment_tokens(100)->empty());
  const auto again =
      store.wait_done([&](auto done) { store->revoke_enrollment_token(id, 60, done); });
  CHECK(again.error().code == ErrorCode::NotFound);
}

TEST_CASE("a node that may not join leaves the token as it was", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  store.add_token("s", 2, 1000);
  REQUIRE(store.enroll("s", StoreFixture::node("web1")));
  CHECK(store.enroll("s", StoreFixture::node("web1")).error().code == ErrorCode::Conflict);
  CHECK(store->enrollment_tokens(100)->front().uses_left == 1);
}

TEST_CASE("a node that asks again with its name and keys is answered alike and uses up nothing",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  store.add_token("s", 1, 1000, {{"role", "web"}});
  auto node = StoreFixture::node("web1");
  const auto first = store.enroll("s", node);
  REQUIRE(first);
  node.id = NodeId::random();  // the caller makes one each time
  const auto again = store.enroll("s", node);
  REQUIRE(again);
  CHECK(again->id == first->id);
  CHECK(again->labels == first->labels);
  CHECK(store->nodes()->size() == 1);
  CHECK(store.enroll("none", node).error().code == ErrorCode::PermissionDenied);
  SECTION("with another name or key it is another node") {
    store.add_token("more", 5, 1000);
    auto other = node;
    SECTION("name") { other.name = "web2"; }
    SECTION("transport key") { other.transport_key = StoreFixture::node("x").transport_key; }
    SECTION("session key") { other.session_key = StoreFixture::node("x").session_key; }
    CHECK(store.enroll("more", other).error().code == ErrorCode::Conflict);
  }
  SECTION("a token that has uses left keeps them") {
    store.add_token("more", 5, 1000);
    REQUIRE(store.enroll("more", node));
    CHECK(store->enrollment_tokens(100)->front().uses_left == 5);
  }
}

TEST_CASE("ids and keys are never used again, the name of a retired node is free",
          "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  store.add_token("s", 10, 1000);
  const auto old = StoreFixture::node("web1");
  REQUIRE(store.enroll("s", old));
  REQUIRE(store.wait_done([&](auto done) { store->retire_node(old.id, 200, done); }));
  CHECK(store->nodes()->empty());
  CHECK(store.wait_done([&](auto done) { store->retire_node(old.id, 201, done); }).error().code ==
        ErrorCode::NotFound);
  CHECK(store.enroll("s", old).error().code == ErrorCode::Conflict);
  auto same_key = StoreFixture::node("web2");
  same_key.session_key = old.session_key;
  CHECK(store.enroll("s", same_key).error().code == ErrorCode::Conflict);
  CHECK(store.enroll("s", StoreFixture::node("web1")));
}

TEST_CASE("what a node told of itself is kept", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  store.add_token("s", 1, 1000);
  const auto node = StoreFixture::node("web1");
  REQUIRE(store.enroll("s", node));
  NodeReport report;
  report.last_seen = 777;
  report.agent_version = "0.1";
  report.facts = {{"os.name", "debian"}, {"pkg.upgradable", "3"}};
  report.facts_older = {{"pkg.upgradable", 555}};
  report.facts_digest = crypto::sha256(as_bytes("facts"));
  report.plugins = {
      {"system", "1.2.3", crypto::sha256(as_bytes("manifest")), "failed", 1, "no disk"}};
  REQUIRE(store.wait_done([&](auto done) { store->update_node(node.id, report, done); }));
  REQUIRE(store.wait_done([&](auto done) { store->set_labels(node.id, {{"a", "b"}}, done); }));
  store.reopen();
  const auto kept = store->nodes()->front();
  CHECK(kept.last_seen == 777);
  CHECK(kept.agent_version == "0.1");
  CHECK(kept.facts == report.facts);
  CHECK(kept.facts_older == report.facts_older);
  CHECK(kept.facts_digest == report.facts_digest);
  CHECK(kept.labels == Labels{{"a", "b"}});
  REQUIRE(kept.plugins.size() == 1);
  CHECK(kept.plugins[0].id == "system");
  CHECK(kept.plugins[0].manifest == report.plugins[0].manifest);
  CHECK(kept.plugins[0].plugin_class == 1);
  CHECK(kept.plugins[0].reason == "no disk");
  CHECK(store.wait_done([&](auto done) { store->set_labels(NodeId::random(), {}, done); })
            .error()
            .code == ErrorCode::NotFound);
}

TEST_CASE("an operator's token has a name of its own while it is in force", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  ApiToken token{ApiTokenId::random(), crypto::sha256(as_bytes("t")), "ci", "operator", 3, 0};
  REQUIRE(store.wait_done([&](auto done) { store->add_api_token(token, done); }));
  ApiToken other{ApiTokenId::random(), crypto::sha256(as_bytes("u")), "ci", "viewer", 4, 0};
  CHECK(store.wait_done([&](auto done) { store->add_api_token(other, done); }).error().code ==
        ErrorCode::Conflict);
  store.reopen();
  REQUIRE(store->api_tokens()->size() == 1);
  CHECK(store->api_tokens()->front().secret == token.secret);
  REQUIRE(store.wait_done([&](auto done) { store->revoke_api_token(token.id, 9, done); }));
  CHECK(store->api_tokens()->empty());
  CHECK(store.wait_done([&](auto done) { store->add_api_token(other, done); }));
}

TEST_CASE("a node's drain is kept, and taken back", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  store.add_token("s", 1, 1000);
  const auto node = store.enroll("s", StoreFixture::node("web1"));
  const auto set = [&](std::optional<Drain> drain) {
    return store.wait_done([&](auto done) { store->set_drain(node->id, drain, done); });
  };
  REQUIRE(set(Drain{7, "ann", "new \"disk\""}));
  store.reopen();
  const auto kept = store->nodes()->front().drain;
  REQUIRE(kept);
  CHECK(kept->since == 7);
  CHECK(kept->by == "ann");
  CHECK(kept->reason == "new \"disk\"");
  REQUIRE(set(std::nullopt));
  store.reopen();
  CHECK_FALSE(store->nodes()->front().drain);
  const auto nobody =
      store.wait_done([&](auto done) { store->set_drain(NodeId::random(), std::nullopt, done); });
  CHECK(nobody.error().code == ErrorCode::NotFound);
}

TEST_CASE("groups are kept by name, replaced and removed", "[contract][store]") {
  StoreFixture store(GENERATE(Kind::Memory, Kind::Sqlite));
  const auto put = [&](const std::string& name, const std::string& selector) {
    return store.wait_done([&](auto done) {
      store->put_group({name, selector, "for tests", 9, "ann"}, done);
    });
  };
  const auto remove = [&](const std::string& name) {
    return store.wait_done([&](auto done) { store->remove_group(name, done); });
  };
  REQUIRE(put("web", "role=web"));
  REQUIRE(put("all-of-it", "all"));
  REQUIRE(put("web", "role=web and not canary"));
  store.reopen();
  const auto groups = store->groups();
  REQUIRE(groups->size() == 2);
  CHECK((*groups)[0].name == "all-of-it");
  CHECK((*groups)[1].selector == "role=web and not canary");
  CHECK((*groups)[1].doc == "for tests");
  CHECK((*groups)[1].updated == 9);
  CHECK((*groups)[1].updated_by == "ann");
  REQUIRE(remove("web"));
  CHECK(remove("web").error().code == ErrorCode::NotFound);
  CHECK(store->groups()->size() == 1);
}

}  // namespace
}  // namespace muster::controller
