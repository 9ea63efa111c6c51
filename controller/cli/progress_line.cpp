#include "progress_line.hpp"

#include <unistd.h>

#include <iostream>
#include <muster/core/base/display_width.hpp>

#include "terminal.hpp"

namespace muster::cli {
namespace {

constexpr const char* kBeginAnew = "\r\x1b[K";
constexpr std::size_t kUnknownWidth = 80;

}  // namespace

ProgressLine::ProgressLine() : wanted_(on_terminal(STDERR_FILENO) && takes_escapes()) {}

void ProgressLine::show(std::string_view text) {
  if (!wanted_) return;
  const auto columns = columns_of(STDERR_FILENO);  // each time: windows change
  // One less than there are: some terminals go on to the next line as soon as the last is written.
  std::cerr << kBeginAnew << cut_to(text, (columns > 0 ? columns : kUnknownWidth) - 1)
            << std::flush;
  open_ = true;
}

void ProgressLine::clear() {
  if (open_) std::cerr << kBeginAnew << std::flush;
  open_ = false;
}

}  // namespace muster::cli
