#include "store/sql.hpp"

#include <sqlite3.h>

namespace muster::controller::sql {

Error error_from(const SQLite::Exception& thrown) {
  const std::string why = thrown.what();
  switch (thrown.getErrorCode() & 0xff) {
    case SQLITE_FULL:
      return {ErrorCode::ResourceExhausted,
              "the disk that holds the database is full; free some space and try again",
              "",
              true,
              {}};
    case SQLITE_CONSTRAINT:
      return {ErrorCode::Conflict, "the database refuses it: " + why, "", false, {}};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
      return {ErrorCode::Unavailable, "the database cannot be used now: " + why, "", true, {}};
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return {ErrorCode::PermissionDenied,
              "the database cannot be opened for writing: " + why,
              "",
              false,
              {}};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::Corrupt,
              "the database is damaged: " + why + "; restore it from a backup",
              "",
              false,
              {}};
    default:
      return {ErrorCode::Internal, "the database said: " + why, "", false, {}};
  }
}

}  // namespace muster::controller::sql
