#include <muster/sdk/typed.hpp>

namespace muster::sdk {
namespace {

template <class Read, class T>
Status store(Read&& read, T& value) {
  if (!read) return tl::unexpected(read.error());
  value = T(*read);
  return {};
}

}  // namespace

Status decode(Reader& in, bool& value) { return store(in.read_bool(), value); }
Status decode(Reader& in, std::int64_t& value) { return store(in.read_int(), value); }
Status decode(Reader& in, double& value) { return store(in.read_double(), value); }
Status decode(Reader& in, std::string& value) { return store(in.read_string(), value); }
Status decode(Reader& in, Raw& value) { return store(in.read_any(), value.payload); }

void encode(Writer& out, bool value) { out.boolean(value); }
void encode(Writer& out, std::int64_t value) { out.integer(value); }
void encode(Writer& out, double value) { out.number(value); }
void encode(Writer& out, const std::string& value) { out.string(value); }
void encode(Writer& out, const Raw& value) { out.raw(value.payload); }

}  // namespace muster::sdk
