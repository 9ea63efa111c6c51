#include <muster/core/base/files.hpp>
#include <muster/core/journal/journal.hpp>

#include "journal/writer.hpp"

namespace muster::journal {

Result<std::unique_ptr<Journal>> Journal::open(const std::filesystem::path& dir,
                                               run::EventLoop& loop, Options options,
                                               const OnRecord& on_record) {
  if (auto made = make_directories(dir); !made) return tl::unexpected(made.error());
  auto lock = lock_directory(dir);
  if (!lock) return tl::unexpected(lock.error());
  auto opened = open_newest(dir, on_record);
  if (!opened) return tl::unexpected(opened.error());
  return std::unique_ptr<Journal>(new Journal(std::make_unique<Writer>(
      dir, loop, std::move(options), std::move(*lock), std::move(*opened))));
}

Journal::Journal(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}
Journal::~Journal() = default;

void Journal::append(BytesView record, OnDurable on_durable) {
  writer_->append(record, std::move(on_durable));
}

void Journal::compact(std::vector<Bytes> live, OnDone on_done) {
  if (!on_done) on_done = [](const Status&) {};
  writer_->compact(std::move(live), std::move(on_done));
}

std::uint64_t Journal::size_bytes() const { return writer_->size; }
std::uint64_t Journal::max_bytes() const { return writer_->max_bytes(); }
std::uint64_t Journal::syncs() const { return writer_->syncs; }
std::uint64_t Journal::torn_records() const { return writer_->torn_records; }

}  // namespace muster::journal
