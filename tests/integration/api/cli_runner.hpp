/// The real program `muster` as a shell runs it, in the environment that a quickstart writes.
#pragma once

#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <muster/core/base/files.hpp>
#include <nlohmann/json.hpp>
#include <string>

namespace muster::controller {

struct Ran {
  int exit = -1;
  std::string out;
  std::string err;

  [[nodiscard]] nlohmann::json parsed() const { return nlohmann::json::parse(out, nullptr, false); }
  [[nodiscard]] bool says(const std::string& text) const {
    return err.find(text) != std::string::npos;
  }
};

inline std::string text_of_file(const std::filesystem::path& path) {
  const auto text = read_file(path, std::size_t{16} << 20U);
  return text ? *text : std::string();
}

class CliRunner {
 public:
  CliRunner(std::string controller, std::filesystem::path ca, std::filesystem::path dir)
      : controller_(std::move(controller)), ca_(std::move(ca)), dir_(std::move(dir)) {
    token_file_ = dir_ / "operator.token";
  }

  /// Runs `muster LINE`, as a shell reads it; `meanwhile` again and again until it has ended.
  Ran operator()(const std::string& line, const std::function<void()>& meanwhile = {}) {
    const auto name = std::to_string(++runs_);
    const auto out = dir_ / (name + ".out");
    const auto err = dir_ / (name + ".err");
    const std::string shell = environment() + "muster() { " MUSTER_CLI " \"$@\"; }\n{ muster " +
                              line + "\n} >" + out.string() + " 2>" + err.string();
    auto ended = std::async(std::launch::async, [&] { return std::system(shell.c_str()); });
    while (ended.wait_for(std::chrono::milliseconds(2)) != std::future_status::ready) {
      if (meanwhile) meanwhile();
    }
    const int status = ended.get();
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of_file(out), text_of_file(err)};
  }

  std::string environment() const {
    return "export MUSTER_CONTROLLER=" + controller_ + " MUSTER_CA_FILE=" + ca_.string() +
           " MUSTER_TOKEN_FILE=" + token_file_.string() + "\n";
  }

  std::string controller_;
  std::filesystem::path ca_;
  std::filesystem::path dir_;
  std::filesystem::path token_file_;
  int runs_ = 0;
};

}  // namespace muster::controller
