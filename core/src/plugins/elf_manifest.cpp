#include <elf.h>

#include <cstring>
#include <muster/core/plugins/plugin_file.hpp>
#include <optional>
#include <string_view>

namespace muster::plugins {
namespace {

constexpr std::string_view kSection = "muster_manifest";
constexpr std::size_t kMaxManifest = std::size_t{256} << 10U;
constexpr std::size_t kMaxSections = 4096;

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#else
#error "the number of this machine in <elf.h> belongs here"
#endif

std::string machine_name(Elf64_Half machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86_64";
    case EM_AARCH64:
      return "aarch64";
    case EM_386:
      return "i386";
    case EM_ARM:
      return "arm";
    case EM_RISCV:
      return "riscv";
    default:
      return "machine " + std::to_string(machine);
  }
}

/// A copy of the T at `offset`, or nothing when it does not lie whole in `file`.
template <class T>
std::optional<T> read_at(BytesView file, std::uint64_t offset) {
  if (offset > file.size() || file.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, file.data() + offset, sizeof value);
  return value;
}

std::optional<BytesView> slice(BytesView file, std::uint64_t offset, std::uint64_t size) {
  if (offset > file.size() || size > file.size() - offset) return std::nullopt;
  return file.subspan(offset, size);
}

tl::unexpected<Error> damaged(const std::string& what) {
  return fail(
      ErrorCode::Corrupt,
      "its " + what + " points outside the file; it is damaged or cut short, copy it here again");
}

Result<Elf64_Ehdr> check_header(BytesView file) {
  if (file.size() < EI_NIDENT || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0) {
    return fail(ErrorCode::Unsupported,
                "it is no plugin: no ELF shared library; remove it from this folder");
  }
  if (file[EI_CLASS] != ELFCLASS64 || file[EI_DATA] != ELFDATA2LSB) {
    return fail(ErrorCode::Unsupported,
                "it is for a machine that is not 64-bit and little-endian; install its build for " +
                    machine_name(kMachine));
  }
  const auto header = read_at<Elf64_Ehdr>(file, 0);
  if (!header) return damaged("header");
  if (header->e_machine != kMachine) {
    return fail(ErrorCode::Unsupported, "it is for " + machine_name(header->e_machine) +
                                            ", this machine is " + machine_name(kMachine) +
                                            "; install its build for " + machine_name(kMachine));
  }
  if (header->e_type != ET_DYN) {
    return fail(ErrorCode::Unsupported,
                "it is no plugin: an ELF file, but not a shared library; remove it from this "
                "folder");
  }
  if (header->e_shentsize != sizeof(Elf64_Shdr) || header->e_shnum > kMaxSections) {
    return damaged("section table");
  }
  return *header;
}

std::optional<Elf64_Shdr> section(BytesView file, const Elf64_Ehdr& header, std::size_t index) {
  return read_at<Elf64_Shdr>(file, header.e_shoff + index * sizeof(Elf64_Shdr));
}

std::string_view name_in(BytesView names, std::uint32_t offset) {
  if (offset >= names.size()) return {};
  const auto rest = as_text(names.subspan(offset));
  return rest.substr(0, rest.find('\0'));
}

}  // namespace

Result<BytesView> find_manifest(BytesView file) {
  const auto header = check_header(file);
  if (!header) return tl::unexpected(header.error());
  if (header->e_shoff > file.size()) return damaged("section table");
  const auto names_section = section(file, *header, header->e_shstrndx);
  if (!names_section) return damaged("section table");
  const auto names = slice(file, names_section->sh_offset, names_section->sh_size);
  if (!names) return damaged("table of section names");
  for (std::size_t i = 0; i < header->e_shnum; ++i) {
    const auto candidate = section(file, *header, i);
    if (!candidate) return damaged("section table");
    if (name_in(*names, candidate->sh_name) != kSection || candidate->sh_type == SHT_NOBITS)
      continue;
    const auto manifest = slice(file, candidate->sh_offset, candidate->sh_size);
    if (!manifest) return damaged("manifest");
    if (manifest->size() > kMaxManifest) {
      return fail(ErrorCode::ResourceExhausted,
                  "its manifest has more than 256 KiB; shorten its texts and schemas");
    }
    return *manifest;
  }
  return fail(ErrorCode::Unsupported,
              "it has no manifest (section muster_manifest); build it with muster_add_plugin() or "
              "embed one");
}

}  // namespace muster::plugins
