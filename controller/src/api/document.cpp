#include "api/document.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <muster/core/config/yaml.hpp>
#include <set>
#include <utility>

#include "api/document_files.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<const char*, const char*>, 5> kMethods{
    {{"get", "GET"}, {"post", "POST"}, {"put", "PUT"}, {"patch", "PATCH"}, {"delete", "DELETE"}}};

std::string escaped(std::string_view token) {
  std::string text;
  for (const char c : token) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
  return text;
}

tl::unexpected<Error> wrong(const std::string& pointer, const std::string& what) {
  return fail(ErrorCode::InvalidArgument, "the API's document is wrong at " + pointer + ": " + what,
              pointer);
}

Status join(json& into, const json& part, const std::string& pointer) {
  if (into.is_array() && part.is_array()) {
    into.insert(into.end(), part.begin(), part.end());
    return {};
  }
  if (!into.is_object() || !part.is_object()) return wrong(pointer, "it is given twice");
  for (const auto& [name, value] : part.items()) {
    const auto there = into.find(name);
    if (there == into.end()) {
      into[name] = value;
    } else if (auto joined = join(*there, value, pointer + "/" + escaped(name)); !joined) {
      return joined;
    }
  }
  return {};
}

void use_own_formats(json& value) {
  if (value.is_object()) {
    if (const auto own = value.find("x-muster-format"); own != value.end()) {
      value["format"] = *own;
      value.erase("x-muster-format");
      value.erase("pattern");
    }
  }
  if (!value.is_structured()) return;
  for (auto& part : value) use_own_formats(part);
}

std::set<std::string> names_in(std::string_view path) {
  std::set<std::string> names;
  for (auto open = path.find('{'); open != path.npos; open = path.find('{', open + 1)) {
    names.emplace(path.substr(open + 1, path.find('}', open) - open - 1));
  }
  return names;
}

/// Reads the operations out of a document.
class Reader {
 public:
  explicit Reader(std::shared_ptr<const json> root) : root_(std::move(root)) {}

  Result<std::vector<Operation>> operations() {
    std::vector<Operation> all;
    const Spot paths = Spot{root_.get(), ""}.at("paths");
    if (!paths || !paths.value->is_object()) return wrong("/paths", "it must be a map");
    for (const auto& [path, item] : paths.value->items()) {
      const auto known = std::count_if(kMethods.begin(), kMethods.end(), [&item = item](auto each) {
        return item.contains(each.first);
      });
      if (!item.is_object() || static_cast<std::size_t>(known) != item.size()) {
        return wrong(paths.at(path).pointer, "a path has methods and nothing else here");
      }
      for (const auto& [key, method] : kMethods) {
        const Spot at = paths.at(path).at(key);
        if (!at) continue;
        auto operation = read(at, path, method);
        if (!operation) return tl::unexpected(operation.error());
        all.push_back(std::move(*operation));
      }
    }
    return all;
  }

 private:
  Result<Operation> read(const Spot& at, const std::string& path, const char* method) {
    Operation operation;
    operation.id = at.value->value("operationId", "");
    operation.method = method;
    operation.path = path;
    operation.pointer = at.pointer;
    if (operation.id.empty()) return wrong(at.pointer, "it has no operationId");
    if (const Spot security = at.at("security")) {
      if (!security.value->empty())
        return wrong(security.pointer, "an operation may only need less");
      operation.is_public = true;
    }
    auto in_path = names_in(path);
    if (auto read = read_parameters(at, operation, in_path); !read) {
      return tl::unexpected(read.error());
    }
    if (!in_path.empty()) return wrong(at.pointer, "it declares no parameter " + *in_path.begin());
    if (const Spot body = at.at("requestBody")) {
      auto compiled = compile(body.at("content").at("application/json").at("schema"));
      if (!compiled) return tl::unexpected(compiled.error());
      operation.body = std::move(*compiled);
    }
    const Spot answers = at.at("responses");
    if (!answers || answers.value->empty()) return wrong(at.pointer, "it has no responses");
    operation.has_etag = bool(answers.at("200").followed(*root_).at("headers").at("ETag"));
    return operation;
  }

