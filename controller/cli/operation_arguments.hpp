/// The arguments of an operation, from the words of a command line.
///
///   NAME=TEXT    text, or what the operation's declaration makes of it: a number, true or false;
///                of a list one item, so that it may be given again
///   NAME=@FILE   what the file contains, which must be text, but for an argument that is declared
///   as
///                base64 any bytes (a text that begins with @ is NAME:='"@…"')
///   NAME:=JSON   any value; NAME:=@FILE one from a file
///   @FILE        all arguments as one JSON or YAML object; @- or - the same from standard input,
///                which every FILE may be, as -
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "failure.hpp"
#include "operation.hpp"

namespace muster::cli {

/// `operation` may be null when nothing is known of it: then NAME=TEXT is text. Reads files and
/// standard input. Errors: Usage, with the word that is wrong.
[[nodiscard]] CliResult<nlohmann::json> operation_arguments(const std::vector<std::string>& words,
                                                            const Operation* operation);

}  // namespace muster::cli
