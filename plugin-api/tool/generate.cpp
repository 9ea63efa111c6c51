#include <boost/program_options.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <muster/core/base/files.hpp>
#include <muster/core/config/manifest.hpp>
#include <muster/core/config/yaml.hpp>
#include <nlohmann/json.hpp>
#include <system_error>

#include "command.hpp"
#include "header_writer.hpp"
#include "names.hpp"

namespace muster::tool {
namespace {

namespace options = boost::program_options;

struct Wanted {
  std::string manifest;
  std::string json;
  std::string header;
  std::string source;
};

/// One file to write, made in memory, so that nothing is written when anything is wrong.
struct Output {
  std::string path;
  std::string content;
};

Result<config::Manifest> read_manifest(const std::string& path) {
  auto text = read_file(path, config::kMaxYamlBytes);
  if (!text) return tl::unexpected(text.error());
  auto document = config::parse_yaml(*text, path);
  if (!document) return tl::unexpected(document.error());
  auto manifest = config::parse_manifest(*document);
  if (!manifest) return tl::unexpected(with_context(path)(manifest.error()));
  auto right = config::check_examples(*manifest).map_error(with_context(path));
  if (!right) return tl::unexpected(right.error());
  return manifest;
}

/// Valid as C and as C++: puts the bytes of the JSON file into the section that readers look for.
std::string embedding(const std::string& json_path) {
  return "/* Generated from plugin.yaml by muster-plugin generate. */\n"
         "extern const char muster_manifest_is_embedded;\n"
         "__asm__(\".pushsection muster_manifest,\\\"a\\\",@progbits\\n\"\n"
         "        \".incbin \\\"\" " +
         literal(json_path) + " \"\\\"\\n\"\n        \".popsection\\n\");\n";
}

Result<std::vector<Output>> outputs_for(const Wanted& wanted) {
  auto manifest = read_manifest(wanted.manifest);
  if (!manifest) return tl::unexpected(manifest.error());
  std::vector<Output> outputs{{wanted.json, manifest->raw->dump()}};
  if (!wanted.header.empty()) {
    auto header = write_header(*manifest).map_error(with_context(wanted.manifest));
    if (!header) return tl::unexpected(header.error());
    outputs.push_back({wanted.header, std::move(*header)});
  }
  if (!wanted.source.empty()) outputs.push_back({wanted.source, embedding(wanted.json)});
  return outputs;
}

/// Where a file is written before it gets its name.
std::string part_of(const Output& output) { return output.path + ".part"; }

Status write_parts(const std::vector<Output>& outputs) {
  constexpr mode_t kReadableByAll = 0644;
  for (const auto& output : outputs) {
    std::error_code error;
    const auto there = std::filesystem::symlink_status(output.path, error);
    if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there)) {
      return fail(ErrorCode::Conflict,
                  output.path + " exists and is no regular file; choose another path");
    }
    auto written = write_file_atomic(part_of(output), as_bytes(output.content), kReadableByAll);
    if (!written) return written;
  }
  return {};
}

/// All of them or, when one cannot be written, none: a build would take what is there for whole.
Status write(const std::vector<Output>& outputs) {
  auto written = write_parts(outputs);
  std::error_code error;
  for (const auto& output : outputs) {
    if (written) {
      std::filesystem::rename(part_of(output), output.path, error);
      if (error) written = fail_errno("write " + output.path, error.value());
    }
    if (!written) std::filesystem::remove(part_of(output), error);
  }
  return written;
}

int complain(const std::string& sentence, int exit_code) {
  std::fprintf(stderr, "muster-plugin: %s\n", sentence.c_str());
  return exit_code;
}

options::options_description describe(Wanted& wanted) {
  options::options_description described(
      "usage: muster-plugin generate --manifest plugin.yaml --json FILE [--header FILE] [--source "
      "FILE]\n\n"
      "Checks a manifest and writes what a build needs. Exits 2 when it is wrong, with nothing "
      "written.\n");
  described.add_options()("help", "say this")(
      "manifest", options::value(&wanted.manifest)->required()->value_name("FILE"),
      "the manifest, YAML")("json", options::value(&wanted.json)->required()->value_name("FILE"),
                            "its canonical JSON, to embed")(
      "header", options::value(&wanted.header)->value_name("FILE"),
      "C++ structs for arguments, results and configuration")(
      "source", options::value(&wanted.source)->value_name("FILE"),
      "C or C++ that embeds the JSON");
  return described;
}

}  // namespace

int generate(const std::vector<std::string>& arguments) {
  Wanted wanted;
  const auto described = describe(wanted);
  try {
    options::variables_map given;
    options::store(options::command_line_parser(arguments).options(described).positional({}).run(),
                   given);
    if (given.count("help") != 0) {
      std::cout << described;
      return kExitOk;
    }
    options::notify(given);
  } catch (const options::error& error) {
    return complain(std::string(error.what()) + ", try muster-plugin generate --help", kExitUsage);
  }
  const auto outputs = outputs_for(wanted);
  if (!outputs) return complain(outputs.error().message, kExitUsage);
  if (const auto written = write(*outputs); !written) {
    return complain(written.error().message, kExitFailed);
  }
  return kExitOk;
}

}  // namespace muster::tool
