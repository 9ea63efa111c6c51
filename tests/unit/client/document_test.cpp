// The client against the API's document: every operation has its one function, which asks for it as
// the document says and understands what the document says of its answers, not less and not more.
#include "api/document.hpp"

#include <algorithm>
#include <cctype>
#include <client/enrollment.hpp>
#include <client/events.hpp>
#include <client/fleet.hpp>
#include <client/groups.hpp>
#include <client/job_events.hpp>
#include <client/nodes.hpp>
#include <client/plugins.hpp>
#include <client/selectors.hpp>
#include <client/tasks.hpp>
#include <client/webhooks.hpp>
#include <map>
#include <muster/core/base/files.hpp>
#include <optional>
#include <regex>
#include <set>

#include "api/request_check.hpp"
#include "played_api.hpp"
#include "sample.hpp"

namespace muster::client {
namespace {

namespace api = controller::api;
using Error = std::optional<ApiError>;
using Size = Sample::Size;

/// Tasks have them in events alone.
const std::string kCountsOfEvent = "/tasks/0/counts/targets";

/// What stands for each parameter in a path: it has to be encoded.
const std::string kThing = "a b";

template <class T>
Error error_of(const Result<T>& result) {
  return result ? Error() : Error(result.error());
}

struct Row {
  std::function<Error(ApiClient&)> ask;
  /// Members that the client does without, though the document promises them.
  std::vector<std::string> not_needed = {};
};

/// A row for each operation. A new operation needs one, and a function in the client.
std::map<std::string, Row> rows() {
  return {
      {"getCa", {[](auto& api) { return error_of(get_ca(api)); }}},
      {"getStatus", {[](auto& api) { return error_of(get_status(api)); }}},
      {"getDiagnosis", {[](auto& api) { return error_of(get_diagnosis(api)); }}},
      {"listGroups", {[](auto& api) { return error_of(list_groups(api)); }}},
      {"getGroup", {[](auto& api) { return error_of(get_group(api, kThing)); }}},
      {"listNodes",
       {[](auto& api) { return error_of(list_nodes(api, {.selector = "all", .cursor = "a"})); }}},
      {"getNode", {[](auto& api) { return error_of(get_node(api, kThing)); }}},
      {"changeNode", {[](auto& api) {
         return error_of(change_node(api, kThing, {{"role", "web"}, {"canary", std::nullopt}}));
       }}},
      {"drainNode", {[](auto& api) { return error_of(drain_node(api, kThing, "why")); }}},
      {"undrainNode", {[](auto& api) { return error_of(undrain_node(api, kThing)); }}},
      {"retireNode", {[](auto& api) { return error_of(retire_node(api, kThing)); }}},
      {"explainSelector", {[](auto& api) {
         return error_of(explain_selector(api, {"all", "system.exec"}));
       }}},
      {"listNames", {[](auto& api) {
         return error_of(list_names(api, {"label", "role", "w"}));
       }}},
      {"listEnrollmentTokens", {[](auto& api) { return error_of(list_enrollment_tokens(api)); }}},
      {"createEnrollmentToken", {[](auto& api) {
         return error_of(create_enrollment_token(api, {2, "1h", {{"role", "web"}}}));
       }}},
      {"revokeEnrollmentToken",
       {[](auto& api) { return error_of(revoke_enrollment_token(api, kThing)); }}},
      {"listEvents",
       {[](auto& api) {
          return error_of(list_events(api, {"type=x", 5, "7", "9", "1s"}));
        },
        {"/events/0/specversion", "/events/0/datacontenttype"}}},
      {"listWebhooks", {[](auto& api) { return error_of(list_webhooks(api)); }}},
      {"getWebhook", {[](auto& api) { return error_of(get_webhook(api, kThing)); }}},
      {"putWebhook", {[](auto& api) {
         return error_of(put_webhook(api, kThing, {"https://x", "type=x", true, "whsec_"}));
       }}},
      {"removeWebhook", {[](auto& api) { return error_of(remove_webhook(api, kThing)); }}},
      {"testWebhook", {[](auto& api) { return error_of(test_webhook(api, kThing)); }}},
      {"listDeliveries", {[](auto& api) { return error_of(list_deliveries(api, kThing)); }}},
      {"listDeadLetters",
       {[](auto& api) {
          return error_of(list_dead_letters(api, kThing, {5, 7}));
        },
        {"/dead_letters/0/event/specversion", "/dead_letters/0/event/datacontenttype"}}},
      {"retryDeadLetter", {[](auto& api) { return error_of(retry_dead_letter(api, kThing)); }}},
      {"listPlugins", {[](auto& api) { return error_of(list_plugins(api)); }}},
      {"getPlugin", {[](auto& api) { return error_of(get_plugin(api, kThing)); }}},
      {"createJob",
       {[](auto& api) {
          return error_of(
              create_job(api, {.operation = "system.exec",
                               .selector = "all",
                               .arguments = std::make_shared<const json>(json::object()),
                               .timeout = "30s",
                               .check = true,
                               .care = {1, "5%", "1", true},
                               .wait = "1s"}));
        },
        {kCountsOfEvent}}},
      {"listJobs",
       {[](auto& api) {
          return error_of(list_jobs(api, {.which = {.state = "failed"}, .cursor = "a"}));
        },
        {"/jobs/0" + kCountsOfEvent}}},
      {"listTasks", {[](auto& api) {
         return error_of(list_tasks(api, {.jobs = {.by = "a"}, .task_state = "ok", .cursor = "a"}));
       }}},
      {"getJob", {[](auto& api) { return error_of(get_job(api, kThing)); }, {kCountsOfEvent}}},
      {"watchJob", {[](auto& api) {
         std::string last = "a.1";
         return error_of(watch_job(
             api, kThing, last, [] {}, [](const auto&) { return true; }));
       }}},
      {"getJobOutput", {[](auto& api) {
         return error_of(get_job_output(api, kThing, {"web1", "stderr", 1, 2},
                                        [](std::string_view) { return true; }));
       }}},
      {"retryJob", {[](auto& api) {
         return error_of(retry_job(api, kThing, {{"failed"}, {.expect = 1}}));
       }}},
      {"cancelJob", {[](auto& api) { return error_of(cancel_job(api, kThing)); }}},
      {"putGroup", {[](auto& api) {
         return error_of(put_group(api, kThing, {"all", "doc"}));
       }}},
      {"removeGroup", {[](auto& api) { return error_of(remove_group(api, kThing)); }}},
  };
}

/// Operations that the client has not, and why.
const std::map<std::string, std::string> kLeftOut{
    {"getOpenapi", "it is the document itself"},
    {"getMetrics", "for what scrapes it, in a form of its own"},
    {"enrollNode", "for agents, which are no clients of an operator"},
};

const api::Document& document() {
  static const auto built_in = api::Document::built_in().value();
  return *built_in;
}

std::string path_of(std::string pattern) {
  if (const auto open = pattern.find('{'); open != std::string::npos) {
    pattern.replace(open, pattern.find('}') - open + 1, kThing);
  }
  return pattern;
}

/// The schemas of what the operation answers when all went well, by status; null for no JSON.
std::map<int, json> good_answers(const api::Operation& operation) {
  const auto& root = document().root();
  std::map<int, json> answers;
  const auto& responses = root.at(json::json_pointer(operation.pointer)).at("responses");
  for (const auto& [status, response] : responses.items()) {
    if (status[0] != '2') continue;
    const auto followed = Sample(root, Size::Whole).followed(response);
    const auto content = followed.value("content", json::object());
    answers[std::stoi(status)] =
        content.contains("application/json") ? content.at("application/json").at("schema") : json();
  }
  return answers;
}

Said said(int status, const json& body) { return {status, body.is_null() ? "" : body.dump()}; }

/// What the row makes of an answer.
Error answered(const Row& row, const Said& answer) {
  PlayedApi played(answer);
  auto client = played.client();
  return row.ask(client);
}

/// Each operation with its row and one of its good answers.
template <class Check>
void for_each_answer(const Check& check) {
  const auto all = rows();
  for (const auto& operation : document().operations()) {
    if (kLeftOut.contains(operation.id)) continue;
    INFO(operation.id);
    if (!all.contains(operation.id)) FAIL("nothing here asks for this operation");
    const auto& row = all.at(operation.id);
    for (const auto& [status, schema] : good_answers(operation)) {
      INFO(status);
      check(operation, row, status, schema);
    }
  }
}

std::string function_of(const std::string& operation_id) {
  std::string name;
  for (const char c : operation_id) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0) name += '_';
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name;
}

TEST_CASE("every operation of the API has exactly one function in the client, named as it is",
          "[unit][client]") {
  std::multiset<std::string> functions;
  const std::regex declared(R"(\b([a-z_]+)\(\s*ApiClient& api\b)");
  for (const auto& file : std::filesystem::directory_iterator(MUSTER_CLIENT_SOURCES)) {
    if (file.path().extension() != ".hpp") continue;
    const auto text = read_file(file.path(), 1U << 20U).value();
    for (std::sregex_iterator at(text.begin(), text.end(), declared), end; at != end; ++at) {
      functions.insert((*at)[1]);
    }
  }
  for (const auto& operation : document().operations()) {
    const auto name = function_of(operation.id);
    INFO(name);
    CHECK(functions.count(name) == (kLeftOut.contains(operation.id) ? 0 : 1));
    functions.erase(name);
  }
  CHECK(functions == std::multiset<std::string>{});
}

TEST_CASE("what the client asks is what the document says of the operation", "[unit][client]") {
  for_each_answer([](const auto& operation, const Row& row, int status, const json& schema) {
    PlayedApi played(
        said(status, schema.is_null() ? schema : Sample(document().root(), Size::Bare).of(schema)));
    auto client = played.client();
    const auto error = row.ask(client);
    INFO((error ? error->message : ""));
    CHECK_FALSE(error);
    const auto asked = played.asked();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].method == operation.method);
    CHECK(asked[0].path == path_of(operation.path));
    const auto given = api::check_request(operation, asked[0]);
    INFO((given ? "" : given.error().message));
    CHECK(given);
  });
}

