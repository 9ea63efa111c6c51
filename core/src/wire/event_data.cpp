#include <muster/core/wire/event_data.hpp>
#include <utility>

#define MSGPACK_NO_BOOST
#include <msgpack.hpp>

namespace muster::wire {
namespace {

/// Whether bytes are one map whose keys, at every level, are strings. It stops at the first level
/// too many and keeps nothing.
class PayloadCheck final : public msgpack::null_visitor {
 public:
  bool visit_nil() { return is_value(); }
  bool visit_boolean(bool /*v*/) { return is_value(); }
  bool visit_positive_integer(std::uint64_t /*v*/) { return is_value(); }
  bool visit_negative_integer(std::int64_t /*v*/) { return is_value(); }
  bool visit_float32(float /*v*/) { return is_value(); }
  bool visit_float64(double /*v*/) { return is_value(); }
  bool visit_str(const char* /*v*/, std::uint32_t /*size*/) {
    return std::exchange(key_, false) || is_value();
  }
  bool visit_bin(const char* /*v*/, std::uint32_t /*size*/) { return is_value(); }
  bool visit_ext(const char* v, std::uint32_t size) {
    constexpr auto kTimestamp = static_cast<char>(-1);
    return is_value() && size > 0 && *v == kTimestamp;
  }
  bool start_array(std::uint32_t /*items*/) { return is_value() && ++depth_ <= kMaxEventDepth; }
  bool end_array() { return leave(); }
  bool start_map(std::uint32_t /*entries*/) {
    return (depth_ == 0 || is_value()) && ++depth_ <= kMaxEventDepth;
  }
  bool start_map_key() { return key_ = true; }
  bool end_map() { return leave(); }

 private:
  [[nodiscard]] bool is_value() const { return depth_ > 0 && !key_; }
  bool leave() {
    --depth_;
    return true;
  }
  int depth_ = 0;
  bool key_ = false;
};

}  // namespace

bool is_event_data(BytesView data) {
  if (data.empty()) return true;
  PayloadCheck check;
  std::size_t end = 0;
  return msgpack::parse(reinterpret_cast<const char*>(data.data()), data.size(), end, check) &&
         end == data.size();
}

}  // namespace muster::wire
