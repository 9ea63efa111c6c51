/// The bytes of a segment (core/docs/journal.md): encode a header and records, check a whole image.
/// Pure functions. [any]
#pragma once

#include <functional>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/journal/journal.hpp>

namespace muster::journal {

constexpr std::uint32_t kVersion = 2;
constexpr std::size_t kHeaderBytes = 36;
constexpr std::size_t kRecordOverhead = 13;  // length, sum, way back, type

struct Header {
  std::uint32_t salt = 0;
  std::uint64_t number = 0;
  Lsn first_lsn = 1;
};

void append_header(Bytes& out, const Header& header);

/// Errors: Corrupt; Unsupported for another version.
[[nodiscard]] Result<Header> read_header(BytesView image);

/// Where a record stands in the file, and where the first one stands that is synced with it.
struct Place {
  std::uint64_t offset = 0;
  std::uint64_t batch = 0;  ///< at most `offset`, and less than 4 GiB before it
};

void append_record(Bytes& out, BytesView record, const Header& header, Place place);

struct Checked {
  std::uint64_t intact_bytes = 0;  ///< header and intact records; what follows is a torn tail
  std::uint64_t records = 0;
};

/// Checks every record of the image. Errors: Corrupt, with the offset of the damaged record.
[[nodiscard]] Result<Checked> check_records(BytesView image, const Header& header);

/// Calls `use` with each record of an image that check_records found intact up to `intact_bytes`.
void for_each_record(BytesView image, const Header& header, std::uint64_t intact_bytes,
                     const std::function<void(Lsn, BytesView)>& use);

}  // namespace muster::journal