/// Calls `check` with each event of a job that the document tells of: its name and schema.
template <class Check>
void for_each_event(const Check& check) {
  const auto& streams = document().root().at(
      "/paths/~1v1~1jobs~1{id}~1events/get/responses/200/content"_json_pointer);
  for (const auto& [name, schema] : streams.at("text/event-stream").at("x-muster-events").items()) {
    INFO(name);
    check(name, schema);
  }
}

/// What the client makes of one event of a job, and how many it gave.
Error watched(const std::string& name, const json& data, int& given) {
  PlayedApi played(Said{200, "event: " + name + "\ndata: " + data.dump() + "\n\n"});
  auto client = played.client();
  std::string last;
  return error_of(watch_job(
      client, "x", last, [] {},
      [&](const JobEvent&) {
        ++given;
        return true;
      }));
}

TEST_CASE("the client understands each event of a job, and leaves out those of a later version",
          "[unit][client]") {
  int events = 0;
  int given = 0;
  for_each_event([&](const auto& name, const json& schema) {
    auto data = Sample(document().root(), Size::Whole).of(schema);
    data["of_a_later_version"] = 1;
    const auto error = watched(name, data, given);
    INFO((error ? error->message : ""));
    CHECK_FALSE(error);
    ++events;
  });
  CHECK(events > 0);
  CHECK(given == events);
  CHECK_FALSE(watched("of_a_later_version", json::object(), given));
  CHECK(given == events);
}

