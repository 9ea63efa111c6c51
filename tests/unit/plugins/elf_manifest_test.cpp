#include <elf.h>

#include <cstring>
#include <muster/core/base/files.hpp>
#include <muster/core/plugins/plugin_file.hpp>
#include <random>

#include "catch.hpp"

using namespace muster;
using plugins::find_manifest;

namespace {

Bytes empty_plugin() { return to_bytes(as_bytes(read_file(EMPTY_PLUGIN).value())); }

Elf64_Ehdr header_of(const Bytes& file) {
  Elf64_Ehdr header;
  std::memcpy(&header, file.data(), sizeof header);
  return header;
}

/// The empty plugin with a header that `change` was at.
template <class Change>
Bytes with_header(Change change) {
  auto file = empty_plugin();
  auto header = header_of(file);
  change(header);
  std::memcpy(file.data(), &header, sizeof header);
  return file;
}

std::string why(const Bytes& file) {
  const auto found = find_manifest(file);
  return found ? "found" : found.error().message;
}

}  // namespace

TEST_CASE("the manifest of a plugin is found without running it", "[unit][plugins]") {
  const auto file = empty_plugin();
  const auto manifest = find_manifest(file);
  REQUIRE(manifest);
  CHECK(as_text(*manifest).find("\"empty.noop\"") != std::string_view::npos);
}

TEST_CASE("what is no plugin for this machine is refused with the reason", "[unit][plugins]") {
  CHECK_THAT(why({}), Catch::Contains("no ELF shared library"));
  CHECK_THAT(why(to_bytes(as_bytes("#!/bin/sh\nexit 0\n# long enough to have a header"))),
             Catch::Contains("no ELF shared library"));
  CHECK_THAT(why(with_header([](auto& h) { h.e_machine = EM_RISCV; })),
             Catch::Contains("it is for riscv, this machine is "));
  CHECK_THAT(why(with_header([](auto& h) { h.e_ident[EI_CLASS] = ELFCLASS32; })),
             Catch::Contains("64-bit"));
  CHECK_THAT(why(with_header([](auto& h) { h.e_type = ET_REL; })),
             Catch::Contains("not a shared library"));
  CHECK_THAT(why(with_header([](auto& h) { h.e_shnum = 0; })), Catch::Contains("no manifest"));
}

TEST_CASE("a header that points outside the file is damage, never a read", "[unit][plugins]") {
  const auto offset =
      GENERATE(as<std::uint64_t>{}, UINT64_MAX, UINT64_MAX - 63, std::uint64_t{1} << 40U);
  CHECK_FALSE(find_manifest(with_header([&](auto& h) { h.e_shoff = offset; })));
  CHECK_FALSE(find_manifest(with_header([](auto& h) { h.e_shstrndx = 0xfff0; })));
  CHECK_FALSE(find_manifest(with_header([](auto& h) { h.e_shentsize = 1; })));
  CHECK_FALSE(find_manifest(with_header([](auto& h) { h.e_shnum = 0xffff; })));
}

TEST_CASE("a plugin cut anywhere, or with any bytes changed, is read within its bounds",
          "[unit][plugins]") {
  const auto whole = empty_plugin();
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same run every time
  std::size_t refused = 0;
  for (int round = 0; round < 300; ++round) {
    // A copy of its own size, so that a sanitizer sees a read beyond it.
    const Bytes cut(whole.begin(), whole.begin() + static_cast<long>(random() % whole.size()));
    if (!find_manifest(cut)) ++refused;
    auto bent = whole;
    const auto table = header_of(whole).e_shoff;
    for (int i = 0; i < 8; ++i) bent[table + random() % (bent.size() - table)] = random() & 0xffU;
    if (const auto found = find_manifest(bent)) {
      CHECK(found->data() >= bent.data());
      CHECK(found->data() + found->size() <= bent.data() + bent.size());
    }
  }
  CHECK(refused == 300);  // the table of sections stands at the end
}
