/* muster.collect/1: many or changing metrics, rendered when somebody asks.
 *
 * Given by the plugin, asked for by the host; the table is the plugin's and lives until
 * destroy(). The text is the Prometheus exposition format 0.0.4, each series at most once in an
 * answer, without timestamps unless the source has them. The host adds labels and serves what it
 * got; an answer that fails half way is thrown away, the last one is marked stale and never
 * served as new. A fixed set of the plugin's own counters is muster.metrics/1. */
#ifndef MUSTER_EXT_COLLECT_H
#define MUSTER_EXT_COLLECT_H

#include <muster/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MUSTER_EXT_COLLECT_1 "muster.collect/1"

#define MUSTER_COLLECT_MAX_TOTAL_BYTES 16777216U /* one answer */

/* Where exposition text goes. Made by the host. */
typedef struct muster_collect_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the host's own */

  /* Takes the next piece (at most MUSTER_MAX_CHUNK_BYTES), cut anywhere. After a status other
   * than OK the plugin stops and returns it.
   * [any] only during the call that the sink was given to
   * @own `chunk` is borrowed until return.
   * @err RESOURCE_EXHAUSTED: above MUSTER_COLLECT_MAX_TOTAL_BYTES · TIMEOUT: past the deadline ·
   *      INVALID_ARGUMENT: a piece too big.
   * @since 1.0 @rule O1 */
  muster_status (*write)(const struct muster_collect_sink* sink, muster_bytes chunk);
} muster_collect_sink;

typedef struct muster_collect_v1 {
  uint32_t struct_size;
  uint32_t reserved;

  /* Writes all metrics as they are now. It does not wait for a network: a slow source is read in
   * the background and given with its age as a metric.
   * [strand & active, <= 1 s]
   * @own `sink` is borrowed until return.
   * @err UNAVAILABLE: nothing to say now · any that the sink returned.
   * @since 1.0 @rule T4 O1 O4 */
  muster_status (*collect)(struct muster_plugin* plugin, int64_t deadline_mono_ns,
                           const muster_collect_sink* sink, const muster_error_sink* error);
} muster_collect_v1;

#ifdef __cplusplus
}
#endif

#endif
