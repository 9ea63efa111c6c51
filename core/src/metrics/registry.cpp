#include <algorithm>
#include <deque>
#include <muster/core/base/guarded.hpp>
#include <variant>

#include "metrics/exposition.hpp"

namespace muster::metrics {
namespace {

// On the heap, so that a series keeps its address.
using Series =
    std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>>;

struct Family {
  Type type = Type::Counter;
  std::string help;
  std::vector<double> bounds;
  std::map<Labels, Series> series;
};

struct Families {
  std::map<std::string, Family, std::less<>> by_name;
  std::deque<Series> unseen;  // asked for under a wrong name; one per type is enough
};

Series make_series(Type type, const std::vector<double>& bounds) {
  if (type == Type::Counter) return std::make_unique<Counter>();
  if (type == Type::Gauge) return std::make_unique<Gauge>();
  return std::make_unique<Histogram>(bounds);
}

Labels overflow_labels(const Labels& labels) {
  Labels overflow;
  for (const auto& [key, value] : labels) overflow[key] = "overflow";
  return overflow;
}

void append_series(std::string& out, const std::string& name, const Labels& labels,
                   const Series& series) {
  if (const auto* counter = std::get_if<std::unique_ptr<Counter>>(&series)) {
    append_sample(out, name, labels, std::to_string((*counter)->value()));
  } else if (const auto* gauge = std::get_if<std::unique_ptr<Gauge>>(&series)) {
    append_sample(out, name, labels, number_text((*gauge)->value()));
  } else {
    append_histogram(out, name, labels, *std::get<std::unique_ptr<Histogram>>(series));
  }
}

}  // namespace

struct Registry::State {
  std::size_t max_series;
  Guarded<Families> families;
  // ours, among the families
  Counter* dropped = nullptr;
  Counter* invalid = nullptr;

  Series& unseen(Families& all, Type type) {
    invalid->add();
    const auto index = static_cast<std::size_t>(type);
    for (auto& series : all.unseen) {
      if (series.index() == index) return series;
    }
    return all.unseen.emplace_back(make_series(type, {}));
  }

  Series& find(Families& all, Type type, std::string_view name, std::string_view help,
               std::vector<double> bounds, const Labels& labels) {
    auto found = all.by_name.find(name);
    if (found == all.by_name.end()) {
      if (!check_name(name, type)) return unseen(all, type);
      Family family{type, std::string(help), std::move(bounds), {}};
      found = all.by_name.emplace(std::string(name), std::move(family)).first;
    }
    auto& family = found->second;
    if (family.type != type || !label_names_ok(labels, type)) return unseen(all, type);
    if (const auto known = family.series.find(labels); known != family.series.end()) {
      return known->second;
    }
    const bool full = !labels.empty() && family.series.size() >= max_series;
    if (full) dropped->add();
    return family.series
        .try_emplace(full ? overflow_labels(labels) : labels, make_series(type, family.bounds))
        .first->second;
  }

  template <class Kind>
  Kind& get(Type type, std::string_view name, std::string_view help, std::vector<double> bounds,
            const Labels& labels) {
    return families.with([&](Families& all) -> Kind& {
      return *std::get<std::unique_ptr<Kind>>(
          find(all, type, name, help, std::move(bounds), labels));
    });
  }
};

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), buckets_(bounds_.size() + 1) {}

void Histogram::observe(double value) {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<double> latency_bounds() {
  return {0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10, 100};
}

Registry::Registry(std::size_t max_series) : state_(std::make_unique<State>()) {
  state_->max_series = max_series;
  state_->dropped =
      &counter("muster_metrics_dropped_series_total", "Label sets beyond the limit of a family.");
  state_->invalid = &counter("muster_metrics_invalid_total",
                             "Series asked for under a wrong name, type or label.");
}
Registry::~Registry() = default;

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  return state_->get<Counter>(Type::Counter, name, help, {}, labels);
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  return state_->get<Gauge>(Type::Gauge, name, help, {}, labels);
}

Histogram& Registry::histogram(std::string_view name, std::string_view help,
                               std::vector<double> bounds, const Labels& labels) {
  return state_->get<Histogram>(Type::Histogram, name, help, std::move(bounds), labels);
}

std::string Registry::exposition() const {
  std::string out;
  state_->families.with([&](const Families& all) {
    for (const auto& [name, family] : all.by_name) {
      append_family(out, name, family.help, family.type);
      for (const auto& [labels, series] : family.series) append_series(out, name, labels, series);
    }
  });
  return out;
}

}  // namespace muster::metrics
