#include <algorithm>

#include "content.hpp"
#include "files.hpp"
#include "place.hpp"
#include "present_file.hpp"

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;

constexpr std::int64_t kMaxInResult = std::int64_t{512} << 10;
constexpr std::int64_t kMaxUnasked = std::int64_t{16}
                                     << 20;  // on stdout, when nobody named a limit

/// How much to read, or why that is refused.
sdk::Result<std::int64_t> bound(const FileGetArguments& arguments, std::int64_t size) {
  const bool to_result = arguments.to == "result";
  const auto most = to_result ? kMaxInResult : kMaxUnasked;
  const auto refuse = [](const std::string& why, const char* field) {
    return sdk::fail(ErrorCode::ResourceExhausted, why, field);
  };
  if (arguments.max_bytes) {
    if (to_result && *arguments.max_bytes > most) {
      return refuse("a result holds at most " + std::to_string(most) +
                        " bytes of a file; say to: stdout for more",
                    "/max_bytes");
    }
    return *arguments.max_bytes;
  }
  if (size - arguments.offset > most) {
    return refuse(arguments.path + " has " + std::to_string(size) + " bytes, more than " +
                      std::to_string(most) + "; ask for a part with offset and max_bytes" +
                      (to_result ? ", or say to: stdout" : ""),
                  "/path");
  }
  return most;
}

/// Everything from the offset on as output, piece by piece.
sdk::Status stream(const sdk::Call& call, const PresentFile& file, const Place& place,
                   std::int64_t most, FileGetResult& result) {
  constexpr std::int64_t kStep = std::int64_t{256} << 10;
  Sha256 sum;
  while (result.bytes < most) {
    auto piece = read_part(file, place, result.offset + result.bytes,
                           static_cast<std::size_t>(std::min(kStep, most - result.bytes)));
    if (!piece) return tl::unexpected(piece.error());
    if (piece->empty()) break;
    sum.update(*piece);
    if (auto sent = call.out(*piece); !sent) return sent;
    result.bytes += static_cast<std::int64_t>(piece->size());
  }
  result.sha256 = sum.finish();
  return {};
}

sdk::Status hold(const PresentFile& file, const Place& place, std::int64_t most,
                 FileGetResult& result) {
  auto bytes = read_part(file, place, result.offset, static_cast<std::size_t>(most));
  if (!bytes) return tl::unexpected(bytes.error());
  result.bytes = static_cast<std::int64_t>(bytes->size());
  result.sha256 = sha256(*bytes);
  if (is_text(*bytes)) {
    result.content = std::move(*bytes);
  } else {
    result.content_base64 = to_base64(*bytes);
  }
  return {};
}

}  // namespace

sdk::Answer<FileGetResult> get_file(const sdk::Call& call, const FileGetArguments& arguments) {
  const auto place = find_place(arguments.path, arguments.follow ? Follow::Yes : Follow::No);
  if (!place) return tl::unexpected(place.error());
  const auto file = open_file(*place);
  if (!file) return tl::unexpected(file.error());
  if (!*file) return sdk::fail(ErrorCode::NotFound, "there is no file " + place->path, "/path");
  const auto most = bound(arguments, (*file)->facts.st_size);
  if (!most) return tl::unexpected(most.error());
  FileGetResult result;
  result.path = arguments.path;
  result.offset = arguments.offset;
  result.size = (*file)->facts.st_size;
  const auto done = arguments.to == "stdout" ? stream(call, **file, *place, *most, result)
                                             : hold(**file, *place, *most, result);
  if (!done) return tl::unexpected(done.error());
  // Asked of the file, because those of /proc say that they have no bytes.
  const auto more = read_part(**file, *place, result.offset + result.bytes, 1);
  if (!more) return tl::unexpected(more.error());
  result.truncated = !more->empty();
  if (result.truncated && !arguments.max_bytes) {
    return sdk::fail(ErrorCode::ResourceExhausted,
                     place->path + " has more than " + std::to_string(*most) +
                         " bytes; ask for a part with offset and max_bytes",
                     "/path");
  }
  return sdk::ok(std::move(result));
}

}  // namespace muster::plugin::system
