#include <nlohmann/json.hpp>

#include "api/serve.hpp"
#include "jobs/job_view.hpp"
#include "jobs/selector_warnings.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

json view_of(const GroupRecord& group) {
  return {{"name", group.name},
          {"selector", group.selector},
          {"doc", group.doc},
          {"updated", time_view(group.updated)},
          {"updated_by", group.updated_by}};
}

GroupRecord request_from(const Services& services, const Exchange& exchange) {
  const auto& body = exchange.body();
  return {exchange.path("name"), body.at("selector"), body.at("doc"),
          to_unix_ms(services.loop.clock().unix_now()), exchange.principal};
}

/// The answer to a request that means a group as it is no more, or that wants a new one.
std::optional<Problem> changed(const Services& services, const Exchange& exchange) {
  const auto& name = exchange.path("name");
  const auto group = services.groups.find(name);
  if (auto problem = exchange.there_already(group.has_value(), "a group " + name.substr(0, 64))) {
    return problem;
  }
  return exchange.changed_since(group ? view_of(**group) : json());
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void put(const Services& services, const ExchangePtr& exchange) {
  if (const auto problem = changed(services, *exchange)) return exchange->answer(*problem);
  auto group = request_from(services, *exchange);
  selector::SyntaxError where;
  const auto parsed = services.fleet.parse_group(group.name, group.selector, &where);
  if (const auto problem = selector_problem(parsed, where)) return exchange->answer(*problem);
  group.selector = parsed->text();
  const auto view = view_of(group);
  auto once = json::object();
  if (auto warnings = warnings_of(services.fleet, *parsed, {}); !warnings.empty()) {
    once["warnings"] = std::move(warnings);
  }
  services.groups.put(
      std::move(group), [&services, exchange, view, once](const Result<bool>& is_new) {
        if (!is_new) return exchange->answer(is_new.error());
        services.events.record("group.changed", "group/" + view.at("name").get<std::string>(),
                               {{"selector", view.at("selector")}, {"by", view.at("updated_by")}});
        exchange->answer(*is_new ? 201 : 200, view, {}, once);
      });
}

void remove(const Services& services, const ExchangePtr& exchange) {
  const auto name = exchange->path("name");
  if (const auto group = services.groups.find(name); !group) return exchange->answer(group.error());
  if (const auto problem = changed(services, *exchange)) return exchange->answer(*problem);
  if (const auto others = services.fleet.groups_that_name(name); !others.empty()) {
    Problem problem{
        {ErrorCode::Conflict,
         "the group " + name + " is part of " + joined(others) + "; change or remove those first",
         {},
         false,
         {}},
        "in_use",
        {}};
    return exchange->answer(problem);
  }
  services.groups.remove(
      name, [&services, exchange, name, by = exchange->principal](const Status& removed) {
        if (!removed) return exchange->answer(removed.error());
        services.events.record("group.removed", "group/" + name, {{"by", by}});
        exchange->answer_nothing();
      });
}

/// One change after another: each is judged by what the one before it made, also where it names
/// another group.
void in_turn(const Services& services, const ExchangePtr& exchange,
             void (*change)(const Services&, const ExchangePtr&)) {
  const auto taken =
      services.groups.in_turn([&services, exchange, change] { change(services, exchange); });
  if (!taken) exchange->answer(taken.error());
}

}  // namespace

void list_groups(const Services& services, const ExchangePtr& exchange) {
  json views = json::array();
  for (const auto& [name, group] : services.groups.all()) views.push_back(view_of(group));
  exchange->answer(200, {{"groups", std::move(views)}});
}

void get_group(const Services& services, const ExchangePtr& exchange) {
  const auto group = services.groups.find(exchange->path("name"));
  if (!group) return exchange->answer(group.error());
  exchange->answer(200, view_of(**group));
}

void put_group(const Services& services, const ExchangePtr& exchange) {
  in_turn(services, exchange, put);
}

void remove_group(const Services& services, const ExchangePtr& exchange) {
  in_turn(services, exchange, remove);
}

}  // namespace muster::controller::api
