#include "node_json.hpp"

#include <nlohmann/json.hpp>
#include <string>

namespace muster::controller {
namespace {

using nlohmann::json;

/// Keeps nothing and ends the parse at the first level too many. The library's parser recurses into
/// each level, so this has to come before anything else touches the bytes.
class DepthGuard final : public json::json_sax_t {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return ++depth_ <= kMaxNodeValueDepth; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return ++depth_ <= kMaxNodeValueDepth; }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override {
    return false;
  }

 private:
  bool leave() {
    --depth_;
    return true;
  }
  int depth_ = 0;
};

}  // namespace

json json_from_node(BytesView msgpack) {
  DepthGuard guard;
  const auto* begin = msgpack.data();
  const auto* end = begin + msgpack.size();
  if (!json::sax_parse(begin, end, &guard, json::input_format_t::msgpack)) return nullptr;
  auto value = json::from_msgpack(begin, end, true, false);
  if (value.is_discarded()) return nullptr;
  return value;
}

}  // namespace muster::controller
