#include "file_change.hpp"
#include "files.hpp"
#include "line_edit.hpp"

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;

constexpr const char* kBegin = "# BEGIN muster";
constexpr const char* kEnd = "# END muster";

bool is_about_block(const FileEditArguments& arguments) {
  return arguments.block || arguments.begin || arguments.end;
}

/// Which of the arguments do not go together, if any.
sdk::Status check(const FileEditArguments& arguments) {
  const auto wrong = [](const char* why, const char* field) {
    return sdk::fail(ErrorCode::InvalidArgument, why, field);
  };
  const auto is_one_line = [](const std::optional<std::string>& text) {
    return !text || text->find_first_of("\r\n") == std::string::npos;
  };
  const bool present = arguments.state == "present";
  if (arguments.after && arguments.before)
    return wrong("give after or before, not both", "/before");
  if (!is_one_line(arguments.line)) return wrong("a line has no line end in it", "/line");
  if (!is_one_line(arguments.begin)) return wrong("the mark must be one line", "/begin");
  if (!is_one_line(arguments.end)) return wrong("the mark must be one line", "/end");
  if (is_about_block(arguments)) {
    if (arguments.line || arguments.match) {
      return wrong("give a line or a block, not both", arguments.line ? "/line" : "/match");
    }
    if (present && !arguments.block) return wrong("say what the block shall hold", "/block");
    if (arguments.begin.value_or(kBegin) == arguments.end.value_or(kEnd)) {
      return wrong("the marks of the beginning and the end must differ", "/end");
    }
    return {};
  }
  if (present && !arguments.line) return wrong("say which line or block shall be there", "/line");
  if (!arguments.line && !arguments.match) return wrong("say which lines shall go", "/line");
  return {};
}

sdk::Result<std::string> edited(const std::string& text, const FileEditArguments& arguments) {
  const bool present = arguments.state == "present";
  const Anchor anchor{arguments.after, arguments.before};
  if (!is_about_block(arguments)) {
    return edit_line(text, {present, arguments.line, arguments.match, anchor});
  }
  const auto begin = arguments.begin.value_or(kBegin);
  const auto end = arguments.end.value_or(kEnd);
  const auto block = arguments.block.value_or("");
  for (const auto& mark : {begin, end}) {
    if (("\n" + block + "\n").find("\n" + mark + "\n") == std::string::npos) continue;
    return sdk::fail(ErrorCode::InvalidArgument, "the block has its own mark in it: " + mark,
                     "/block");
  }
  return edit_block(text, {present, begin, end, block, anchor});
}

/// The text of the file, which is empty for one that is to be made.
sdk::Result<std::string> text_of(const std::optional<PresentFile>& file, const Place& place,
                                 bool create) {
  if (!file && create) return std::string();
  if (!file) {
    return sdk::fail(ErrorCode::NotFound,
                     "there is no file " + place.path + "; say create: true to make it", "/path");
  }
  auto text = read_part(*file, place, 0, kMaxEditedBytes + 1);
  if (!text) return text;
  if (text->size() > kMaxEditedBytes) {
    return sdk::fail(ErrorCode::ResourceExhausted,
                     place.path + " has more than the " + std::to_string(kMaxEditedBytes) +
                         " bytes that can be edited",
                     "/path");
  }
  if (text->find('\0') != std::string::npos) {
    return sdk::fail(ErrorCode::FailedPrecondition, place.path + " is not text", "/path");
  }
  return text;
}

}  // namespace

sdk::Answer<FileChange> edit_file(const sdk::Call& call, const FileEditArguments& arguments) {
  if (auto checked = check(arguments); !checked) return tl::unexpected(checked.error());
  const auto place = find_place(arguments.path, arguments.follow ? Follow::Yes : Follow::No);
  if (!place) return tl::unexpected(place.error());
  const auto before = open_file(*place);
  if (!before) return tl::unexpected(before.error());
  const bool present = arguments.state == "present";
  const auto text = text_of(*before, *place, arguments.create || !present);
  if (!text) return tl::unexpected(text.error());
  auto content = edited(*text, arguments);
  if (!content) return tl::unexpected(content.error());
  if (!*before && !present) {  // nothing can be absent from less
    FileChange nothing;
    nothing.path = place->path;
    return sdk::ok(std::move(nothing));
  }
  return carry_out(
      call, {*place, *before, *before ? std::optional(*text) : std::nullopt, std::move(*content),
             ownership_of(*before), arguments.backup, arguments.diff});
}

}  // namespace muster::plugin::system
