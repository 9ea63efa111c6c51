#include "records.hpp"

#include <muster/plugin.h>

#include <muster/sdk/msgpack.hpp>

#include "terminal.hpp"

namespace muster::cli {

using nlohmann::json;

std::vector<json> take_records(std::string& pending) {
  std::vector<json> records;
  std::size_t taken = 0;
  for (;;) {
    // Before anything else looks at them: it refuses what is nested too deep.
    sdk::Reader reader(std::string_view(pending).substr(taken));
    const auto bytes = reader.read_any();
    if (!bytes) break;
    auto record = json::from_msgpack(*bytes, true, false);
    if (!record.is_object()) break;
    records.push_back(std::move(record));
    taken += bytes->size();
  }
  // No record is longer than a chunk, so this one has no rest that could come.
  const bool senseless = pending.size() - taken > MUSTER_MAX_CHUNK_BYTES;
  pending.erase(0, senseless ? pending.size() : taken);
  return records;
}

std::string record_line(const json& record) {
  return printable(record.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace muster::cli
