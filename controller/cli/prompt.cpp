#include "prompt.hpp"

#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "terminal.hpp"

namespace muster::cli {
namespace {

constexpr char kCtrlC = 3;

/// The terminal without its echo, as long as this lives. Ctrl-C ends the line, so that the echo
/// comes back before the program ends.
class Unseen {
 public:
  Unseen() {
    known_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!known_) return;
    termios unseen = before_;
    unseen.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    unseen.c_lflag |= static_cast<tcflag_t>(ECHONL);
    unseen.c_cc[VEOL] = kCtrlC;
    known_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen) == 0;
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
  ~Unseen() {
    if (known_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  [[nodiscard]] bool is_so() const { return known_; }

 private:
  termios before_{};
  bool known_ = false;
};

/// One line of the terminal; what does not fit one is no secret of ours.
std::string read_line() {
  std::string line(4096, '\0');
  const auto got = ::read(STDIN_FILENO, line.data(), line.size());
  line.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return line;
}

}  // namespace

bool can_ask() { return on_terminal(STDIN_FILENO) && on_terminal(STDERR_FILENO); }

CliResult<std::string> ask_secret(const std::string& question) {
  const Unseen unseen;
  if (!unseen.is_so()) return failure(Exit::Usage, "the terminal goes on showing what is typed");
  std::cerr << question << ": " << std::flush;
  auto line = read_line();
  if (!line.empty() && line.back() == kCtrlC) {
    std::cerr << "\n";
    return failure(Exit::Interrupted, "nothing was done");
  }
  return line;
}

std::string ask_line(const std::string& question) {
  std::cerr << question << " " << std::flush;
  std::string line;
  std::getline(std::cin, line);
  return line;
}

bool ask_yes(const std::string& question) { return ask_line(question) == "yes"; }

}  // namespace muster::cli
