/* muster.kv/1: small values that outlive the process: cursors, marks, the last thing seen.
 *
 * Given by the host; the table is the host's and lives until destroy(). Keys belong to one
 * plugin and instance and stay on the node. A change is on disk when the function returns.
 * Functions may wait for the agent, 1 s at most; threads that ask at once take turns. Each may also
 * answer UNAVAILABLE: the node's disk fails; and, once, CORRUPT: what was kept is damaged and was
 * set aside, and there is nothing now. Not for secrets and not for bulk. */
#ifndef MUSTER_EXT_KV_H
#define MUSTER_EXT_KV_H

#include <muster/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MUSTER_SERVICE_KV_1 "muster.kv/1"

#define MUSTER_KV_MAX_KEY_BYTES 256U
#define MUSTER_KV_MAX_VALUE_BYTES 65536U
#define MUSTER_KV_MAX_TOTAL_BYTES 16777216U /* keys and values of one instance */
#define MUSTER_KV_MAX_ENTRIES 65536U        /* likewise */

#define MUSTER_KV_ABSENT 0U /* the revision of a key that is not there */

/* Where a value is put. Made by the plugin. */
typedef struct muster_kv_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the plugin's own */

  /* Takes one entry; the plugin copies what it keeps.
   * [any] only during the call that the sink was given to
   * @own `key` and `value` are borrowed until return.
   * @since 1.0 @rule M1 */
  void (*put)(const struct muster_kv_sink* sink, muster_str key, muster_bytes value,
              uint64_t revision);
} muster_kv_sink;

typedef struct muster_kv_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the host's own */

  /* Puts the entry of a key into the sink, once.
   * [any, <= 1 s]
   * @own `key` and `sink` are borrowed until return.
   * @err NOT_FOUND: no such key, or expired; the sink is not called · TIMEOUT ·
   *      INVALID_ARGUMENT: a key that is empty or too long.
   * @since 1.0 @rule M1 */
  muster_status (*get)(const struct muster_kv_v1* kv, muster_str key, const muster_kv_sink* sink);

  /* Puts every entry whose key begins with `prefix` into the sink, sorted by the bytes of the key.
   * [any, <= 1 s]
   * @own `prefix` and `sink` are borrowed until return.
   * @err TIMEOUT: some may be missing · INVALID_ARGUMENT: a prefix that is longer than a key.
   * @since 1.0 @rule M1 */
  muster_status (*list)(const struct muster_kv_v1* kv, muster_str prefix,
                        const muster_kv_sink* sink);

  /* Stores a value whatever was there, for `ttl_ms` (0 = until removed).
   * [any, <= 1 s]
   * @own `key` and `value` are borrowed until return.
   * @err RESOURCE_EXHAUSTED: above the quota, or the disk is full; the old value stays ·
   *      INVALID_ARGUMENT: above a limit · TIMEOUT: it may or may not be stored.
   * @since 1.0 @rule M1 */
  muster_status (*set)(const struct muster_kv_v1* kv, muster_str key, muster_bytes value,
                       uint64_t ttl_ms);

  /* Stores a value if the key's revision is `expected` (MUSTER_KV_ABSENT = not there), and says
   * the new revision.
   * [any, <= 1 s]
   * @own as with set(); `revision` is the plugin's and may be NULL.
   * @err CONFLICT: another revision; nothing changed · otherwise as with set().
   * @since 1.0 @rule M1 */
  muster_status (*compare_and_set)(const struct muster_kv_v1* kv, muster_str key, uint64_t expected,
                                   muster_bytes value, uint64_t ttl_ms, uint64_t* revision);

  /* Removes a key.
   * [any, <= 1 s]
   * @own `key` is borrowed until return.
   * @err NOT_FOUND: it was not there · TIMEOUT.
   * @since 1.0 @rule M1 */
  muster_status (*remove)(const struct muster_kv_v1* kv, muster_str key);
} muster_kv_v1;

#ifdef __cplusplus
}
#endif

#endif
