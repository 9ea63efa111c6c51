#include "facts/plugin_facts.hpp"

#include <algorithm>
#include <muster/core/wire/limits.hpp>
#include <muster/core/wire/text.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace muster::agent {
namespace {

using nlohmann::json;

bool is_part(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
}

/// "app.release": parts with dots between them, two at least.
bool is_fact_name(std::string_view name) {
  if (name.size() > wire::kMaxName || name.find('.') == std::string_view::npos) return false;
  for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    if (!is_part(name.substr(0, dot))) return false;
    name.remove_prefix(dot + 1);
  }
  return is_part(name);
}

/// Ages of what is no fact are left out without a word: the fact was, and has been counted.
void add_ages(const json& ages, ToldFacts& told, std::size_t& left_out) {
  for (const auto& [name, age] : ages.items()) {
    if (!told.facts.contains(name)) continue;
    if (!age.is_number_unsigned()) {
      ++left_out;
      continue;
    }
    constexpr std::chrono::seconds kMost = wire::kMaxFactAge;
    told.ages[name] = std::chrono::seconds(std::min<std::uint64_t>(
        age.get<std::uint64_t>(), static_cast<std::uint64_t>(kMost.count())));
  }
}

/// The time of one reading, told twice, differs by what the answers took and by parts of a second:
/// it is the same as `before` then.
MonoTime same_or(MonoTime now, std::optional<MonoTime> before) {
  constexpr std::chrono::seconds kAlike{30};
  return before && now - *before < kAlike && *before - now < kAlike ? *before : now;
}

}  // namespace

Result<ToldFacts> facts_from(BytesView result, std::size_t& left_out) {
  const auto value = json::from_msgpack(result.begin(), result.end(), true, false);
  const auto facts = value.is_object() ? value.find("facts") : value.end();
  if (!value.is_object() || facts == value.end() || !facts->is_object()) {
    return fail(ErrorCode::InvalidArgument, "its answer has no facts, a map of texts", "/facts");
  }
  ToldFacts told;
  left_out = 0;
  for (const auto& [name, fact] : facts->items()) {
    const auto* text = fact.get_ptr<const std::string*>();
    if (told.facts.size() < PluginFacts::kMostOfOne && is_fact_name(name) && text != nullptr &&
        text->size() <= wire::kMaxSentence && wire::is_utf8(*text)) {
      told.facts.emplace(name, *text);
    } else {
      ++left_out;
    }
  }
  if (const auto ages = value.find("age_seconds"); ages != value.end() && ages->is_object()) {
    add_ages(*ages, told, left_out);
  }
  return told;
}

PluginFacts::PluginFacts(run::EventLoop& loop, FactTellers& tellers,
                         std::chrono::milliseconds every, log::Logger log,
                         std::function<void(const AgedFacts&)> changed)
    : loop_(loop),
      tellers_(tellers),
      every_(every),
      log_(std::move(log)),
      changed_(std::move(changed)) {
  again_ = loop_.after(every_, [this] { ask_all(); });
}

void PluginFacts::plugins_changed() {
  const auto ready = tellers_.fact_tellers();
  for (auto& [plugin, teller] : told_) {
    if (std::find(ready.begin(), ready.end(), plugin) == ready.end()) teller.ready = false;
  }
  for (const auto& plugin : ready) {
    auto& teller = told_[plugin];
    if (!std::exchange(teller.ready, true)) ask(plugin, teller);
  }
}

void PluginFacts::ask_all() {
  again_ = loop_.after(every_, [this] { ask_all(); });
  std::erase_if(told_, [](const auto& entry) {
    return !entry.second.ready && !entry.second.asked && entry.second.failures >= kMostFailures;
  });
  for (auto& [plugin, teller] : told_) {
    if (teller.ready) {
      ask(plugin, teller);
    } else {
      on_failure(plugin, teller, {ErrorCode::Unavailable, "the plugin is not ready", {}, true, {}});
    }
  }
}

void PluginFacts::ask(const std::string& plugin, Teller& teller) {
  if (std::exchange(teller.asked, true)) return;
  tellers_.ask_for_facts(plugin, kWithin,
                         [this, plugin](const Result<Bytes>& told) { on_told(plugin, told); });
}

void PluginFacts::on_told(const std::string& plugin, const Result<Bytes>& told) {
  auto& teller = told_[plugin];
  teller.asked = false;
  if (!told) return on_failure(plugin, teller, told.error());
  std::size_t left_out = 0;
  auto facts = facts_from(*told, left_out);
  if (!facts) return on_failure(plugin, teller, facts.error());
  if (left_out > 0) {
    log_.warn("a plugin tells more facts, or others, than the interface facts/1 allows, ignoring",
              {{"plugin", plugin}, {"left_out", left_out}});
  }
  teller.failures = 0;
  teller.answered = loop_.clock().mono_now();
  const auto before = std::exchange(teller.told, {std::move(facts->facts), {}}).read;
  for (const auto& [name, age] : facts->ages) {
    if (age < every_) continue;  // no older than others may be
    const auto found = before.find(name);
    teller.told.read[name] = same_or(
        teller.answered - age, found == before.end() ? std::optional<MonoTime>() : found->second);
  }
  tell();
}

void PluginFacts::on_failure(const std::string& plugin, Teller& teller, const Error& why) {
  if (++teller.failures == kMostFailures) {
    log_.warn("a plugin does not tell its facts, forgetting them",
              {{"plugin", plugin}, {"error", why.message}});
  }
  if (teller.failures >= kMostFailures) teller.told = {};
  tell();
}

void PluginFacts::tell() {
  AgedFacts all;
  for (const auto& [plugin, teller] : told_) {
    for (const auto& [name, value] : teller.told.facts) {
      if (!all.facts.emplace(name, value).second) continue;  // what is there already stays
      const auto own = teller.told.read.find(name);
      if (own != teller.told.read.end()) {
        all.read[name] = own->second;
      } else if (teller.failures > 0) {
        all.read[name] = teller.answered;
      }
    }
  }
  if (all == all_) return;
  all_ = std::move(all);
  changed_(all_);
}

}  // namespace muster::agent