  Status read_parameters(const Spot& at, Operation& operation, std::set<std::string>& in_path) {
    const Spot list = at.at("parameters");
    for (std::size_t i = 0; list && i < list.value->size(); ++i) {
      const Spot spot = list.at(std::to_string(i)).followed(*root_);
      if (!spot) return wrong(list.pointer, "a $ref leads to nothing");
      auto compiled = compile(spot.at("schema"));
      if (!compiled) return tl::unexpected(compiled.error());
      const auto where = spot.value->value("in", "");
      const auto name = spot.value->value("name", "");
      if (where == "path") {
        if (in_path.erase(name) == 0) return wrong(spot.pointer, "the path has no {" + name + "}");
        continue;
      }
      if (where != "query" && where != "header")
        return wrong(spot.pointer, "in is query or header");
      operation.parameters.push_back({name, where == "query", spot.value->value("required", false),
                                      kind_of(*compiled), std::move(*compiled)});
    }
    return {};
  }

  [[nodiscard]] Result<schema::Schema> compile(const Spot& at) const {
    if (!at) return wrong(at.pointer, "there is no schema here");
    return schema::Schema::compile_at(root_, at.pointer);
  }

  std::shared_ptr<const json> root_;
};

}  // namespace

Spot Spot::at(const std::string& name) const {
  Spot next{nullptr, pointer + "/" + escaped(name)};
  if (value == nullptr) return next;
  if (value->is_object()) {
    if (const auto found = value->find(name); found != value->end()) next.value = &*found;
  } else if (value->is_array()) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    const bool whole = error == std::errc{} && end == name.data() + name.size();
    if (whole && index < value->size()) next.value = &(*value)[index];
  }
  return next;
}

Spot Spot::followed(const json& root) const {
  constexpr int kMostSteps = 8;
  Spot at = *this;
  for (int step = 0; at && at.value->is_object() && at.value->contains("$ref"); ++step) {
    const auto& ref = at.value->at("$ref");
    if (step == kMostSteps || !ref.is_string() || !ref.get<std::string>().starts_with("#/")) {
      return {nullptr, at.pointer};
    }
    // No name in the document has a "/" or "~", so that the pointer is its parts.
    const auto names = ref.get<std::string>().substr(2);
    at = Spot{&root, ""};
    for (std::size_t begin = 0; begin <= names.size();) {
      const auto end = std::min(names.find('/', begin), names.size());
      at = at.at(names.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return at;
}

Result<std::shared_ptr<const Document>> Document::built_in() { return read(document_files()); }

Result<std::shared_ptr<const Document>> Document::read(const std::vector<File>& files) {
  json whole = json::object();
  for (const auto& file : files) {
    const auto part = config::parse_yaml(file.text, file.name);
    if (!part) return tl::unexpected(part.error());
    if (auto joined = join(whole, *part, ""); !joined) return tl::unexpected(joined.error());
  }
  const std::shared_ptr<Document> document(new Document());
  document->root_ = std::make_shared<const json>(whole);
  use_own_formats(whole);
  document->checks_ = std::make_shared<const json>(std::move(whole));
  auto operations = Reader(document->checks_).operations();
  if (!operations) return tl::unexpected(operations.error());
  document->operations_ = std::move(*operations);
  for (const auto& operation : document->operations_) {
    if (document->find(operation.id) != &operation) {
      return wrong(operation.pointer, operation.id + " is another operation's id");
    }
  }
  return document;
}

const Operation* Document::find(std::string_view id) const {
  const auto found = std::find_if(operations_.begin(), operations_.end(),
                                  [&](const auto& each) { return each.id == id; });
  return found == operations_.end() ? nullptr : &*found;
}

Result<json> value_of(ValueKind kind, std::string_view text) {
  if (kind == ValueKind::Text) return json(std::string(text));
  if (kind == ValueKind::Switch) {
    if (text == "true" || text == "false") return json(text == "true");
    return fail(ErrorCode::InvalidArgument, "must be true or false");
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return json(number);
  return fail(ErrorCode::InvalidArgument,
              "must be a whole number, but is '" + std::string(text.substr(0, 64)) + "'");
}

ValueKind kind_of(const schema::Schema& schema) {
  const auto& source = schema.follow(schema.source());
  const auto type = source.is_object() && source.contains("type") ? source.at("type") : json();
  if (type == "integer") return ValueKind::Whole;
  return type == "boolean" ? ValueKind::Switch : ValueKind::Text;
}

}  // namespace muster::controller::api
