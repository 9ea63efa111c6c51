/// The text of openapi/*.yaml, which is part of the program: CMakeLists.txt writes the source.
#pragma once

#include <vector>

#include "api/document.hpp"

namespace muster::controller::api {

[[nodiscard]] std::vector<Document::File> document_files();

}  // namespace muster::controller::api
