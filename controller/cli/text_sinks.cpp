// The sinks for people: what a task printed goes where the program on the node wrote it, to
// standard output or standard error.
#include <unistd.h>

#include <iostream>
#include <map>

#include "job_report.hpp"
#include "live_sink.hpp"
#include "records.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

constexpr std::size_t kLongestLine = std::size_t{64} << 10U;  // that is kept back for its end

std::ostream& out_for(const StreamName& name) {
  return name.stream == "stderr" ? std::cerr : std::cout;
}

bool to_terminal(const StreamName& name) {
  return on_terminal(name.stream == "stderr" ? STDERR_FILENO : STDOUT_FILENO);
}

class TextSink : public LiveSink {
 public:
  void output(const StreamName& name, std::uint64_t, std::string_view bytes) final {
    auto& pending = pending_[name];
    name.stream == "records" ? write_records(name, pending += bytes) : write(name, pending, bytes);
    out_for(name) << std::flush;
  }
  void begins_anew(const StreamName& name) final {
    end_stream(name, pending_[name]);
    std::cerr << printable(name.node) << ": runs again; " << printable(name.stream)
              << " begins anew\n";
  }
  void task(const client::TaskEvent&) final {}
  void progress(const client::ProgressEvent&) final {}
  void end(const client::Job& job) final {
    for (auto& [name, pending] : pending_) end_stream(name, pending);
    show_results(job);
    print_troubles(job);
  }

 private:
  virtual void write(const StreamName& name, std::string& pending, std::string_view bytes) = 0;
  /// Shows what `pending` holds back.
  virtual void end_part(const StreamName& name, std::string& pending) = 0;
  virtual void show_results(const client::Job& job) = 0;

  void end_stream(const StreamName& name, std::string& pending) {
    if (name.stream == "records") pending.clear();  // a part of one is none
    end_part(name, pending);
  }
  void write_records(const StreamName& name, std::string& pending) {
    for (const auto& record : take_records(pending)) {
      std::string written;
      write(name, written, record_line(record) + "\n");
      end_part(name, written);
    }
  }

  std::map<StreamName, std::string> pending_;  // whose rest is still to come
};

class PassThrough final : public TextSink {
  void write(const StreamName& name, std::string& pending, std::string_view bytes) override {
    if (!to_terminal(name)) {
      out_for(name) << bytes;
      return;
    }
    pending += bytes;
    out_for(name) << take_printable(pending);
  }
  void end_part(const StreamName& name, std::string& pending) override {
    out_for(name) << printable(pending);
    pending.clear();
  }
  void show_results(const client::Job&) override {}  // what a program found it printed
};

class Prefixed final : public TextSink {
  void write(const StreamName& name, std::string& pending, std::string_view bytes) override {
    for (const char character : bytes) {
      pending += character;
      if (character == '\n' || pending.size() >= kLongestLine) end_part(name, pending);
    }
  }
  void end_part(const StreamName& name, std::string& pending) override {
    if (pending.empty()) return;
    out_for(name) << printable(name.node) << ": "
                  << (to_terminal(name) ? printable(pending) : pending);
    if (pending.back() != '\n') out_for(name) << "\n";
    pending.clear();
  }
  void show_results(const client::Job& job) override { print_results(job); }
};

}  // namespace

std::unique_ptr<LiveSink> pass_through_sink() { return std::make_unique<PassThrough>(); }

std::unique_ptr<LiveSink> prefixed_sink() { return std::make_unique<Prefixed>(); }

}  // namespace muster::cli
