#include "package_output.hpp"

#include "text_files.hpp"

namespace muster::plugin::system {
namespace {

constexpr std::size_t kMaxName = 300;

std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  for (;;) {
    const auto tab = line.find('\t');
    columns.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return columns;
    line.remove_prefix(tab + 1);
  }
}

/// "0:1.0-1" and "1.0-1" are one version, and dnf shows the second.
std::string_view without_zero_epoch(std::string_view version) {
  if (version.starts_with("0:")) version.remove_prefix(2);
  return version;
}

}  // namespace

InstalledPackages parse_dpkg(std::string_view output) {
  struct Row {
    std::string_view name, version, architecture;
  };
  std::vector<Row> rows;
  std::string_view native;
  for_each_line(output, [&](std::string_view line) {
    const auto columns = columns_of(line);
    // The second letter is what is, the first what is wanted: "hi" is held and installed.
    if (columns.size() != 4 || columns[1].size() < 2 || columns[1][1] != 'i') return;
    rows.push_back({columns[0], columns[2], columns[3]});
    if (columns[0] == "dpkg") native = columns[3];
  });
  InstalledPackages packages;
  for (const auto& row : rows) {
    const auto name = row.name.substr(0, row.name.find(':'));
    const bool is_foreign =
        !native.empty() && row.architecture != native && row.architecture != "all";
    auto key = printable(name, kMaxName) + (is_foreign ? ":" + std::string(row.architecture) : "");
    packages[std::move(key)] = printable(row.version, kMaxName);
  }
  return packages;
}

std::vector<PackageStep> parse_apt_simulation(std::string_view output) {
  std::vector<PackageStep> steps;
  for_each_line(output, [&steps](std::string_view line) {
    // Inst bash [5.2.15-2+b8] (5.2.15-2+b13 Debian:12.15/oldstable [amd64]) []
    const auto words = words_of(line);
    if (words.size() < 2) return;
    const bool comes = words[0] == "Inst";
    if (!comes && words[0] != "Remv" && words[0] != "Purg") return;
    PackageStep step;
    step.name = printable(words[1], kMaxName);
    for (const auto word : words) {
      if (word.starts_with('[') && word.ends_with(']') && !step.old_version && !step.new_version) {
        step.old_version = printable(word.substr(1, word.size() - 2), kMaxName);
      }
      if (comes && word.starts_with('(') && !step.new_version) {
        step.new_version = printable(word.substr(1), kMaxName);
      }
    }
    steps.push_back(std::move(step));
  });
  return steps;
}

InstalledPackages parse_apt_policy(std::string_view output) {
  InstalledPackages candidates;
  std::string name;
  for_each_line(output, [&](std::string_view line) {
    if (!line.starts_with(' ') && line.ends_with(':')) {
      name = printable(line.substr(0, line.size() - 1), kMaxName);
    }
    const auto words = words_of(line);
    if (words.size() != 2 || words[0] != "Candidate:" || words[1] == "(none)") return;
    candidates[name] = printable(words[1], kMaxName);
  });
  return candidates;
}

InstalledPackages parse_rpm(std::string_view output) {
  InstalledPackages packages;
  for_each_line(output, [&packages](std::string_view line) {
    const auto columns = columns_of(line);
    if (columns.size() != 3) return;
    // Several of one name at once are kernels: the last one listed stands for all.
    packages[printable(columns[0], kMaxName)] = printable(without_zero_epoch(columns[1]), kMaxName);
  });
  return packages;
}

std::vector<PackageStep> parse_dnf_table(std::string_view output,
                                         const InstalledPackages& installed) {
  std::vector<PackageStep> steps;
  enum class Section : std::uint8_t { None, Comes, Goes } section = Section::None;
  std::vector<std::string> row;  // name, architecture, version; long ones go on in the next line
  const auto take = [&] {
    if (row.size() < 3) return row.clear();
    PackageStep step;
    step.name = row[0];
    const auto old = installed.find(row[0]);
    if (old != installed.end()) step.old_version = old->second;
    if (section == Section::Comes) step.new_version = row[2];
    if (section == Section::Goes && !step.old_version) step.old_version = row[2];
    steps.push_back(std::move(step));
    row.clear();
  };
  for_each_line(output, [&](std::string_view line) {
    const bool is_new_row = line.size() > 1 && line[0] == ' ' && line[1] != ' ';
    if (line.empty() || line[0] != ' ' || is_new_row) take();
    if (line.starts_with("Removing")) {
      section = Section::Goes;
    } else if (line.starts_with("Installing") || line.starts_with("Upgrading") ||
               line.starts_with("Downgrading") || line.starts_with("Reinstalling")) {
      section = Section::Comes;
    } else if (line.empty() || line[0] != ' ') {
      section = Section::None;
    } else if (section != Section::None) {
      for (const auto word : words_of(line)) row.push_back(printable(word, kMaxName));
    }
  });
  take();
  return steps;
}

}  // namespace muster::plugin::system
