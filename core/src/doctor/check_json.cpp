#include <muster/core/doctor/check_json.hpp>
#include <nlohmann/json.hpp>

namespace muster::doctor {

nlohmann::json to_json(const Checks& checks) {
  auto list = nlohmann::json::array();
  for (const auto& check : checks) {
    nlohmann::json one{
        {"name", check.name}, {"verdict", to_string(check.verdict)}, {"says", check.says}};
    if (!check.advice.empty()) one["advice"] = check.advice;
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace muster::doctor
