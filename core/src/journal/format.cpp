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

std::uint32_t record_sum(const Header& header, std::uint64_t offset, BytesView type_and_payload) {
  Bytes place;
  put(place, header.salt);
  put(place, offset);
  return crc32c(type_and_payload, crc32c(place));
}

bool length_possible(std::size_t length) { return length >= 1 && length <= kMaxRecordBytes + 1; }

// Bytes of the intact record at `at`, or 0.
std::size_t intact_record_bytes(BytesView image, const Header& header, std::size_t at) {
  if (image.size() - at < kRecordOverhead) return 0;
  const std::size_t length = get<std::uint32_t>(image, at);
  if (!length_possible(length) || image.size() - at - 8 < length) return 0;
  const auto body = image.subspan(at + 8, length);
  if (body[0] != kTypeRecord) return 0;
  return get<std::uint32_t>(image, at + 4) == record_sum(header, at, body) ? 8 + length : 0;
}

bool intact_record_after(BytesView image, const Header& header, std::size_t at) {
  for (++at; at + kRecordOverhead <= image.size(); ++at) {
    if (intact_record_bytes(image, header, at) != 0) return true;
  }
  return false;
}

// Could a crash in the middle of the last batch have left these bytes?
bool is_torn_tail(BytesView image, const Header& header, std::size_t at) {
  const auto tail = image.subspan(at);
  if (std::all_of(tail.begin(), tail.end(), [](auto byte) { return byte == 0; })) return true;
  if (tail.size() >= 4) {
    const std::size_t length = get<std::uint32_t>(image, at);
    if (!length_possible(length) || tail.size() > 8 + length) return false;
  }
  return !intact_record_after(image, header, at);
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
  // A newer version may have another header, so its sum says nothing to us.
  if (version > kVersion) {
    return fail(ErrorCode::Unsupported,
                "the journal has format version " + std::to_string(version) +
                    ", this program reads up to " + std::to_string(kVersion) + ": upgrade it");
  }
  if (!intact || version == 0) {
    return fail(ErrorCode::Corrupt, "the journal's header is damaged: restore it from a backup");
  }
  return Header{get<std::uint32_t>(image, 12), get<std::uint64_t>(image, 16),
                get<std::uint64_t>(image, 24)};
}

void append_record(Bytes& out, BytesView record, const Header& header, std::uint64_t offset) {
  put(out, static_cast<std::uint32_t>(record.size() + 1));
  const auto sum_at = out.size();
  put(out, std::uint32_t{0});
  out.push_back(kTypeRecord);
  out.insert(out.end(), record.begin(), record.end());
  Bytes sum;
  put(sum, record_sum(header, offset, BytesView(out).subspan(sum_at + 4)));
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
    at += 8 + length;
  }
}

}  // namespace muster::journal
