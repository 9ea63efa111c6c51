/// Programs that the tests' machine does not have or may not use, played by shell scripts in a
/// folder that stands in the plugin's `path`; and the tree that stands for the node. For tests
/// alone.
#pragma once

#include <filesystem>

#include "system_fixture.hpp"

namespace muster::test {

class PlayedNode {
 public:
  PlayedNode() {
    for (const auto* folder : {"bin", "root/etc", "root/proc/sys", "root/run", "state"}) {
      std::filesystem::create_directories(dir_ / folder);
    }
  }

  [[nodiscard]] std::filesystem::path root() const { return dir_ / "root"; }
  [[nodiscard]] std::filesystem::path state() const { return dir_ / "state"; }

  /// A script; in it $S is a folder for what it remembers.
  void play(const std::string& name, const std::string& script) const {
    const auto path = dir_ / "bin" / name;
    write(path, "#!/bin/sh\nS='" + state().string() + "'\n" + script);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }

  /// What the played programs were called with: each writes a line with `echo "$*" >> $S/log`.
  [[nodiscard]] std::string log() const { return read(state() / "log"); }

  [[nodiscard]] nlohmann::json config() const {
    return {{"root", root().string()}, {"path", (dir_ / "bin").string() + ":/usr/bin:/bin"}};
  }

  /// systemctl: `show` answers with the file show.UNIT, or as for a unit that there is not; any
  /// other verb puts VERB.UNIT in its place where there is such a file, and later.UNIT once that
  /// was shown, and exits with what the file exit says.
  void play_systemctl() const {
    std::filesystem::create_directories(root() / "run/systemd/system");
    std::filesystem::create_directories(root() / "etc/systemd/system");
    play("systemctl", R"sh(
for unit; do :; done
while [ "${1#--no-}" != "$1" ]; do shift; done
verb=$1
if [ "$verb" = show ]; then
  if [ -e "$S/show.$unit" ]; then
    cat "$S/show.$unit"
    [ -e "$S/next.$unit" ] && mv "$S/next.$unit" "$S/show.$unit"
    exit 0
  fi
  printf 'MainPID=0\nResult=success\nNRestarts=0\nExecMainStatus=0\nMemoryCurrent=[not set]\n'
  printf 'Id=%s\nDescription=%s\nLoadState=not-found\n' "$unit" "$unit"
  printf 'ActiveState=inactive\nSubState=dead\nUnitFileState=\n'
  exit 0
fi
if [ "$verb" = is-system-running ]; then
  echo tried >> "$S/tries"
  cat "$S/system" 2>/dev/null || echo running
  exit 0
fi
echo "$*" >> "$S/log"
[ -e "$S/$verb.$unit" ] && cp "$S/$verb.$unit" "$S/show.$unit"
[ -e "$S/later.$unit" ] && cp "$S/later.$unit" "$S/next.$unit"
if [ -e "$S/exit" ]; then echo "Job for $unit failed." >&2; exit "$(cat "$S/exit")"; fi
exit 0
)sh");
  }

 private:
  TempDir dir_;
};

/// `systemctl show` of systemd 252 for dbus.service, with the states under test put in.
inline std::string shown(const std::string& unit, const std::string& active,
                         const std::string& enabled, const std::string& can_reload = "yes") {
  return "MainPID=65\nResult=success\nNRestarts=0\nExecMainStatus=0\nMemoryCurrent=856064\nId=" +
         unit + "\nDescription=D-Bus System Message Bus\nLoadState=" +
         (enabled == "masked" ? "masked" : "loaded") + "\nActiveState=" + active +
         "\nSubState=running\nFragmentPath=/lib/systemd/system/dbus.service\nUnitFileState=" +
         enabled + "\nStateChangeTimestamp=Thu 2026-11-26 15:31:14 UTC\nCanReload=" + can_reload +
         "\n";
}

}  // namespace muster::test
