#include "run.hpp"

#include <string.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "json_lines.hpp"
#include "nagios.hpp"
#include "program_file.hpp"
#include "text.hpp"

namespace muster::plugin::script {
namespace {

using nlohmann::json;
using sdk::ErrorCode;
using sdk::Outcome;
using sdk::ProcessEnd;
using sdk::StopReason;

constexpr std::size_t kMaxKeptErrors = 4096;  // of standard error, for a sentence

std::string payload_of(const json& value) {
  std::string bytes;
  json::to_msgpack(value, bytes);
  return bytes;
}

std::string_view text_of(std::span<const std::byte> piece) {
  return {reinterpret_cast<const char*>(piece.data()), piece.size()};
}

std::string how_it_ended(const ProcessEnd& end) {
  if (end.signal == 0) return "exited with " + std::to_string(end.exit_code);
  const char* name = ::sigabbrev_np(end.signal);
  return "was ended by " +
         (name == nullptr ? "signal " + std::to_string(end.signal) : "SIG" + std::string(name));
}

/// Why we stopped the program, if we did.
std::optional<sdk::Error> stopped(const sdk::Call& call, const std::string& program,
                                  const ProcessEnd& end) {
  const auto error = [&](ErrorCode code, const std::string& why) {
    return sdk::Error{code, program + " was stopped because " + why, {}, false, {}};
  };
  if (end.stopped == StopReason::None || end.stopped == StopReason::OutputRefused)
    return std::nullopt;
  if (end.stopped == StopReason::Deadline || call.cancel_reason() == MUSTER_CANCEL_DEADLINE) {
    return error(ErrorCode::Timeout, "its time was up");
  }
  if (call.cancel_reason() == MUSTER_CANCEL_SHUTDOWN) {
    return error(ErrorCode::Unavailable, "its plugin stops");
  }
  return error(ErrorCode::Cancelled, "the call was cancelled");
}

/// What the program is told on its standard input.
json told(const sdk::Call& call, const Folder& folder, const json& arguments) {
  return {{"operation", call.operation()},
          {"arguments", arguments},
          {"config", folder.config},
          {"check", call.check_mode()},
          {"idempotency_key", call.idempotency_key()}};
}

/// One run of one program for a call.
class Run {
 public:
  Run(const Folder& folder, const OperationSpec& operation, const sdk::Log& log,
      const sdk::Call& call)
      : folder_(folder), operation_(operation), log_(log), call_(call) {}

  void finish_as_json(sdk::Program program, const json& arguments) {
    program.stdin_bytes =
        told(call_, folder_, arguments).dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    JsonLines lines(
        {[this](double done, const std::string& note) { call_.progress(done, note); },
         [this](const std::string& level, const std::string& text) { say(level, text); },
         [this](const json& record) { return write_record(record); }});
    const auto end =
        run(program, kMaxJsonOutput, [&](std::string_view piece) { return lines.take(piece); });
    if (!end) return fail(end.error());
    if (auto why = stopped(call_, operation_.command.program(), *end)) return fail(*why);
    auto said = lines.end();
    const bool broke = end->stopped == StopReason::OutputRefused;
    if (end->truncated)
      return fail(failure(ErrorCode::ResourceExhausted, "printed more than 64 MiB"));
    if (!said && (broke || (end->exit_code == 0 && end->signal == 0))) return fail(said.error());
    if (said && said->error) return fail(*said->error);
    if (end->exit_code != 0 || end->signal != 0) {
      return fail(failure(ErrorCode::FailedPrecondition, how_it_ended(*end) + last_words()));
    }
    // What may have changed something did, unless it says otherwise: as with system.exec.
    const bool changed = said->changed.value_or(!operation_.reads);
    call_.finish(changed ? Outcome::Changed : Outcome::Ok, payload_of(said->result), std::nullopt);
  }

