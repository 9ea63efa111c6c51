#include "own_metrics.hpp"

#include <algorithm>
#include <cmath>

#include "abi_values.hpp"
#include "metrics/exposition.hpp"

namespace muster::plugins {
namespace {

constexpr std::size_t kMaxDoc = 500;
constexpr const char* kOverflow = "other";

const char* type_name(std::uint32_t type) {
  if (type == MUSTER_METRIC_COUNTER) return "counter";
  return type == MUSTER_METRIC_GAUGE ? "gauge" : "histogram";
}

/// `le` belongs to histograms, `plugin` and `instance` to the one who serves the page.
bool is_label(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), fits) && !name.starts_with("__") && name != "le" &&
         name != "plugin" && name != "instance";
}

bool labels_ok(std::vector<std::string> labels) {
  std::sort(labels.begin(), labels.end());
  return std::all_of(labels.begin(), labels.end(), is_label) &&
         std::adjacent_find(labels.begin(), labels.end()) == labels.end();
}

bool bounds_ok(const std::vector<double>& bounds) {
  return std::all_of(bounds.begin(), bounds.end(), [](double one) { return std::isfinite(one); }) &&
         std::adjacent_find(bounds.begin(), bounds.end(), std::greater_equal<>()) == bounds.end();
}

bool is_whole(const muster_metric* metric) {
  return metric != nullptr && metric->struct_size >= sizeof(muster_metric) &&
         metric->type >= MUSTER_METRIC_COUNTER && metric->type <= MUSTER_METRIC_HISTOGRAM &&
         (metric->labels != nullptr || metric->label_count == 0) &&
         (metric->buckets != nullptr || metric->bucket_count == 0) &&
         (metric->type == MUSTER_METRIC_HISTOGRAM || metric->bucket_count == 0);
}

void append_label(std::string& out, const std::string& name, std::string_view value) {
  if (!out.empty()) out += ',';
  out.append(name).append("=\"");
  metrics::append_escaped(out, value, true);
  out += '"';
}

void append_line(std::string& out, const std::string& name, const std::string& labels,
                 const std::string& value) {
  out += name;
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

}  // namespace

OwnMetrics::OwnMetrics(const std::vector<std::string>& declared) {
  table_ = {sizeof(muster_metrics_v1), 0, this, define, add, set, observe};
  for (const auto& line : declared) {
    const auto name = line.find(' ') + 1;
    const auto end = std::min(line.find(' ', name), line.size());
    declared_[line.substr(name, end - name)] = line.substr(0, name - 1) + line.substr(end);
  }
}

void OwnMetrics::freeze() {
  const std::lock_guard lock(mutex_);
  frozen_ = true;
}

bool OwnMetrics::is_declared(const Metric& metric) const {
  std::string shape = type_name(metric.type);
  for (const auto& label : metric.labels) shape += " " + label;
  const auto found = declared_.find(metric.name);
  return found != declared_.end() && found->second == shape;
}

bool OwnMetrics::Metric::same(const Metric& other) const {
  return type == other.type && doc == other.doc && labels == other.labels && bounds == other.bounds;
}

muster_status OwnMetrics::define(const muster_metrics_v1* table, const muster_metric* metric,
                                 uint32_t* id) noexcept {
  auto& all = self(table);
  if (!is_whole(metric) || id == nullptr) return MUSTER_INVALID_ARGUMENT;
  if (metric->label_count > MUSTER_METRICS_MAX_LABELS ||
      metric->bucket_count > MUSTER_METRICS_MAX_BUCKETS) {
    return MUSTER_RESOURCE_EXHAUSTED;
  }
  Metric made{metric->type, to_text(metric->name), to_text(metric->doc, kMaxDoc), {}, {}, {}};
  for (std::uint64_t i = 0; i < metric->label_count; ++i)
    made.labels.push_back(to_text(metric->labels[i]));
  if (metric->bucket_count > 0)
    made.bounds.assign(metric->buckets, metric->buckets + metric->bucket_count);
  if (!labels_ok(made.labels) || !bounds_ok(made.bounds) || !all.is_declared(made)) {
    return MUSTER_INVALID_ARGUMENT;
  }
  const std::lock_guard lock(all.mutex_);
  if (all.frozen_) return MUSTER_WRONG_STATE;
  const auto known = std::find_if(all.metrics_.begin(), all.metrics_.end(),
                                  [&](const Metric& one) { return one.name == made.name; });
  if (known != all.metrics_.end() && !known->same(made)) return MUSTER_CONFLICT;
  *id = static_cast<uint32_t>(known - all.metrics_.begin()) + 1;
  if (known != all.metrics_.end()) return MUSTER_OK;
  if (all.metrics_.size() >= MUSTER_METRICS_MAX_METRICS) return MUSTER_RESOURCE_EXHAUSTED;
  // A series without labels is there from the start, so that its rate is known from the first step.
  if (made.labels.empty()) (void)made.series_of(nullptr);
  all.metrics_.push_back(std::move(made));
  return MUSTER_OK;
}

