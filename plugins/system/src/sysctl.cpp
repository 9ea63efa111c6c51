#include "sysctl.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <muster/sdk/descriptor.hpp>

#include "errno_error.hpp"
#include "file_replace.hpp"
#include "line_edit.hpp"
#include "text_files.hpp"

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;

// After 99-sysctl.conf, which is /etc/sysctl.conf on Debian: of two files the later one counts.
constexpr const char* kFile = "/etc/sysctl.d/99-zz-muster.conf";
constexpr const char* kFirstLine = "# Settings by Muster (system.sysctl.set persist:=true).\n";
constexpr std::size_t kMaxFile = std::size_t{1} << 20U;

/// sysctl(8): the first separator says which of . and / divides the name; the other is part of it.
sdk::Result<std::string> path_of(const Node& node, const std::string& name) {
  std::string path = name;
  const auto first = path.find_first_of("./");
  if (first != std::string::npos && path[first] == '.') {
    for (auto& c : path) c = c == '.' ? '/' : c == '/' ? '.' : c;
  }
  if (("/" + path + "/").find("/../") != std::string::npos) {
    return sdk::fail(ErrorCode::InvalidArgument, name + " is no name of a setting", "/name");
  }
  return node.root + "/proc/sys/" + path;
}

std::string single_spaced(std::string_view text) {
  std::string result;
  for_each_line(text, [&result](std::string_view line) {
    for (const auto word : words_of(line))
      result += (result.empty() ? "" : " ") + std::string(word);
  });
  return result;
}

sdk::Result<std::string> read_setting(const std::string& path, const std::string& name,
                                      bool by_everybody) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) {
    return sdk::fail(ErrorCode::NotFound, "this kernel has no setting " + name, "/name");
  }
  if (!S_ISREG(facts.st_mode)) {
    return sdk::fail(ErrorCode::InvalidArgument, name + " is a group of settings; name one of them",
                     "/name");
  }
  if (by_everybody && (facts.st_mode & S_IROTH) == 0) {
    return sdk::fail(ErrorCode::PermissionDenied, name + " is not for everybody to read", "/name");
  }
  return single_spaced(text_of(path, kMaxFile));
}

/// What takes any text, and can look like a number.
bool is_text(std::string_view path) {
  constexpr std::array<std::string_view, 6> kTexts = {"core_pattern", "domainname", "hostname",
                                                      "hotplug",      "modprobe",   "poweroff_cmd"};
  return std::any_of(kTexts.begin(), kTexts.end(), [path](std::string_view name) {
    return path.ends_with("/proc/sys/kernel/" + std::string(name));
  });
}

/// Only of the kernel's own: a module may show 0 for a list of words, as lnet.debug does.
bool is_kernels_own(std::string_view name) {
  constexpr std::array<std::string_view, 4> kFolders = {"fs", "kernel", "net", "vm"};
  const auto folder = name.substr(0, name.find_first_of("./"));
  return std::find(kFolders.begin(), kFolders.end(), folder) != kFolders.end();
}

/// Letters that no number has, in whatever base: masks are written as ff, and as 0xff.
bool has_word(std::string_view value) {
  return std::any_of(value.begin(), value.end(), [](char c) {
    const char small = static_cast<char>(c | 0x20);
    return small >= 'g' && small <= 'z' && small != 'x';
  });
}

/// What is known beforehand, so that check mode does not promise it: no more than is certain.
sdk::Status check_setting(const std::string& path, const std::string& name,
                          const std::string& before, const std::string& wanted) {
  constexpr mode_t kWritable = S_IWUSR | S_IWGRP | S_IWOTH;
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0 && (facts.st_mode & kWritable) == 0) {
    return sdk::fail(ErrorCode::PermissionDenied,
                     name + " is there to be read; this kernel lets nobody set it", "/name");
  }
  struct statvfs where {};
  if (::statvfs(path.c_str(), &where) == 0 && (where.f_flag & ST_RDONLY) != 0) {
    return sdk::fail(ErrorCode::FailedPrecondition,
                     name + " is mounted for reading only (as in a container)", "/name");
  }
  const bool is_number =
      !before.empty() && before.find_first_not_of("0123456789 ") == std::string::npos;
  if (!is_number || is_text(path) || !is_kernels_own(name) || !has_word(wanted)) return {};
  const bool is_one = before.find(' ') == std::string::npos;
  return sdk::fail(ErrorCode::InvalidArgument,
                   name + (is_one ? " is a number now (" : " is numbers now (") + before +
                       "), and " + printable(wanted, 200) + (is_one ? " is none" : " is not"),
                   "/value");
}

