#include <algorithm>

#include "metrics/exposition.hpp"

namespace muster::metrics {
namespace {

bool lower_snake(std::string_view name) {
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

}  // namespace

Status check_name(std::string_view name, Type type) {
  const auto broken = [&](const char* rule) {
    return fail(ErrorCode::InvalidArgument,
                "'" + std::string(name) + "' is no metric of ours: its name must " + rule);
  };
  if (!name.starts_with("muster_")) return broken("begin with muster_");
  if (!lower_snake(name)) return broken("have only a-z, 0-9 and _");
  if (name.back() == '_' || name.find("__") != name.npos) return broken("have no empty part");
  if (std::count(name.begin(), name.end(), '_') < 2) return broken("be muster_<name>_<unit>");
  const bool total = name.ends_with("_total");
  if (type == Type::Counter && !total) return broken("end in _total, being a counter");
  if (type != Type::Counter && total) return broken("not end in _total, being no counter");
  return {};
}

bool label_names_ok(const Labels& labels, Type type) {
  return std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
    return lower_snake(label.first) && (type != Type::Histogram || label.first != "le");
  });
}

}  // namespace muster::metrics
