#include "api/answer_check.hpp"

#include <strings.h>

#include <charconv>
#include <utility>

namespace muster::controller::api {
namespace {

using nlohmann::json;

/// Closes every map whose members are told: the document is open, so that clients bear what comes
/// later, but what is answered today must be told in it. What stands beside a `$ref` adds to it and
/// is left open.
void close_maps(json& value) {
  if (value.is_object() && value.contains("properties") && !value.contains("$ref") &&
      !value.contains("additionalProperties")) {
    value["additionalProperties"] = false;
  }
  if (!value.is_structured()) return;
  for (auto& part : value) close_maps(part);
}

std::string header_of(const http::Headers& headers, const std::string& name) {
  for (const auto& [each, value] : headers) {
    if (::strcasecmp(each.c_str(), name.c_str()) == 0) return value;
  }
  return {};
}

std::vector<std::string> names_at(const Spot& spot) {
  std::vector<std::string> names;
  if (!spot || !spot.value->is_object()) return names;
  for (const auto& [name, ignored] : spot.value->items()) names.push_back(name);
  return names;
}

std::string first_of(const std::vector<schema::Violation>& violations) {
  if (violations.empty()) return {};
  const auto& first = violations.front();
  return "the body at \"" + first.pointer + "\" " + first.message;
}

}  // namespace

class AnswerCheck::Compiler {
 public:
  explicit Compiler(const Document& document) {
    auto copy = *document.for_checks();
    close_maps(copy);
    root_ = std::make_shared<const json>(std::move(copy));
  }

  Result<schema::Schema> schema_at(const std::string& pointer) const {
    return schema::Schema::compile_at(root_, pointer);
  }

  Status compile(const Operation& operation, std::map<int, Answer>& into) const {
    const Spot all = find(operation.pointer).at("responses");
    for (const auto& status : names_at(all)) {
      const Spot at = all.at(status).followed(*root_);
      int number = 0;
      const auto [end, error] =
          std::from_chars(status.data(), status.data() + status.size(), number);
      if (!at || error != std::errc{} || end != status.data() + status.size()) {
        return fail(ErrorCode::InvalidArgument, "a status is a number, and its answer is there",
                    all.at(status).pointer);
      }
      if (auto read = compile_answer(at, into[number]); !read) return read;
    }
    return {};
  }

 private:
  [[nodiscard]] Spot find(const std::string& pointer) const {
    return {&root_->at(json::json_pointer(pointer)), pointer};
  }

  Status compile_answer(const Spot& at, Answer& into) const {
    for (const auto& name : names_at(at.at("headers"))) {
      const Spot header = at.at("headers").at(name).followed(*root_);
      auto compiled = schema_at(header.at("schema").pointer);
      if (!compiled) return tl::unexpected(compiled.error());
      into.headers.push_back(
          {name, header.value->value("required", false), kind_of(*compiled), std::move(*compiled)});
    }
    for (const auto& type : names_at(at.at("content"))) {
      const Spot spot = at.at("content").at(type);
      auto& schema = into.contents[type];
      if (const Spot told = spot.at("schema")) {
        auto compiled = schema_at(told.pointer);
        if (!compiled) return tl::unexpected(compiled.error());
        schema = std::move(*compiled);
      }
      const Spot events = spot.at("x-muster-events");
      for (const auto& name : names_at(events)) {
        auto compiled = schema_at(events.at(name).pointer);
        if (!compiled) return tl::unexpected(compiled.error());
        into.events.emplace(name, std::move(*compiled));
      }
    }
    return {};
  }

  std::shared_ptr<const json> root_;
};

Result<std::shared_ptr<AnswerCheck>> AnswerCheck::compile(const Document& document,
                                                          log::Logger log) {
  const std::shared_ptr<AnswerCheck> check(new AnswerCheck(std::move(log)));
  const Compiler compiler(document);
  for (const auto& operation : document.operations()) {
    if (auto done = compiler.compile(operation, check->answers_[operation.id]); !done) {
      return tl::unexpected(done.error());
    }
  }
  auto problem = compiler.schema_at("/components/schemas/problem");
  if (!problem) return tl::unexpected(problem.error());
  check->problem_ = std::move(*problem);
  return check;
}

std::string AnswerCheck::fault(const Operation* operation, int status, const http::Headers& headers,
                               const json* body) const {
  if (operation == nullptr) {
    return body == nullptr ? "it is no problem" : first_of(problem_.check(*body));
  }
  const auto& known = answers_.at(operation->id);
  const auto told = known.find(status);
  if (told == known.end()) return "the status is not told of";
  for (const auto& header : told->second.headers) {
    const auto text = header_of(headers, header.name);
    if (text.empty() && !header.required) continue;
    const auto value = value_of(header.kind, text);
    if (!value || !header.schema.check(*value).empty()) {
      return "the header " + header.name + " is missing or wrong";
    }
  }
  const auto type = header_of(headers, "Content-Type");
  const auto& contents = told->second.contents;
  if (contents.empty()) return type.empty() ? "" : "there is to be no body";
  const auto content = contents.find(type.substr(0, type.find(';')));
  if (content == contents.end()) return "the type of content " + type + " is not told of";
  if (!content->second || body == nullptr) return {};
  return first_of(content->second->check(*body));
}

std::string AnswerCheck::check(const Operation* operation, int status, const http::Headers& headers,
                               const json* body) {
  auto why = fault(operation, status, headers, body);
  if (!why.empty()) return breach(operation, std::to_string(status), std::move(why));
  if (operation != nullptr && status / 100 == 2) note_success(operation->id);
  return why;
}

void AnswerCheck::note_success(const std::string& operation) {
  const bool first = succeeded_.with([&](auto& ids) { return ids.insert(operation).second; });
  if (first) log_.info("an operation has succeeded for the first time", {{"operation", operation}});
}

std::string AnswerCheck::check_event(const Operation& operation, const std::string& name,
                                     const json& data) {
  constexpr int kStatus = 200;  // that of every stream
  const auto& events = answers_.at(operation.id).at(kStatus).events;
  const auto known = events.find(name);
  std::string why =
      known == events.end() ? "the event is not told of" : first_of(known->second.check(data));
  return why.empty() ? why : breach(&operation, "event " + name, std::move(why));
}

std::string AnswerCheck::breach(const Operation* operation, const std::string& of,
                                std::string why) {
  ++breaches_;
  log_.error("an answer is not as the API's document says",
             {{"operation", operation == nullptr ? "none" : operation->id},
              {"answer", of},
              {"reason", why}});
  return why;
}

}  // namespace muster::controller::api
