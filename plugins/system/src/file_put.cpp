#include "accounts.hpp"
#include "content.hpp"
#include "file_change.hpp"
#include "files.hpp"

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;

constexpr std::size_t kMaxContent = std::size_t{512} << 10U;

sdk::Result<std::string> content_of(const FilePutArguments& arguments) {
  const auto wrong = [](const std::string& why, const char* field) {
    return sdk::fail(ErrorCode::InvalidArgument, why, field);
  };
  if (arguments.content.has_value() == arguments.content_base64.has_value()) {
    return wrong("give the content either as content or as content_base64", "/content");
  }
  const char* field = arguments.content ? "/content" : "/content_base64";
  auto content = arguments.content ? arguments.content : from_base64(*arguments.content_base64);
  if (!content) return wrong("this is no base64", field);
  if (content->size() > kMaxContent) {
    return wrong("the content has more than " + std::to_string(kMaxContent) + " bytes", field);
  }
  if (arguments.sha256) {
    const auto digest = sha256(*content);
    if (digest != *arguments.sha256) {
      return wrong("the content has the SHA-256 " + digest + ", not " + *arguments.sha256,
                   "/sha256");
    }
  }
  return std::move(*content);
}

sdk::Result<Ownership> wanted(const FilePutArguments& arguments,
                              const std::optional<PresentFile>& before) {
  constexpr int kOctal = 8;
  auto ownership = ownership_of(before);
  if (arguments.mode) {
    ownership.mode = static_cast<mode_t>(std::stoul(*arguments.mode, nullptr, kOctal));
  }
  if (arguments.owner) {
    auto user = user_number(*arguments.owner, "/owner");
    if (!user) return tl::unexpected(user.error());
    ownership.user = *user;
  }
  if (arguments.group) {
    auto group = group_number(*arguments.group, "/group");
    if (!group) return tl::unexpected(group.error());
    ownership.group = *group;
  }
  return ownership;
}

}  // namespace

sdk::Answer<FileChange> put_file(const sdk::Call& call, const FilePutArguments& arguments) {
  auto content = content_of(arguments);
  if (!content) return tl::unexpected(content.error());
  const auto place = find_place(arguments.path, arguments.follow ? Follow::Yes : Follow::No);
  if (!place) return tl::unexpected(place.error());
  const auto before = open_file(*place);
  if (!before) return tl::unexpected(before.error());
  const auto ownership = wanted(arguments, *before);
  if (!ownership) return tl::unexpected(ownership.error());
  Change change{*place,     *before,          std::nullopt,  std::move(*content),
                *ownership, arguments.backup, arguments.diff};
  if (*before) {
    auto old = read_part(**before, *place, 0, kMaxEditedBytes + 1);
    if (!old) return tl::unexpected(old.error());
    if (old->size() <= kMaxEditedBytes) change.content_before = std::move(*old);
  }
  return carry_out(call, change);
}

}  // namespace muster::plugin::system
