/* muster.state/1: what a plugin knows, handed over to its next version.
 *
 * Given by the plugin, used by the host; the table is the plugin's and lives until destroy(). At
 * an upgrade the host saves the state of the old process and loads it into the new one, beside
 * it; it neither reads nor keeps the bytes longer. Values that must survive a crash belong in
 * muster.kv/1. No secrets. */
#ifndef MUSTER_EXT_STATE_H
#define MUSTER_EXT_STATE_H

#include <muster/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MUSTER_EXT_STATE_1 "muster.state/1"

#define MUSTER_STATE_MAX_BYTES 16777216U

/* Where saved state goes. Made by the host. */
typedef struct muster_state_writer {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the host's own */

  /* Appends a piece, at most MUSTER_MAX_CHUNK_BYTES.
   * [any] only during the call that the writer was given to
   * @own `chunk` is borrowed until return.
   * @err RESOURCE_EXHAUSTED: above MUSTER_STATE_MAX_BYTES.
   * @since 1.0 @rule F6 */
  muster_status (*write)(const struct muster_state_writer* writer, muster_bytes chunk);
} muster_state_writer;

/* Where saved state comes from. Made by the host. */
typedef struct muster_state_reader {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the host's own */

  /* Copies the next bytes, at most `capacity`, and says how many; 0 is the end. Pieces are of
   * any size.
   * [any] only during the call that the reader was given to
   * @own `into` and `count` are the plugin's.
   * @err UNAVAILABLE: the source is gone; the plugin stops and returns it.
   * @since 1.0 @rule F6 M2 */
  muster_status (*read)(const struct muster_state_reader* reader, uint8_t* into, uint64_t capacity,
                        uint64_t* count);
} muster_state_reader;

typedef struct muster_state_v1 {
  uint32_t struct_size;
  uint32_t schema_version; /* of what save() writes; from 1 on, higher is newer */

  /* Writes all of the state; calls may be in flight, and their effects later on are not part of
   * it.
   * [strand & active|draining, <= 1 s]
   * @own `writer` is borrowed until return.
   * @err any; the upgrade goes on without state.
   * @since 1.0 @rule F5 F6 */
  muster_status (*save)(struct muster_plugin* plugin, const muster_state_writer* writer,
                        const muster_error_sink* error);

  /* Takes a state that this or an earlier version saved, all of it or nothing.
   * [strand & inited, <= 1 s]
   * @own `reader` is borrowed until return.
   * @err UNSUPPORTED: a schema that it cannot migrate · CORRUPT: not a state.
   * @since 1.0 @rule F6 */
  muster_status (*load)(struct muster_plugin* plugin, uint32_t schema_version,
                        const muster_state_reader* reader, const muster_error_sink* error);
} muster_state_v1;

#ifdef __cplusplus
}
#endif

#endif
