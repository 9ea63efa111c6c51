#include "api/serve.hpp"

namespace muster::controller::api {

void get_openapi(const Services& services, const ExchangePtr& exchange) {
  exchange->answer(200, services.document->root());
}

}  // namespace muster::controller::api
