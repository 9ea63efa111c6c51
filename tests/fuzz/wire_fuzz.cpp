/// Feeds arbitrary bytes to everything that decodes what a peer of the wire sends. What is taken
/// must come back from its own encoding.
#include <cstdlib>
#include <muster/core/wire/envelope.hpp>
#include <muster/core/wire/gateway_link.hpp>
#include <muster/core/wire/messages.hpp>

namespace {

using namespace muster;

template <class Message>
void try_message(BytesView body) {
  const auto decoded = wire::decode<Message>(body);
  if (decoded && !wire::decode<Message>(wire::encode(*decoded))) std::abort();
}

template <class... Messages>
void try_each(BytesView body) {
  (try_message<Messages>(body), ...);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster::wire;
  const BytesView input(data, size);
  if (const auto envelope = decode_envelope(input)) {
    if (encode_envelope(envelope->header, envelope->body) != to_bytes(input)) std::abort();
  }
  static_cast<void>(decode_link(input));
  if (const auto spec = decode_spec(input)) {
    const auto again = decode_spec(encode_spec(*spec));
    if (!again || *again != *spec) std::abort();
  }
  try_each<Hello, Welcome, Refused, GoAway, Task, Refuse, Out, Progress, TaskResult, ResultAck,
           Cancel, StatusReport, Plugins, Manifest, Facts, Event>(input);
  return 0;
}
