#include <algorithm>

#include "net/http_exchange.hpp"

namespace muster::http::detail {
namespace {

struct DestroyResponse {
  void operator()(MHD_Response* response) const { ::MHD_destroy_response(response); }
};
using ResponsePtr = std::unique_ptr<MHD_Response, DestroyResponse>;

constexpr std::size_t kStreamBlock = std::size_t{16} << 10U;

ssize_t read_stream(void* context, std::uint64_t /*position*/, char* out, std::size_t capacity) {
  return (*static_cast<std::shared_ptr<Exchange>*>(context))->read(out, capacity);
}

void free_stream(void* context) { delete static_cast<std::shared_ptr<Exchange>*>(context); }

void free_body(void* context) { delete static_cast<std::string*>(context); }

ResponsePtr make_stream(const std::shared_ptr<Exchange>& exchange) {
  auto context = std::make_unique<std::shared_ptr<Exchange>>(exchange);
  ResponsePtr response(::MHD_create_response_from_callback(
      MHD_SIZE_UNKNOWN, kStreamBlock, &read_stream, context.get(), &free_stream));
  if (response) (void)context.release();  // free_stream has it now
  return response;
}

/// The body moves along instead of being copied: it may be large.
ResponsePtr make_whole(std::string body) {
  auto context = std::make_unique<std::string>(std::move(body));
  ResponsePtr response(::MHD_create_response_from_buffer_with_free_callback_cls(
      context->size(), context->data(), &free_body, context.get()));
  if (response) (void)context.release();
  return response;
}

}  // namespace

bool queue_answer(const std::shared_ptr<Exchange>& exchange, MHD_Connection* connection,
                  Answer answer) {
  const ResponsePtr response =
      answer.streams ? make_stream(exchange) : make_whole(std::move(answer.body));
  if (!response) return false;
  const bool all_taken =
      std::all_of(answer.headers.begin(), answer.headers.end(), [&](const auto& header) {
        return ::MHD_add_response_header(response.get(), header.first.c_str(),
                                         header.second.c_str()) == MHD_YES;
      });
  if (!all_taken)
    return queue_refusal(connection, 500);  // a line break in a header: never pass that on
  return ::MHD_queue_response(connection, static_cast<unsigned>(answer.status), response.get()) ==
         MHD_YES;
}

bool queue_refusal(MHD_Connection* connection, int status) {
  std::string text = ::MHD_get_reason_phrase_for(static_cast<unsigned>(status));
  const ResponsePtr response = make_whole(text + "\n");
  if (!response) return false;
  (void)::MHD_add_response_header(response.get(), MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain");
  (void)::MHD_add_response_header(response.get(), MHD_HTTP_HEADER_CONNECTION, "close");
  return ::MHD_queue_response(connection, static_cast<unsigned>(status), response.get()) == MHD_YES;
}

}  // namespace muster::http::detail
