#include "emit_events.hpp"

#include <muster/sdk/msgpack.hpp>

namespace muster::plugin::mock {

EmitResult emit_events(const sdk::Events& events, const EmitArguments& told) {
  sdk::Writer data;
  if (!told.text.empty()) {
    std::string text;
    for (std::int64_t i = 0; i < told.copies; ++i) text += told.text;
    data.map(1);
    data.string("text");
    data.string(text);
  }
  EmitResult result{};
  while (result.emitted < told.times) {
    const auto emitted = events.emit({told.type, told.subject, data.bytes(), told.id, {}});
    if (!emitted) {
      result.code = static_cast<std::int64_t>(emitted.error().code);
      result.message = emitted.error().message;
      return result;
    }
    ++result.emitted;
  }
  return result;
}

}  // namespace muster::plugin::mock
