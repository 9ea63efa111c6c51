/// libcurl's handle with an owner, and one transfer's state with the callbacks that fill it.
#pragma once

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <muster/sdk/http_client.hpp>
#include <string>
#include <string_view>

namespace muster::sdk {

struct FreeCurl {
  void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using CurlHandle = std::unique_ptr<CURL, FreeCurl>;
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

struct Transfer {
  CURL* handle = nullptr;
  std::size_t max_body = 0;
  const std::function<bool(std::string_view)>* on_chunk = nullptr;  ///< null: collect the body
  HttpResponse response;
  bool too_large = false;
  bool aborted = false;

  /// Sets the callbacks of `handle` to this object, which must outlive the transfer.
  void attach();
  void take_header(std::string_view line);
  [[nodiscard]] bool take_body(std::string_view chunk);
};

/// Fills `list` with the headers as libcurl takes them; false when one has a line break in it.
[[nodiscard]] bool make_header_list(const HttpHeaders& headers, HeaderList& list);

/// What a failed transfer means to the caller. `detail` is libcurl's own text.
[[nodiscard]] HttpError to_error(CURLcode code, const Transfer& transfer,
                                 const HttpClientOptions& options, std::string_view detail);

}  // namespace muster::sdk