  void finish_as_check(const sdk::Program& program) {
    std::string output;
    const auto end = run(program, 0, [&output](std::string_view piece) {
      output.append(piece.substr(0, kMaxCheckOutput + 1 - output.size()));
      return true;
    });
    if (!end) return fail(end.error());
    if (auto why = stopped(call_, operation_.command.program(), *end)) return fail(*why);
    auto report = read_check(end->exit_code, output);
    if (report.text.empty()) report.text = clean_text(first_line(errors_), kMaxKeptErrors);
    const auto result = payload_of(to_json(report));
    if (report.status != CheckStatus::Unknown) {
      return call_.finish(Outcome::Ok, result, std::nullopt);
    }
    // It found nothing out, and no data is never a pass.
    const auto why = end->exit_code == 3 ? "does not know" : how_it_ended(*end);
    call_.finish(Outcome::Failed, result,
                 failure(ErrorCode::Unavailable,
                         why + (report.text.empty() ? std::string() : ": " + report.text)));
  }

  void fail(const sdk::Error& error) const { call_.finish(Outcome::Failed, {}, error); }

 private:
  sdk::Result<ProcessEnd> run(const sdk::Program& program, std::uint64_t max_output,
                              const std::function<bool(std::string_view)>& on_stdout) {
    sdk::ProcessLimits limits;
    limits.deadline = call_.deadline();
    limits.max_memory_bytes = folder_.max_memory_bytes;
    limits.max_output_bytes = max_output;
    return sdk::run_process(
        program, limits,
        [&](sdk::OutputStream stream, std::span<const std::byte> piece) {
          if (stream == sdk::OutputStream::Stdout) return on_stdout(text_of(piece));
          errors_.append(text_of(piece).substr(0, kMaxKeptErrors - errors_.size()));
          return call_.write(sdk::Stream::Stderr, piece).has_value();
        },
        call_.cancelled());
  }

  [[nodiscard]] sdk::Error failure(ErrorCode code, const std::string& what) const {
    return {code, operation_.command.program() + " " + what, {}, false, {}};
  }

  static std::string_view first_line(std::string_view text) {
    return text.substr(0, text.find('\n'));
  }

  [[nodiscard]] std::string last_words() const {
    std::string_view text = errors_;
    while (text.ends_with('\n')) text.remove_suffix(1);
    const auto before = text.rfind('\n');
    if (before != std::string_view::npos) text.remove_prefix(before + 1);
    return text.empty() ? "" : ": " + clean_text(text, kMaxKeptErrors);
  }

  void say(const std::string& level, const std::string& text) const {
    const sdk::Log::Fields fields{{"operation", call_.operation()}};
    if (text.empty()) return;
    if (level == "error") return log_.error(text, fields);
    if (level == "warn") return log_.warn(text, fields);
    if (level == "debug") return log_.debug(text, fields);
    log_.info(text, fields);
  }

  sdk::Status write_record(const json& record) const {
    const auto payload = payload_of(record);
    if (payload.size() > MUSTER_MAX_CHUNK_BYTES) {
      return sdk::fail(ErrorCode::Corrupt, "a record is larger than 64 KiB");
    }
    return call_.write(sdk::Stream::Records, std::as_bytes(std::span(payload)));
  }

  const Folder& folder_;
  const OperationSpec& operation_;
  const sdk::Log& log_;
  const sdk::Call& call_;
  std::string errors_;
};

}  // namespace

sdk::Result<sdk::Program> program_for(const Folder& folder, const Command& command,
                                      const json& arguments) {
  auto words = command.words(arguments, folder.config);
  if (!words) return tl::unexpected(words.error());
  auto path = program_path(folder.path, command.program());
  if (!path) return tl::unexpected(path.error());
  sdk::Program program;
  program.argv.push_back(std::move(*path));
  program.argv.insert(program.argv.end(), words->begin(), words->end());
  program.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                         "LANG=C.UTF-8"};
  program.working_directory = folder.path;
  return program;
}

void run_operation(const Folder& folder, const OperationSpec& operation, const sdk::Log& log,
                   const sdk::Call& call, const json& arguments) {
  Run run(folder, operation, log, call);
  auto program = program_for(folder, operation.command, arguments);
  if (!program) return run.fail(program.error());
  if (operation.protocol == Protocol::Json) {
    run.finish_as_json(std::move(*program), arguments);
  } else {
    run.finish_as_check(*program);
  }
}

}  // namespace muster::plugin::script
