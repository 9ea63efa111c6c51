#include "json_text.hpp"

#include <nlohmann/json.hpp>

namespace muster::cli {

std::string json_text(const client::Json& told) { return told->dump(2) + "\n"; }

std::string json_line(const client::Json& told) { return told->dump(); }

}  // namespace muster::cli
