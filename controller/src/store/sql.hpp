/// The thin wrapper around SQLiteCpp: its exceptions become errors, its columns our types. Private
/// to the store.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/base/ids.hpp>
#include <string>
#include <utility>

namespace muster::controller::sql {

[[nodiscard]] Error error_from(const SQLite::Exception& thrown);

/// Runs `use`, which returns a Result or Status, and turns what SQLite throws into its error.
template <class Use>
auto guarded(Use&& use) -> decltype(use()) {
  try {
    return use();
  } catch (const SQLite::Exception& thrown) {
    return tl::unexpected(error_from(thrown));
  }
}

inline void bind_one(SQLite::Statement& statement, int index, BytesView value) {
  static constexpr std::uint8_t kEmpty = 0;  // a null pointer would bind NULL
  statement.bind(index, value.empty() ? &kEmpty : value.data(), static_cast<int>(value.size()));
}
template <std::size_t N>
void bind_one(SQLite::Statement& statement, int index, const std::array<std::uint8_t, N>& value) {
  bind_one(statement, index, BytesView(value));
}
template <class Tag>
void bind_one(SQLite::Statement& statement, int index, const Id<Tag>& value) {
  bind_one(statement, index, BytesView(value.bytes));
}
inline void bind_one(SQLite::Statement& statement, int index, const std::string& value) {
  statement.bind(index, value);
}
void bind_one(SQLite::Statement& statement, int index, std::integral auto value) {
  statement.bind(index, static_cast<std::int64_t>(value));
}

/// Binds all parameters from the first on.
template <class... Values>
void bind(SQLite::Statement& statement, const Values&... values) {
  statement.reset();
  int index = 0;
  (bind_one(statement, ++index, values), ...);
}

/// Runs one statement that returns no rows; how many rows it changed.
template <class... Values>
int execute(SQLite::Database& database, const char* text, const Values&... values) {
  SQLite::Statement statement(database, text);
  bind(statement, values...);
  return statement.exec();
}

[[nodiscard]] inline BytesView blob(const SQLite::Column& column) {
  return {static_cast<const std::uint8_t*>(column.getBlob()),
          static_cast<std::size_t>(column.getBytes())};
}
/// A column of another length than N leaves the rest zero; the schema's CHECKs keep that from
/// happening.
template <std::size_t N>
[[nodiscard]] std::array<std::uint8_t, N> array(const SQLite::Column& column) {
  std::array<std::uint8_t, N> out{};
  const auto bytes = blob(column);
  std::copy_n(bytes.begin(), std::min(bytes.size(), N), out.begin());
  return out;
}
template <class IdType>
[[nodiscard]] IdType id(const SQLite::Column& column) {
  return IdType{array<16>(column)};
}

}  // namespace muster::controller::sql
