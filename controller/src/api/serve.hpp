/// What each route does; openapi/ and controller/api.md say it for its users. One file each in
/// routes/.
///
/// All run on the loop, after the router's checks, and answer the exchange once.
#pragma once

#include <muster/core/selector/selector.hpp>
#include <optional>

#include "api/exchange.hpp"
#include "services.hpp"

namespace muster::controller::api {

void get_openapi(const Services& services, const ExchangePtr& exchange);
void get_ca(const Services& services, const ExchangePtr& exchange);
void enroll_node(const Services& services, const ExchangePtr& exchange);
void get_metrics(const Services& services, const ExchangePtr& exchange);
void get_status(const Services& services, const ExchangePtr& exchange);
void get_diagnosis(const Services& services, const ExchangePtr& exchange);
void list_nodes(const Services& services, const ExchangePtr& exchange);
void get_node(const Services& services, const ExchangePtr& exchange);
void change_node(const Services& services, const ExchangePtr& exchange);
void drain_node(const Services& services, const ExchangePtr& exchange);
void undrain_node(const Services& services, const ExchangePtr& exchange);
void retire_node(const Services& services, const ExchangePtr& exchange);
void list_groups(const Services& services, const ExchangePtr& exchange);
void get_group(const Services& services, const ExchangePtr& exchange);
void put_group(const Services& services, const ExchangePtr& exchange);
void remove_group(const Services& services, const ExchangePtr& exchange);
void list_names(const Services& services, const ExchangePtr& exchange);
void explain_selector(const Services& services, const ExchangePtr& exchange);
void create_enrollment_token(const Services& services, const ExchangePtr& exchange);
void list_enrollment_tokens(const Services& services, const ExchangePtr& exchange);
void revoke_enrollment_token(const Services& services, const ExchangePtr& exchange);
void list_events(const Services& services, const ExchangePtr& exchange);
void list_webhooks(const Services& services, const ExchangePtr& exchange);
void get_webhook(const Services& services, const ExchangePtr& exchange);
void put_webhook(const Services& services, const ExchangePtr& exchange);
void remove_webhook(const Services& services, const ExchangePtr& exchange);
void test_webhook(const Services& services, const ExchangePtr& exchange);
void list_deliveries(const Services& services, const ExchangePtr& exchange);
void list_dead_letters(const Services& services, const ExchangePtr& exchange);
void retry_dead_letter(const Services& services, const ExchangePtr& exchange);
void list_plugins(const Services& services, const ExchangePtr& exchange);
void get_plugin(const Services& services, const ExchangePtr& exchange);
void create_job(const Services& services, const ExchangePtr& exchange);
void list_jobs(const Services& services, const ExchangePtr& exchange);
void list_tasks(const Services& services, const ExchangePtr& exchange);
void get_job(const Services& services, const ExchangePtr& exchange);
void watch_job(const Services& services, const ExchangePtr& exchange);
void get_job_output(const Services& services, const ExchangePtr& exchange);
void cancel_job(const Services& services, const ExchangePtr& exchange);
void retry_job(const Services& services, const ExchangePtr& exchange);

/// A node as the API shows it.
[[nodiscard]] nlohmann::json node_view(const Node& node);
/// It without node_times(): what its ETag stands for.
[[nodiscard]] nlohmann::json lasting_node_view(const Node& node);
/// What each heartbeat changes.
[[nodiscard]] nlohmann::json node_times(const Node& node);

/// The answer to a selector that does not parse; nothing when it does.
[[nodiscard]] std::optional<Problem> selector_problem(const Result<selector::Selector>& parsed,
                                                      const selector::SyntaxError& where);

}  // namespace muster::controller::api
