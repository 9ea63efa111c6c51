#include "access/access.hpp"

#include <sys/stat.h>

#include <muster/core/base/files.hpp>
#include <muster/core/crypto/digest.hpp>
#include <muster/core/net/join_token.hpp>

#include "access/enrollment.hpp"
#include "catch.hpp"
#include "fake_clock.hpp"
#include "labels.hpp"
#include "store/memory_store.hpp"
#include "temp_dir.hpp"

namespace muster::controller {
namespace {

struct Office {
  test::FakeClock clock;
  test::TempDir directory;
  std::unique_ptr<run::EventLoop> loop = *run::EventLoop::create(clock);
  MemoryStore store{*loop};
  std::filesystem::path file = directory / "admin.token";

  Status load(Access& access) {
    return access.load(file, [this] { loop->run_ready(); });
  }
  std::string admin_token() {
    auto text = *read_file(file);
    text.pop_back();
    return text;
  }
};

TEST_CASE(
    "an address that tried wrong secrets waits out its minute, and is not remembered for ever",
    "[unit][access]") {
  Office office;
  Enrollment enrollment(office.store, office.clock, {});
  for (int i = 0; i < kMaxWrongSecrets; ++i) {
    CHECK(enrollment.may_try("192.0.2.1"));
    enrollment.note_wrong_secret("192.0.2.1");
  }
  office.clock.advance(std::chrono::seconds(20));
  const auto waits = enrollment.may_try("192.0.2.1");
  REQUIRE_FALSE(waits);
  CHECK(waits.error().code == ErrorCode::ResourceExhausted);
  CHECK(waits.error().retry_after == std::chrono::seconds(40));
  CHECK(enrollment.may_try("192.0.2.2"));
  SECTION("until its time is over") {
    office.clock.advance(std::chrono::seconds(40));
    CHECK(enrollment.may_try("192.0.2.1"));
    enrollment.note_wrong_secret("192.0.2.1");
    CHECK(enrollment.may_try("192.0.2.1"));
  }
  SECTION("or until more addresses came than are kept in mind") {
    for (std::size_t i = 0; i < kMaxWrongAddresses; ++i) {
      enrollment.note_wrong_secret("2001:db8::" + std::to_string(i));
    }
    CHECK(enrollment.may_try("192.0.2.1"));
  }
}

TEST_CASE("the first start makes an admin whose token only its owner can read", "[unit][access]") {
  Office office;
  Access access(office.store, office.clock);
  REQUIRE(office.load(access));
  struct stat status {};
  REQUIRE(::stat(office.file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const auto admin = access.authenticate(office.admin_token());
  REQUIRE(admin);
  CHECK(admin->role == Role::Admin);
  Access again(office.store, office.clock);
  const auto before = office.admin_token();
  REQUIRE(office.load(again));
  CHECK(office.admin_token() == before);
  CHECK(again.authenticate(before));
}

TEST_CASE("an admin token whose file was lost is replaced, and the old one is dead",
          "[unit][access]") {
  Office office;
  Access access(office.store, office.clock);
  REQUIRE(office.load(access));
  const auto old = office.admin_token();
  std::filesystem::remove(office.file);
  Access again(office.store, office.clock);
  REQUIRE(office.load(again));
  CHECK_FALSE(again.authenticate(old));
  CHECK(again.authenticate(office.admin_token()));
}

TEST_CASE("what is no token in force is refused", "[unit][access]") {
  Office office;
  Access access(office.store, office.clock);
  REQUIRE(office.load(access));
  for (const std::string& bearer : {std::string(), std::string("x"), office.admin_token() + "x",
                                    office.admin_token().substr(1), std::string(100'000, 'a')}) {
    CHECK(access.authenticate(bearer).error().code == ErrorCode::Unauthenticated);
  }
}

TEST_CASE("a role may do what it may, and its refusal names what it takes", "[unit][access]") {
  Office office;
  const Access access(office.store, office.clock);
  struct Row {
    Action action;
    Role least;
  };
  const auto row = GENERATE(values<Row>({{Action::ReadStatus, Role::Viewer},
                                         {Action::ReadNodes, Role::Viewer},
                                         {Action::ReadPlugins, Role::Viewer},
                                         {Action::ReadJobs, Role::Viewer},
                                         {Action::RunJob, Role::Operator},
                                         {Action::CancelJob, Role::Operator},
                                         {Action::ReadEnrollmentTokens, Role::Admin},
                                         {Action::ManageEnrollmentTokens, Role::Admin},
                                         {Action::ManageNodes, Role::Admin},
                                         {Action::ManageAccess, Role::Admin}}));
  for (const auto role : {Role::Viewer, Role::Operator, Role::Admin}) {
    const auto allowed = access.authorize({{}, "somebody", role}, row.action);
    CHECK(allowed.has_value() == (role >= row.least));
    if (!allowed) CHECK(allowed.error().code == ErrorCode::PermissionDenied);
  }
}

TEST_CASE("tokens are made for a role and die when they are revoked", "[unit][access]") {
  Office office;
  Access access(office.store, office.clock);
  REQUIRE(office.load(access));
  std::string text;
  access.create_token("ci", Role::Operator, [&](Result<std::string> made) { text = made.value(); });
  office.loop->run_ready();
  const auto ci = access.authenticate(text);
  REQUIRE(ci);
  CHECK(ci->role == Role::Operator);
  access.revoke_token(ci->token, [](const Status& done) { CHECK(done); });
  office.loop->run_ready();
  CHECK_FALSE(access.authenticate(text));
}

TEST_CASE("an enrolment token is one line with all that a node needs", "[unit][access]") {
  Office office;
  const auto ca = crypto::sha256(as_bytes("ca"));
  Enrollment enrollment(office.store, office.clock, ca);
  enrollment.set_api_address("fleet.example:8420");
  std::optional<Result<NewEnrollmentToken>> made;
  enrollment.create({}, [&](Result<NewEnrollmentToken> got) { made = std::move(got); });
  office.loop->run_ready();
  REQUIRE(made);
  REQUIRE(*made);
  const auto token = net::decode_token((*made)->line);
  REQUIRE(token);
  CHECK(token->address == "fleet.example:8420");
  CHECK(token->ca == ca);
  const auto listed = enrollment.list();
  REQUIRE(listed->size() == 1);
  CHECK(listed->front().secret == crypto::sha256(token->secret));
  CHECK(listed->front().uses == 1);
  CHECK(listed->front().expires - listed->front().created == 3'600'000);
  office.clock.advance(std::chrono::hours(2));
  CHECK(enrollment.list()->empty());
}

TEST_CASE("an enrolment token beyond a limit is refused with its field", "[unit][access]") {
  Office office;
  Enrollment enrollment(office.store, office.clock, {});
  const auto field_of = [&](const EnrollmentRequest& request) {
    std::string field = "none";
    enrollment.create(request, [&](const Result<NewEnrollmentToken>& got) {
      if (!got) field = got.error().field;
    });
    office.loop->run_ready();
    return field;
  };
  EnrollmentRequest request;
  CHECK(field_of(request) == "none");
  request.uses = kMaxEnrollmentUses + 1;
  CHECK(field_of(request) == "/uses");
  request.uses = 1;
  request.expires = kMaxEnrollmentLife + std::chrono::milliseconds(1);
  CHECK(field_of(request) == "/expires");
  request.expires = std::chrono::hours(1);
  request.labels = {{"os.name", "x"}};
  CHECK(field_of(request) == "/labels/os.name");
  request.labels = {{"a", std::string(257, 'x')}};
  CHECK(field_of(request) == "/labels/a");
  request.labels.clear();
  for (std::size_t i = 0; i <= kMaxLabels; ++i) request.labels["l" + std::to_string(i)] = "";
  CHECK(field_of(request) == "/labels");
}

}  // namespace
}  // namespace muster::controller