sdk::Status write_setting(const std::string& path, const std::string& name,
                          const std::string& value) {
  const sdk::Descriptor file(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (!file.is_open()) return errno_error("cannot write " + name, errno, "/name");
  const auto count = ::write(file.get(), value.data(), value.size());
  if (count == static_cast<ssize_t>(value.size())) return {};
  return errno_error("the kernel does not take " + value + " for " + name,
                     count < 0 ? errno : EINVAL, "/value");
}

/// What the file shall hold: this setting once, all others as they are.
sdk::Result<std::string> with_setting(const std::string& text, const std::string& name,
                                      const std::string& value) {
  std::string quoted;
  for (const char c : name) quoted += c == '.' ? std::string("\\.") : std::string(1, c);
  LineEdit edit;
  edit.line = name + " = " + value;
  edit.match = "^\\s*" + quoted + "\\s*=";
  return edit_line(text.empty() ? kFirstLine : text, edit);
}

/// Whether the file was, or in check mode would be, another.
sdk::Result<bool> persist(const sdk::Call& call, const Node& node, const std::string& name,
                          const std::string& value) {
  const auto path = node.root + kFile;
  if (!call.check_mode()) ::mkdir((node.root + "/etc/sysctl.d").c_str(), 0755);
  const auto place = find_place(path, Follow::No);
  if (!place && call.check_mode() && place.error().code == ErrorCode::NotFound) return true;
  if (!place) return tl::unexpected(place.error());
  const auto before = open_file(*place);
  if (!before) return tl::unexpected(before.error());
  std::string text;
  if (*before) {
    auto old = read_part(**before, *place, 0, kMaxFile);
    if (!old) return tl::unexpected(old.error());
    text = std::move(*old);
  }
  const auto content = with_setting(text, name, value);
  if (!content) return tl::unexpected(content.error());
  if (*content == text) return false;
  if (call.check_mode()) return true;
  const auto* old = *before ? &**before : nullptr;
  if (auto put = replace_file(*place, *content, {0644, ::geteuid(), ::getegid()}, old); !put) {
    return tl::unexpected(put.error());
  }
  return true;
}

}  // namespace

sdk::Answer<SysctlGetResult> sysctl_get(const Node& node, const SysctlGetArguments& arguments) {
  const auto path = path_of(node, arguments.name);
  if (!path) return tl::unexpected(path.error());
  auto value = read_setting(*path, arguments.name, true);
  if (!value) return tl::unexpected(value.error());
  SysctlGetResult result;
  result.name = arguments.name;
  result.value = printable(*value, kMaxFile);
  return sdk::ok(std::move(result));
}

sdk::Answer<SysctlSetResult> sysctl_set(const sdk::Call& call, const Node& node,
                                        const SysctlSetArguments& arguments) {
  const auto& name = arguments.name;
  const auto wanted = single_spaced(arguments.value);
  const auto path = path_of(node, name);
  if (!path) return tl::unexpected(path.error());
  auto before = read_setting(*path, name, false);
  if (!before) return tl::unexpected(before.error());
  SysctlSetResult result;
  result.name = name;
  result.value_before = printable(*before, kMaxFile);
  result.value = wanted;
  if (*before != wanted) {
    if (auto known = check_setting(*path, name, *before, wanted); !known) {
      return tl::unexpected(known.error());
    }
    result.changes.emplace_back("value");
    if (!call.check_mode()) {
      if (auto done = write_setting(*path, name, wanted); !done)
        return tl::unexpected(done.error());
      const auto after = single_spaced(text_of(*path, kMaxFile));
      if (after != wanted) {
        return sdk::fail(
            ErrorCode::FailedPrecondition,
            "the kernel made " + printable(after, 200) + " of " + wanted + " for " + name,
            "/value");
      }
    }
  }
  if (arguments.persist) {
    const auto is_new = persist(call, node, name, wanted);
    if (!is_new) return tl::unexpected(is_new.error());
    if (*is_new) result.changes.emplace_back("file");
    result.file = kFile;
  }
  return result.changes.empty() ? sdk::ok(std::move(result)) : sdk::changed(std::move(result));
}

}  // namespace muster::plugin::system
