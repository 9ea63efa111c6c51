#include "client/groups.hpp"

#include "client/answer_place.hpp"

namespace muster::client {
namespace {

std::string path_of(const std::string& name) { return "/v1/groups/" + sdk::percent_encode(name); }

}  // namespace

static void read(const Place& place, Group& group) {
  place.must("name", group.name);
  place.must("selector", group.selector);
  place.must("doc", group.doc);
  place.must("updated", group.updated);
  place.must("updated_by", group.updated_by);
  place.may("warnings", group.warnings);
  group.told = place.told();
}

static void read(const Place& place, Groups& groups) {
  place.must("groups", groups.groups);
  groups.told = place.told();
}

Result<Groups> list_groups(ApiClient& api) { return read_answer<Groups>(api.get("/v1/groups")); }

Result<Group> get_group(ApiClient& api, const std::string& name) {
  return read_answer<Group>(api.get(path_of(name)));
}

Result<Group> put_group(ApiClient& api, const std::string& name, const GroupRequest& request,
                        const OnlyIf& only_if) {
  return read_answer<Group>(api.send(
      "PUT", path_of(name), {{"selector", request.selector}, {"doc", request.doc}}, only_if));
}

Result<void> remove_group(ApiClient& api, const std::string& name, const OnlyIf& only_if) {
  return nothing_of(api.send("DELETE", path_of(name), nullptr, only_if));
}

}  // namespace muster::client
