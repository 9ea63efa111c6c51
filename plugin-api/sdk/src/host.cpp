#include <muster/sdk/host.hpp>

#include "text_map.hpp"

namespace muster::sdk {
namespace {

std::vector<muster_str> views(Metric::Labels values) {
  std::vector<muster_str> result;
  for (const auto value : values) result.push_back(view(value));
  return result;
}

}  // namespace

Log Host::log() const { return Log(service<muster_log_v1>(MUSTER_SERVICE_LOG_1)); }

void Log::debug(std::string_view message, Fields fields) const {
  write(MUSTER_LOG_DEBUG, message, fields);
}
void Log::info(std::string_view message, Fields fields) const {
  write(MUSTER_LOG_INFO, message, fields);
}
void Log::warn(std::string_view message, Fields fields) const {
  write(MUSTER_LOG_WARN, message, fields);
}
void Log::error(std::string_view message, Fields fields) const {
  write(MUSTER_LOG_ERROR, message, fields);
}

void Log::write(std::uint32_t level, std::string_view message, Fields fields) const {
  if (!MUSTER_HAS(table_, muster_log_v1, write) || table_->enabled(table_, level) == 0) return;
  const auto map = text_map(fields);
  const muster_log_record record{sizeof(muster_log_record), level, 0, view(message), bytes_of(map)};
  table_->write(table_, &record);
}

Result<Metric> Host::metric(std::uint32_t type, std::string_view name, std::string_view doc,
                            const std::vector<std::string_view>& labels,
                            const std::vector<double>& buckets) const {
  const auto* table = service<muster_metrics_v1>(MUSTER_SERVICE_METRICS_1);
  if (!MUSTER_HAS(table, muster_metrics_v1, observe)) return Metric();
  std::vector<muster_str> label_views;
  for (const auto label : labels) label_views.push_back(view(label));
  const muster_metric definition{
      sizeof(muster_metric), type,           view(name),    view(doc), label_views.data(),
      label_views.size(),    buckets.data(), buckets.size()};
  std::uint32_t id = 0;
  const auto status = table->define(table, &definition, &id);
  if (status != MUSTER_OK) {
    return fail(static_cast<ErrorCode>(status), "the host refused the metric " + std::string(name));
  }
  return Metric(table, id);
}

void Metric::add(double by, Labels values) const {
  const auto labels = views(values);
  if (table_ != nullptr) table_->add(table_, id_, labels.data(), labels.size(), by);
}

void Metric::set(double to, Labels values) const {
  const auto labels = views(values);
  if (table_ != nullptr) table_->set(table_, id_, labels.data(), labels.size(), to);
}

void Metric::observe(double value, Labels values) const {
  const auto labels = views(values);
  if (table_ != nullptr) table_->observe(table_, id_, labels.data(), labels.size(), value);
}

}  // namespace muster::sdk
