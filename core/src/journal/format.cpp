#include "journal/format.hpp"

#include <algorithm>
#include <array>

#include "journal/crc32c.hpp"

namespace muster::journal {
namespace {

constexpr std::string_view kMagic = "MSTRJRNL";
constexpr std::uint8_t kTypeRecord = 1;

template <class Number>
void put(Bytes& out, Number value) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
}

template <class Number>
Number get(BytesView bytes, std::size_t at) {
  Number value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) value |= Number{bytes[at + i]} << (8 * i);
  return value;
}

constexpr std::size_t kSummedFrom = 8;  // of a record: behind length and sum

std::uint32_t record_sum(const Header& header, std::uint64_t offset, BytesView rest) {
  Bytes place;
  put(place, header.salt);
  put(place, offset);
  return crc32c(rest, crc32c(place));
}

bool length_possible(std::size_t length) { return length >= 1 && length <= kMaxRecordBytes + 1; }

// Bytes of the intact record at `at`, or 0.
std::size_t intact_record_bytes(BytesView image, const Header& header, std::size_t at) {
  if (image.size() - at < kRecordOverhead) return 0;
  const std::size_t length = get<std::uint32_t>(image, at);
  const auto bytes = kRecordOverhead - 1 + length;
  if (!length_possible(length) || image.size() - at < bytes) return 0;
  if (image[at + kRecordOverhead - 1] != kTypeRecord) return 0;
  const auto sum = record_sum(header, at, image.subspan(at + kSummedFrom, bytes - kSummedFrom));
  return get<std::uint32_t>(image, at + 4) == sum ? bytes : 0;
}

// Could a crash in the middle of the last batch have left the bytes from `at` on? Not when behind
// them stands a record of a later batch, which was written only once this one was on disk.
bool is_torn_tail(BytesView image, const Header& header, std::size_t at) {
  for (auto next = at + 1; next + kRecordOverhead <= image.size(); ++next) {
    if (intact_record_bytes(image, header, next) == 0) continue;
    const std::size_t way_back = get<std::uint32_t>(image, next + kSummedFrom);
    if (next - std::min(way_back, next) > at) return false;
  }
  return true;
}

}  // namespace

void append_header(Bytes& out, const Header& header) {
  const auto start = out.size();
  const auto magic = as_bytes(kMagic);
  out.insert(out.end(), magic.begin(), magic.end());
  put(out, kVersion);
  put(out, header.salt);
  put(out, header.number);
  put(out, header.first_lsn);
  put(out, crc32c(BytesView(out).subspan(start)));
}

Result<Header> read_header(BytesView image) {
  if (image.size() < kHeaderBytes || as_text(image.first(kMagic.size())) != kMagic) {
    return fail(ErrorCode::Corrupt, "this is no journal: its header is missing");
  }
  const auto version = get<std::uint32_t>(image, 8);
  const bool intact = get<std::uint32_t>(image, 32) == crc32c(image.first(32));
  // Another version may have another header, so its sum says nothing to us.
  if (version != kVersion && version != 0) {
    return fail(ErrorCode::Unsupported,
                "the journal has format version " + std::to_string(version) +
                    ", this program reads version " + std::to_string(kVersion) +
                    ": use the program that wrote it");
  }
  if (!intact || version == 0) {
    return fail(ErrorCode::Corrupt, "the journal's header is damaged: restore it from a backup");
  }
  return Header{get<std::uint32_t>(image, 12), get<std::uint64_t>(image, 16),
                get<std::uint64_t>(image, 24)};
}

void append_record(Bytes& out, BytesView record, const Header& header, Place place) {
  put(out, static_cast<std::uint32_t>(record.size() + 1));
  const auto sum_at = out.size();
  put(out, std::uint32_t{0});
  put(out, static_cast<std::uint32_t>(place.offset - place.batch));
  out.push_back(kTypeRecord);
  out.insert(out.end(), record.begin(), record.end());
  Bytes sum;
  put(sum, record_sum(header, place.offset, BytesView(out).subspan(sum_at + 4)));
  std::copy(sum.begin(), sum.end(), out.begin() + static_cast<std::ptrdiff_t>(sum_at));
}

Result<Checked> check_records(BytesView image, const Header& header) {
  Checked checked{kHeaderBytes, 0};
  while (checked.intact_bytes < image.size()) {
    const auto bytes = intact_record_bytes(image, header, checked.intact_bytes);
    if (bytes == 0) {
      if (is_torn_tail(image, header, checked.intact_bytes)) return checked;
      return fail(ErrorCode::Corrupt, "the journal is damaged at byte " +
                                          std::to_string(checked.intact_bytes) +
                                          ", before its end: restore it from a backup");
    }
    checked.intact_bytes += bytes;
    ++checked.records;
  }
  return checked;
}

void for_each_record(BytesView image, const Header& header, std::uint64_t intact_bytes,
                     const std::function<void(Lsn, BytesView)>& use) {
  Lsn lsn = header.first_lsn;
  for (std::size_t at = kHeaderBytes; at < intact_bytes; ++lsn) {
    const std::size_t length = get<std::uint32_t>(image, at);
    use(lsn, image.subspan(at + kRecordOverhead, length - 1));
    at += kRecordOverhead - 1 + length;
  }
}

}  // namespace muster::journal
