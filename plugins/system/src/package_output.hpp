/// What apt-get, apt-cache, dpkg-query, dnf and rpm write, understood. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "package_manager.hpp"

namespace muster::plugin::system {

/// Of `dpkg-query -W` with this format; only what is installed, held or not.
inline constexpr const char* kDpkgFormat =
    "${binary:Package}\\t${db:Status-Abbrev}\\t${Version}\\t${Architecture}\\n";
[[nodiscard]] InstalledPackages parse_dpkg(std::string_view output);

/// Of `apt-get -s`: the lines that begin with Inst, Remv and Purg.
[[nodiscard]] std::vector<PackageStep> parse_apt_simulation(std::string_view output);

/// Of `apt-cache policy`: the candidates.
[[nodiscard]] InstalledPackages parse_apt_policy(std::string_view output);

/// Of `rpm -qa` with this format.
inline constexpr const char* kRpmFormat =
    "%{NAME}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\t%{ARCH}\\n";
[[nodiscard]] InstalledPackages parse_rpm(std::string_view output);

/// Of the table that `dnf --assumeno` shows. It says new versions only: the old ones are looked up
/// in `installed`.
[[nodiscard]] std::vector<PackageStep> parse_dnf_table(std::string_view output,
                                                       const InstalledPackages& installed);

}  // namespace muster::plugin::system
