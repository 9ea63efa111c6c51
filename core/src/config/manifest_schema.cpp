#include "manifest_schema.hpp"

#include <nlohmann/json.hpp>

namespace muster::config {
namespace {

// What a schema can say is said here; what it cannot (names that agree with each other, references,
// versions) is checked in manifest.cpp. Risk is any text: an unknown one counts as dangerous. What
// `run`, `protocol` and `collectors` of a folder's manifest mean is the business of who runs it.
constexpr const char* kManifestSchema = R"json({
  "type": "object",
  "additionalProperties": false,
  "required": ["muster", "id", "version", "abi"],
  "properties": {
    "muster": {"type": "integer"},
    "id": {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,31}$"},
    "name": {"$ref": "#/$defs/sentence"},
    "doc": {"$ref": "#/$defs/sentence"},
    "version": {"type": "string", "maxLength": 64},
    "status": {"enum": ["stable", "preview"]},
    "class": {"enum": ["confined", "privileged"]},
    "abi": {
      "type": "object", "additionalProperties": false, "required": ["major"],
      "properties": {"major": {"type": "integer", "minimum": 1, "maximum": 65535},
                     "min_minor": {"type": "integer", "minimum": 0, "maximum": 65535}}
    },
    "services": {
      "type": "object", "additionalProperties": false,
      "properties": {"required": {"$ref": "#/$defs/interfaces"}, "optional": {"$ref": "#/$defs/interfaces"}}
    },
    "provides": {"$ref": "#/$defs/interfaces"},
    "programs": {"type": "array", "maxItems": 256,
                 "items": {"type": "array", "minItems": 1, "maxItems": 64,
                           "items": {"type": "string", "minLength": 1, "maxLength": 1024}}},
    "connect": {"$ref": "#/$defs/peers"},
    "listen": {"$ref": "#/$defs/peers"},
    "files": {
      "type": "object", "additionalProperties": false,
      "properties": {"read": {"$ref": "#/$defs/paths"}, "write": {"$ref": "#/$defs/paths"}}
    },
    "limits": {
      "type": "object", "additionalProperties": false,
      "properties": {"memory_mb": {"type": "integer", "minimum": 1, "maximum": 1048576},
                     "pids": {"type": "integer", "minimum": 1, "maximum": 32768}}
    },
    "operations": {"type": "object", "additionalProperties": {"$ref": "#/$defs/operation"}},
    "metrics": {"type": "object", "additionalProperties": {
      "type": "object", "additionalProperties": false, "required": ["type", "doc"],
      "properties": {
        "type": {"enum": ["counter", "gauge", "histogram"]},
        "doc": {"$ref": "#/$defs/sentence"},
        "labels": {"type": "array", "maxItems": 16,
                   "items": {"type": "string", "pattern": "^[a-zA-Z_][a-zA-Z0-9_]{0,63}$"}}
      }
    }},
    "checks": {"type": "object"},
    "collectors": {"type": "object", "additionalProperties": {
      "type": "object", "additionalProperties": false, "required": ["every"],
      "properties": {
        "doc": {"$ref": "#/$defs/sentence"},
        "operation": {"type": "string"},
        "arguments": {"type": "object"},
        "run": {"$ref": "#/$defs/command"},
        "protocol": {"$ref": "#/$defs/protocol"},
        "every": {"type": "string", "format": "duration"},
        "timeout": {"type": "string", "format": "duration"}
      }
    }},
    "events": {"type": "object", "additionalProperties": {
      "type": "object", "additionalProperties": false, "required": ["doc"],
      "properties": {"doc": {"$ref": "#/$defs/sentence"}}
    }},
    "config": {"$ref": "#/$defs/schema"},
    "schemas": {"type": "object", "additionalProperties": {"$ref": "#/$defs/schema"}}
  },
  "$defs": {
    "sentence": {"type": "string", "minLength": 1, "maxLength": 500},
    "schema": {"type": ["object", "boolean"]},
    "interfaces": {"type": "array", "maxItems": 64,
                   "items": {"type": "string", "pattern": "^[a-z][a-z0-9._-]{0,63}/[1-9][0-9]{0,4}$"}},
    "peers": {"type": "array", "maxItems": 256, "items": {"type": "string", "maxLength": 1024,
              "pattern": "^(tcp|udp|unix):.+$|^[$][{]config[.].+[}]$"}},
    "paths": {"type": "array", "maxItems": 256,
              "items": {"type": "string", "maxLength": 4096, "pattern": "^(/|[$][{]config[.])"}},
    "word": {"type": ["string", "integer"], "maxLength": 4096},
    "command": {"type": "array", "minItems": 1, "maxItems": 64, "items": {
      "type": ["string", "integer", "array"], "maxLength": 4096,
      "minItems": 1, "maxItems": 16, "items": {"$ref": "#/$defs/word"}}},
    "protocol": {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,31}$"},
    "operation": {
      "type": "object", "additionalProperties": false, "required": ["doc"],
      "properties": {
        "doc": {"$ref": "#/$defs/sentence"},
        "risk": {"type": "string"},
        "idempotent": {"type": "boolean"},
        "cancellable": {"type": "boolean"},
        "check": {"type": "boolean"},
        "timeout": {"type": "string", "format": "duration"},
        "streams": {"enum": ["none", "text", "records"]},
        "run": {"$ref": "#/$defs/command"},
        "protocol": {"$ref": "#/$defs/protocol"},
        "arguments": {"$ref": "#/$defs/schema"},
        "result": {"$ref": "#/$defs/schema"}
      }
    }
  }
})json";

}  // namespace

const schema::Schema& manifest_schema() {
  static const schema::Schema compiled =
      schema::Schema::compile(nlohmann::json::parse(kManifestSchema)).value();
  return compiled;
}

}  // namespace muster::config
