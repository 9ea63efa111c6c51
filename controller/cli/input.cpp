#include "input.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <muster/core/base/error.hpp>
#include <muster/core/base/files.hpp>
#include <muster/core/base/utf8.hpp>

#include "terminal.hpp"

namespace muster::cli {
namespace {

CliResult<std::string> read_standard_input(std::size_t max_bytes) {
  if (std::feof(stdin) != 0) {
    return failure(Exit::Usage, "standard input can be read only once; give the rest in files");
  }
  std::string text;
  std::array<char, 16384> chunk{};
  while (std::feof(stdin) == 0) {
    text.append(chunk.data(), std::fread(chunk.data(), 1, chunk.size(), stdin));
    if (std::ferror(stdin) != 0) {
      return failure(Exit::Usage, fail_errno("read standard input", errno).value().message);
    }
    if (text.size() > max_bytes) {
      return failure(Exit::Usage,
                     "standard input is larger than " + std::to_string(max_bytes) + " bytes");
    }
  }
  return text;
}

}  // namespace

std::string input_name(const std::string& file) {
  return file == "-" ? "standard input" : printable(file);
}

CliResult<std::string> read_input(const std::string& file, std::size_t max_bytes) {
  if (file.empty()) return failure(Exit::Usage, "behind @ stands the name of a file, or -");
  if (file == "-") return read_standard_input(max_bytes);
  auto bytes = read_file(file, max_bytes);
  if (!bytes) return failure(Exit::Usage, printable(bytes.error().message));
  return std::move(*bytes);
}

CliResult<std::string> read_text_input(const std::string& file, std::size_t max_bytes) {
  auto text = read_input(file, max_bytes);
  if (!text) return text;
  if (const auto stray = first_stray_byte(*text)) {
    return failure(Exit::Usage,
                   input_name(file) + " is no UTF-8 text at byte " + std::to_string(*stray));
  }
  return text;
}

}  // namespace muster::cli
