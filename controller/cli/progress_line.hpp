/// One line on the terminal of standard error that tells how far something is, again and again.
///
/// It is never longer than the terminal is wide, because what wrapped could not be taken back.
/// Where standard error is no terminal it shows nothing. One thread.
#pragma once

#include <string_view>

namespace muster::cli {

class ProgressLine {
 public:
  ProgressLine();

  /// `text` in printable(), in place of what was shown before.
  void show(std::string_view text);
  /// Before anything else is printed.
  void clear();

 private:
  bool wanted_;
  bool open_ = false;
};

}  // namespace muster::cli