OwnMetrics::Series& OwnMetrics::Metric::series_of(const muster_str* values) {
  std::string key;
  for (std::size_t i = 0; i < labels.size(); ++i)
    append_label(key, labels[i], to_text(values[i], MUSTER_METRICS_MAX_VALUE_BYTES));
  auto found = series.find(key);
  if (found == series.end() && series.size() >= MUSTER_METRICS_MAX_SERIES) {
    key.clear();
    for (const auto& label : labels) append_label(key, label, kOverflow);
    found = series.find(key);
  }
  if (found == series.end()) found = series.emplace(key, Series{}).first;
  if (type == MUSTER_METRIC_HISTOGRAM) found->second.buckets.resize(bounds.size() + 1);
  return found->second;
}

OwnMetrics::Metric* OwnMetrics::fitting(uint32_t id, const muster_str* values, uint64_t value_count,
                                        double number) {
  if (id == 0 || id > metrics_.size() || !std::isfinite(number)) return nullptr;
  auto& metric = metrics_[id - 1];
  const bool fits = value_count == metric.labels.size() && (values != nullptr || value_count == 0);
  return fits ? &metric : nullptr;
}

muster_status OwnMetrics::add(const muster_metrics_v1* table, uint32_t id, const muster_str* values,
                              uint64_t value_count, double by) noexcept {
  auto& all = self(table);
  const std::lock_guard lock(all.mutex_);
  auto* metric = all.fitting(id, values, value_count, by);
  if (metric == nullptr || metric->type == MUSTER_METRIC_HISTOGRAM ||
      (metric->type == MUSTER_METRIC_COUNTER && by < 0)) {
    return MUSTER_INVALID_ARGUMENT;
  }
  metric->series_of(values).value += by;
  return MUSTER_OK;
}

muster_status OwnMetrics::set(const muster_metrics_v1* table, uint32_t id, const muster_str* values,
                              uint64_t value_count, double to) noexcept {
  auto& all = self(table);
  const std::lock_guard lock(all.mutex_);
  auto* metric = all.fitting(id, values, value_count, to);
  if (metric == nullptr || metric->type != MUSTER_METRIC_GAUGE) return MUSTER_INVALID_ARGUMENT;
  metric->series_of(values).value = to;
  return MUSTER_OK;
}

muster_status OwnMetrics::observe(const muster_metrics_v1* table, uint32_t id,
                                  const muster_str* values, uint64_t value_count,
                                  double value) noexcept {
  auto& all = self(table);
  const std::lock_guard lock(all.mutex_);
  auto* metric = all.fitting(id, values, value_count, value);
  if (metric == nullptr || metric->type != MUSTER_METRIC_HISTOGRAM) return MUSTER_INVALID_ARGUMENT;
  auto& series = metric->series_of(values);
  const auto bucket = std::lower_bound(metric->bounds.begin(), metric->bounds.end(), value);
  ++series.buckets[static_cast<std::size_t>(bucket - metric->bounds.begin())];
  series.value += value;
  return MUSTER_OK;
}

void OwnMetrics::Metric::render(std::string& out, std::size_t most) const {
  metrics::append_family(out, name, doc, static_cast<metrics::Type>(type - MUSTER_METRIC_COUNTER));
  for (const auto& [key, one] : series) {
    if (out.size() > most) return;
    if (type != MUSTER_METRIC_HISTOGRAM) {
      append_line(out, name, key, metrics::number_text(one.value));
      continue;
    }
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < one.buckets.size(); ++i) {
      so_far += one.buckets[i];
      auto with_bound = key;
      append_label(with_bound, "le",
                   i < bounds.size() ? metrics::number_text(bounds[i]) : std::string("+Inf"));
      append_line(out, name + "_bucket", with_bound, std::to_string(so_far));
    }
    append_line(out, name + "_sum", key, metrics::number_text(one.value));
    append_line(out, name + "_count", key, std::to_string(so_far));
  }
}

Result<std::string> OwnMetrics::text(std::size_t most) {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& metric : metrics_) {
    metric.render(out, most);
    if (out.size() > most) {
      return fail(ErrorCode::ResourceExhausted, "the plugin's metrics are more than may be served");
    }
  }
  return out;
}

}  // namespace muster::plugins
