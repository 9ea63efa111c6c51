#include "catch.hpp"
#include "package_output.hpp"

using namespace muster::plugin::system;

TEST_CASE("dpkg-query's list: what is installed, foreign architectures apart",
          "[contract][system]") {
  const auto packages = parse_dpkg(
      "dpkg\tii \t1.21.22\tamd64\n"
      "bash\tii \t5.2.15-2+b8\tamd64\n"
      "libc6:amd64\tii \t2.36-9+deb12u14\tamd64\n"
      "libc6:i386\tii \t2.36-9+deb12u13\ti386\n"
      "tzdata\thi \t2024a-0+deb12u1\tall\n"
      "old\trc \t1.0\tamd64\n"
      "half\tiU \t1.0\tamd64\n"
      "gone\tun \t\t\n"
      "strange\n");
  CHECK(packages == InstalledPackages{{"dpkg", "1.21.22"},
                                      {"bash", "5.2.15-2+b8"},
                                      {"libc6", "2.36-9+deb12u14"},
                                      {"libc6:i386", "2.36-9+deb12u13"},
                                      {"tzdata", "2024a-0+deb12u1"}});
}

TEST_CASE("apt-get -s: lines of apt 2.6", "[contract][system]") {
  const auto steps = parse_apt_simulation(
      "NOTE: This is only a simulation!\n"
      "The following NEW packages will be installed:\n  hello\n"
      "Inst hello (2.10-3 Debian:12.15/oldstable [amd64])\n"
      "Inst bash [5.2.15-2+b8] (5.2.15-2+b13 Debian:12.15/oldstable [amd64])\n"
      "Inst libgcrypt20-dev [1.10.1-3] (1.10.1-3+deb12u1 Debian:12.15/oldstable, "
      "Debian-Security:12/oldstable-security [amd64]) []\n"
      "Remv libcurl4-gnutls-dev [7.88.1-10+deb12u15]\n"
      "Purg sl [5.02-1+b1]\n"
      "Conf hello (2.10-3 Debian:12.15/oldstable [amd64])\n");
  REQUIRE(steps.size() == 5);
  CHECK(steps[0].name == "hello");
  CHECK_FALSE(steps[0].old_version);
  CHECK(steps[0].new_version == "2.10-3");
  CHECK(steps[1].old_version == "5.2.15-2+b8");
  CHECK(steps[1].new_version == "5.2.15-2+b13");
  CHECK(steps[2].old_version == "1.10.1-3");
  CHECK(steps[2].new_version == "1.10.1-3+deb12u1");
  CHECK(steps[3].name == "libcurl4-gnutls-dev");
  CHECK(steps[3].old_version == "7.88.1-10+deb12u15");
  CHECK_FALSE(steps[3].new_version);
  CHECK(steps[4].old_version == "5.02-1+b1");
}

TEST_CASE("apt-cache policy: candidates, none for what has none", "[contract][system]") {
  const auto candidates = parse_apt_policy(
      "hello:\n  Installed: (none)\n  Candidate: 2.10-3\n  Version table:\n     2.10-3 500\n"
      "        500 http://deb.debian.org/debian bookworm/main amd64 Packages\n"
      "bash:\n  Installed: 5.2.15-2+b8\n  Candidate: 5.2.15-2+b13\n  Version table:\n"
      " *** 5.2.15-2+b8 100\n        100 /var/lib/dpkg/status\n"
      "default-mta:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n");
  CHECK(candidates == InstalledPackages{{"hello", "2.10-3"}, {"bash", "5.2.15-2+b13"}});
}
