/* muster.log/1: sentences of a plugin for the people who run it.
 *
 * Given by the host; the table is the host's and lives until destroy(). The host adds time,
 * plugin, instance and node, drops what is below the level in force, and limits the rate (200
 * records a second, a burst of 1,000; what was dropped is counted and said). A message is a
 * fixed sentence; what varies is in `fields`. Secrets belong in neither. */
#ifndef MUSTER_EXT_LOG_H
#define MUSTER_EXT_LOG_H

#include <muster/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MUSTER_SERVICE_LOG_1 "muster.log/1"

#define MUSTER_LOG_DEBUG 1U
#define MUSTER_LOG_INFO 2U            /* a state changed */
#define MUSTER_LOG_WARN 3U            /* we go on, ignoring or retrying */
#define MUSTER_LOG_ERROR 4U           /* someone must act */
#define MUSTER_LOG_HOST_MISBEHAVES 5U /* the host broke a rule of the ABI */

#define MUSTER_LOG_MAX_FIELDS_BYTES 16384U /* more: the fields are left out, and that is said */

typedef struct muster_log_record {
  uint32_t struct_size;
  uint32_t level;
  muster_call call;    /* the call that it is about, or 0 */
  muster_str message;  /* one sentence; cut at MUSTER_MAX_MESSAGE_BYTES */
  muster_bytes fields; /* a map with string keys, or empty */
} muster_log_record;

typedef struct muster_log_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the host's own */

  /* Non-zero when a record of this level would be kept, so that building a dropped one can be
   * saved.
   * [any]
   * @since 1.0 @rule O2 */
  int32_t (*enabled)(const struct muster_log_v1* log, uint32_t level);

  /* Keeps a copy of a record, or drops and counts it.
   * [any]
   * @own `record` and what it points to are borrowed until return.
   * @err INVALID_ARGUMENT: no such level, or an empty message · RESOURCE_EXHAUSTED: dropped by
   *      the limit.
   * @since 1.0 @rule O2 F5 */
  muster_status (*write)(const struct muster_log_v1* log, const muster_log_record* record);
} muster_log_v1;

#ifdef __cplusplus
}
#endif

#endif
