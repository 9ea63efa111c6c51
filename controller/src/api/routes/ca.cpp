#include "api/serve.hpp"

namespace muster::controller::api {

void get_ca(const Services& services, const ExchangePtr& exchange) {
  exchange->answer_text(200, "application/x-pem-file", services.authority_pem);
}

}  // namespace muster::controller::api