TEST_CASE("an event that lacks what the document promises ends the watching", "[unit][client]") {
  for_each_event([&](const auto& name, const json& schema) {
    Sample sample(document().root(), Size::Whole);
    auto whole = sample.of(schema);
    for (const auto& member : sample.required()) {
      INFO(member);
      if (member == "/bytes" || member == kCountsOfEvent) continue;  // the one is counted
      const json::json_pointer pointer(member);
      auto data = whole;
      data.at(pointer.parent_pointer()).erase(pointer.back());
      int given = 0;
      const auto error = watched(name, data, given);
      REQUIRE(error);
      CHECK(error->kind == ApiError::Kind::NotUnderstood);
      CHECK(given == 0);
    }
  });
}

TEST_CASE("the client understands whatever the document allows, and members that it never heard of",
          "[unit][client]") {
  for_each_answer([](const auto&, const Row& row, int status, const json& schema) {
    if (schema.is_null()) return;
    auto body = Sample(document().root(), Size::Whole).of(schema);
    body["of_a_later_version"] = {{"a", 1}};
    const auto error = answered(row, said(status, body));
    INFO((error ? error->message : ""));
    CHECK_FALSE(error);
  });
}

TEST_CASE("an answer that lacks what the document promises is an error that names it",
          "[unit][client]") {
  for_each_answer([](const auto&, const Row& row, int status, const json& schema) {
    if (schema.is_null()) return;
    Sample sample(document().root(), Size::Whole);
    const auto whole = sample.of(schema);
    for (const auto& member : sample.required()) {
      INFO(member);
      const json::json_pointer pointer(member);
      auto body = whole;
      body.at(pointer.parent_pointer()).erase(pointer.back());
      const auto error = answered(row, said(status, body));
      if (std::count(row.not_needed.begin(), row.not_needed.end(), member) > 0) {
        CHECK_FALSE(error);
        continue;
      }
      REQUIRE(error);
      CHECK(error->kind == ApiError::Kind::NotUnderstood);
      CHECK(error->message ==
            "the controller's answer lacks " + member.substr(1) + "; it may be of another version");
    }
  });
}

TEST_CASE("an answer with a member of another type is an error that names it", "[unit][client]") {
  for_each_answer([](const auto&, const Row& row, int status, const json& schema) {
    if (schema.is_null()) return;
    Sample sample(document().root(), Size::Whole);
    const auto whole = sample.of(schema);
    for (const auto& member : sample.required()) {
      INFO(member);
      auto body = whole;
      auto& value = body.at(json::json_pointer(member));
      // What is not needed is not looked at, and an operation's result may be anything.
      const bool is_free = member.ends_with("/result") ||
                           std::count(row.not_needed.begin(), row.not_needed.end(), member) > 0;
      if (is_free) continue;
      value = value.is_array() ? json("text") : json::array();
      const auto error = answered(row, said(status, body));
      REQUIRE(error);
      CHECK(error->kind == ApiError::Kind::NotUnderstood);
      CHECK(error->message.find(" as " + member.substr(1) + ";") != std::string::npos);
    }
  });
}

}  // namespace
}  // namespace muster::client
