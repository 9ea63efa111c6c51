/// The tables of the SQLite store and their versions.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <filesystem>
#include <muster/core/base/error.hpp>

#include "store/records.hpp"

namespace muster::controller {

inline constexpr std::uint32_t kSchemaVersion = 10;

/// Makes the tables where there are none, brings older ones up to this version, and counts this
/// start: the epoch it returns is higher than that of every start before. Errors: Unsupported for
/// the database of a later version.
[[nodiscard]] Result<StoreMeta> prepare_schema(SQLite::Database& database,
                                               const std::filesystem::path& file);

/// WAL, full synchronisation, foreign keys. For each connection.
void set_pragmas(SQLite::Database& database);

}  // namespace muster::controller
