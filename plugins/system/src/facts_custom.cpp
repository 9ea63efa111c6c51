#include <dirent.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "content.hpp"
#include "facts.hpp"
#include "place.hpp"
#include "present_file.hpp"
#include "text_files.hpp"

namespace muster::plugin::system {
namespace {

using nlohmann::json;

constexpr const char* kFolder = "/etc/muster/facts.d";
constexpr std::size_t kMaxFiles = 64;
constexpr std::size_t kMaxFile = std::size_t{64} << 10U;
constexpr std::size_t kMaxFacts = 256;
constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxValue = 1024;
constexpr int kMaxDepth = 8;
constexpr std::chrono::seconds kMaxTime{2};

struct Custom {
  std::map<std::string, std::string> facts;
  std::vector<std::string> problems;

  void complain(const std::string& file, const std::string& why) {
    if (problems.size() < kMaxFiles) problems.push_back(printable(file + " " + why, 300));
  }

  void add(const std::string& file, const std::string& name, std::string_view value) {
    const bool good = !name.empty() && name.size() <= kMaxName &&
                      std::all_of(name.begin(), name.end(), [](unsigned char c) {
                        return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
                      });
    if (!good) return complain(file, "has a name that is none: " + name);
    if (value.size() > kMaxValue) return complain(file, "has too long a value for " + name);
    if (facts.size() >= kMaxFacts && facts.count(name) == 0) {
      return complain(file, "has more than fits: " + std::to_string(kMaxFacts) + " facts in all");
    }
    if (!facts.emplace(name, printable(value, kMaxValue)).second) {
      complain(file, "says " + name + " again, which is left as it was");
    }
  }
};

/// Objects in objects become names with dots; lists are texts.
void add_json(const std::string& file, const std::string& name, const json& value, Custom& custom) {
  if (value.is_object()) {
    for (const auto& [key, part] : value.items()) {
      add_json(file, name.empty() ? key : name + "." + key, part, custom);
    }
  } else if (!value.is_null()) {
    custom.add(file, name, value.is_string() ? value.get<std::string>() : value.dump());
  }
}

void add_object(const std::string& file, const std::string& text, Custom& custom) {
  const auto shallow = [](int depth, json::parse_event_t, json&) { return depth <= kMaxDepth; };
  const auto document = json::parse(text, shallow, false);
  if (!document.is_object()) return custom.complain(file, "is no JSON object");
  add_json(file, "", document, custom);
}

void add_lines(const std::string& file, std::string_view text, Custom& custom) {
  std::size_t number = 0;
  for_each_line(text, [&](std::string_view line) {
    ++number;
    line = trimmed(line);
    if (line.empty() || line.front() == '#') return;
    const auto at = line.find('=');
    if (at == std::string_view::npos) {
      return custom.complain(file, "line " + std::to_string(number) + " is no NAME=VALUE");
    }
    custom.add(file, std::string(trimmed(line.substr(0, at))),
               unquoted(trimmed(line.substr(at + 1))));
  });
}

/// A file counts when nobody but root (or the agent's own user) can write to it.
void add_file(const std::string& root, const std::string& name, Custom& custom) {
  const auto place = find_place(root + kFolder + "/" + name, Follow::No);
  if (!place) return custom.complain(name, place.error().message);
  const auto file = open_file(*place);
  if (!file) return custom.complain(name, file.error().message);
  if (!*file) return;
  const auto& facts = (*file)->facts;
  if ((facts.st_uid != 0 && facts.st_uid != ::geteuid()) || (facts.st_mode & 022U) != 0) {
    return custom.complain(name, "can be written by others than root, ignoring");
  }
  if ((facts.st_mode & 0111U) != 0) {
    return custom.complain(name, "is a program; only files with facts are read");
  }
  const auto text = read_part(**file, *place, 0, kMaxFile + 1);
  if (!text) return custom.complain(name, text.error().message);
  if (text->size() > kMaxFile || !is_text(*text)) {
    return custom.complain(name, "has more than 64 KiB, or is no text");
  }
  const auto begin = trimmed(*text);
  begin.starts_with('{') ? add_object(name, *text, custom) : add_lines(name, *text, custom);
}

std::vector<std::string> files_of(const std::string& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
  std::vector<std::string> names;
  constexpr std::size_t kMostLookedAt = 10'000;
  while (open && names.size() < kMostLookedAt) {
    const dirent* entry = ::readdir(open.get());
    if (entry == nullptr) break;
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

void add_custom(const Node& node, Facts& facts) {
  const auto until = std::chrono::steady_clock::now() + kMaxTime;
  Custom custom;
  std::size_t count = 0;
  for (const auto& name : files_of(node.root + kFolder)) {
    if (++count > kMaxFiles || std::chrono::steady_clock::now() > until) {
      custom.complain(name, "and what follows is left out: 64 files, and 2 s in all");
      break;
    }
    add_file(node.root, name, custom);
  }
  if (!custom.facts.empty()) facts.custom = std::move(custom.facts);
  if (!custom.problems.empty()) facts.custom_problems = std::move(custom.problems);
}

}  // namespace muster::plugin::system
