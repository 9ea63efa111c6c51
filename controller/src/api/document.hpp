/// The OpenAPI document of the API (openapi/*.yaml): what each operation takes, read and compiled.
///
/// One per process, made at start and immutable then, so every method is [any]. It says what
/// requests and answers look like; who may ask and what is done stands in routes.cpp.
#pragma once

#include <memory>
#include <muster/core/base/error.hpp>
#include <muster/core/schema/schema.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::controller::api {

enum class ValueKind { Text, Whole, Switch };

/// A query parameter or a header; what stands in a path is the router's.
struct Parameter {
  std::string name;
  bool in_query = true;  ///< else a header
  bool required = false;
  ValueKind kind = ValueKind::Text;
  schema::Schema schema;
};

struct Operation {
  std::string id;      ///< "listNodes"
  std::string method;  ///< "GET"
  std::string path;    ///< "/v1/nodes/{node}"
  bool is_public = false;
  std::vector<Parameter> parameters;
  std::optional<schema::Schema> body;  ///< none: it takes none
  bool has_etag = false;               ///< its 200 has one, and If-None-Match is heeded
  std::string pointer;                 ///< of the operation in the document
};

class Document {
 public:
  struct File {
    std::string_view name;
    std::string_view text;
  };
  /// The files that the program brings.
  [[nodiscard]] static Result<std::shared_ptr<const Document>> built_in();
  /// One document from the maps of all files joined and their lists appended. Errors:
  /// InvalidArgument with a JSON pointer in `field`, for what is no OpenAPI of the kind that is
  /// understood here: nothing in it is silently not checked.
  [[nodiscard]] static Result<std::shared_ptr<const Document>> read(const std::vector<File>& files);

  [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }
  /// Null when there is none of that id.
  [[nodiscard]] const Operation* find(std::string_view id) const;
  /// As clients get it.
  [[nodiscard]] const nlohmann::json& root() const { return *root_; }
  /// The same with our own formats in the place of the patterns that stand for them.
  [[nodiscard]] const std::shared_ptr<const nlohmann::json>& for_checks() const { return checks_; }

 private:
  Document() = default;
  std::shared_ptr<const nlohmann::json> root_;
  std::shared_ptr<const nlohmann::json> checks_;
  std::vector<Operation> operations_;
};

/// A place in a document, for walks that must tell where they are.
struct Spot {
  const nlohmann::json* value = nullptr;  ///< null: there is nothing here
  std::string pointer;

  [[nodiscard]] Spot at(const std::string& name) const;
  /// Where its `$ref`s lead, if it has any.
  [[nodiscard]] Spot followed(const nlohmann::json& root) const;
  [[nodiscard]] explicit operator bool() const { return value != nullptr; }
};

/// The value that a text stands for where text is all there is: in queries and headers. Errors:
/// InvalidArgument, to follow the value's name.
[[nodiscard]] Result<nlohmann::json> value_of(ValueKind kind, std::string_view text);
[[nodiscard]] ValueKind kind_of(const schema::Schema& schema);

}  // namespace muster::controller::api
