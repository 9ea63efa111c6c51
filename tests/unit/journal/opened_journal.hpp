/// A journal with its loop, and what it replayed.
#pragma once

#include <muster/core/base/files.hpp>
#include <muster/core/journal/journal.hpp>

#include "catch.hpp"
#include "fake_clock.hpp"
#include "temp_dir.hpp"

namespace muster::test {

class OpenedJournal {
 public:
  explicit OpenedJournal(const std::filesystem::path& dir, journal::Options options = {}) {
    auto opened = journal::Journal::open(dir, *loop_, std::move(options),
                                         [this](journal::Lsn lsn, BytesView bytes) {
                                           lsns.push_back(lsn);
                                           records.emplace_back(as_text(bytes));
                                         });
    if (opened) {
      journal = std::move(*opened);
    } else {
      error = opened.error();
    }
  }

  /// Appends and waits for the outcome.
  Result<journal::Lsn> append(std::string_view record) {
    Result<journal::Lsn> outcome;
    journal->append(as_bytes(record), [&](Result<journal::Lsn> got) {
      outcome = std::move(got);
      loop_->stop();
    });
    loop_->run();
    return outcome;
  }

  Status compact(const std::vector<std::string>& live) {
    std::vector<Bytes> bytes;
    for (const auto& record : live) bytes.push_back(to_bytes(as_bytes(record)));
    Status outcome;
    journal->compact(std::move(bytes), [&](Status got) {
      outcome = std::move(got);
      loop_->stop();
    });
    loop_->run();
    return outcome;
  }

  run::EventLoop& loop() { return *loop_; }

  std::vector<journal::Lsn> lsns;
  std::vector<std::string> records;
  Error error;

 private:
  FakeClock clock_;
  std::unique_ptr<run::EventLoop> loop_ = run::EventLoop::create(clock_).value();

 public:
  std::unique_ptr<journal::Journal> journal;  // goes before the loop
};

inline std::filesystem::path first_segment(const std::filesystem::path& dir) {
  return dir / "00000000000000000001.journal";
}

}  // namespace muster::test
