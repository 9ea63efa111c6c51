#include "json_lines.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "text.hpp"

namespace muster::plugin::script {
namespace {

using nlohmann::json;
using sdk::ErrorCode;

constexpr std::size_t kMaxSentenceBytes = 4096;
constexpr std::size_t kShownBytes = 80;

tl::unexpected<sdk::Error> corrupt(std::string why) {
  return sdk::fail(ErrorCode::Corrupt, std::move(why));
}

bool within_depth(const json& value, int left) {
  if (!value.is_structured()) return true;
  return left > 0 && std::all_of(value.begin(), value.end(),
                                 [left](const json& part) { return within_depth(part, left - 1); });
}

/// Whether the object has no members but these, so that a slip of the pen is not ignored.
sdk::Status only(const json& object, std::initializer_list<std::string_view> names) {
  for (const auto& [name, value] : object.items()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return corrupt("\"" + clean_text(name, kShownBytes) + "\" does not belong there");
    }
  }
  return {};
}

std::string text_in(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_string()
             ? std::string()
             : clean_text(found->get<std::string>(), kMaxSentenceBytes);
}

}  // namespace

bool JsonLines::take(std::string_view piece) {
  while (!piece.empty() && !broken_) {
    const auto end = piece.find('\n');
    const auto part = piece.substr(0, end);
    if (line_.size() + part.size() > kMaxLineBytes) {
      broken_ = corrupt("line " + std::to_string(number_ + 1) + " is longer than 1 MiB").value();
      break;
    }
    line_ += part;
    if (end == std::string_view::npos) break;
    piece.remove_prefix(end + 1);
    ++number_;
    if (auto taken = take_line(std::exchange(line_, {})); !taken) broken_ = taken.error();
  }
  return !broken_;
}

sdk::Status JsonLines::take_line(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return {};
  const auto at = [this](sdk::Error error) {
    if (error.code == ErrorCode::Corrupt) {
      error.message = "line " + std::to_string(number_) + " of its output: " + error.message;
    }
    return error;
  };
  const auto object = json::parse(line, nullptr, false);
  if (!object.is_object()) {
    return tl::unexpected(at(corrupt("no JSON object: " + clean_text(line, kShownBytes)).value()));
  }
  if (!within_depth(object, kMaxValueDepth)) {
    return tl::unexpected(at(corrupt("nested more than 30 deep").value()));
  }
  return take_object(object).map_error(at);
}

sdk::Status JsonLines::take_object(const json& object) {
  if (end_) return corrupt("more comes after the end");
  if (object.contains("progress")) {
    if (auto fits = only(object, {"progress", "note"}); !fits) return fits;
    if (!object["progress"].is_number()) return corrupt("progress is a number from 0 to 1");
    const auto done = object["progress"].get<double>();
    if (!(done >= 0 && done <= 1)) return corrupt("progress is a number from 0 to 1");
    sinks_.progress(done, text_in(object, "note"));
    return {};
  }
  if (object.contains("log")) {
    if (auto fits = only(object, {"log", "level"}); !fits) return fits;
    sinks_.log(text_in(object, "level"), text_in(object, "log"));
    return {};
  }
  if (object.contains("record")) {
    if (auto fits = only(object, {"record"}); !fits) return fits;
    if (!object["record"].is_object()) return corrupt("a record is an object");
    return sinks_.record(object["record"]);
  }
  return take_end(object);
}

sdk::Status JsonLines::take_end(const json& object) {
  JsonEnd end;
  if (object.contains("result")) {
    if (auto fits = only(object, {"result", "changed"}); !fits) return fits;
    if (!object["result"].is_object()) return corrupt("a result is an object");
    end.result = object["result"];
    if (object.contains("changed")) {
      if (!object["changed"].is_boolean()) return corrupt("changed is true or false");
      end.changed = object["changed"].get<bool>();
    }
  } else if (object.contains("error")) {
    if (auto fits = only(object, {"error", "field", "retryable"}); !fits) return fits;
    const auto sentence = text_in(object, "error");
    if (sentence.empty()) return corrupt("an error is a sentence");
    const auto retryable = object.find("retryable");
    end.error = sdk::Error{ErrorCode::FailedPrecondition,
                           sentence,
                           text_in(object, "field"),
                           retryable != object.end() && *retryable == true,
                           {}};
  } else {
    return corrupt("it has none of progress, log, record, result and error");
  }
  end_ = std::move(end);
  return {};
}

sdk::Result<JsonEnd> JsonLines::end() {
  if (!broken_ && !line_.empty()) take("\n");
  if (broken_) return tl::unexpected(*broken_);
  if (!end_) return corrupt("it ended without a result; its last line must be {\"result\": {...}}");
  return std::move(*end_);
}

}  // namespace muster::plugin::script
