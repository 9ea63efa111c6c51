/* muster.health/1: a plugin says how well it is, so that a rollout can wait for it.
 *
 * Given by the plugin, asked for by the host; the table is the plugin's and lives until
 * destroy(). A plugin without it counts as healthy while its process lives. It restarts nothing:
 * what follows from a report is the agent's decision. Times are wall-clock nanoseconds. */
#ifndef MUSTER_EXT_HEALTH_H
#define MUSTER_EXT_HEALTH_H

#include <muster/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MUSTER_EXT_HEALTH_1 "muster.health/1"

#define MUSTER_HEALTH_OK 1U       /* 0 is no state: an empty report is never ok */
#define MUSTER_HEALTH_DEGRADED 2U /* works, with less than it should have */
#define MUSTER_HEALTH_FAILED 3U   /* does not work */

typedef struct muster_health_report {
  uint32_t struct_size;
  uint32_t state;
  int64_t since_unix_ns; /* when it came into this state */
  muster_str reason;     /* one sentence; may be empty with OK only */
} muster_health_report;

/* Where a report is put. Made by the host. */
typedef struct muster_health_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the host's own */

  /* Keeps a copy of a report; the last one put counts.
   * [any] only during the call that the sink was given to
   * @own `report` is borrowed until return.
   * @since 1.0 @rule O3 */
  void (*put)(const struct muster_health_sink* sink, const muster_health_report* report);
} muster_health_sink;

typedef struct muster_health_v1 {
  uint32_t struct_size;
  uint32_t reserved;

  /* Puts exactly one report into the sink. It does not wait for the service that it watches: the
   * last known state and since when is the answer.
   * [strand & active, <= 10 ms]
   * @own `sink` is borrowed until return.
   * @err UNAVAILABLE: the host keeps the last report, marked stale.
   * @since 1.0 @rule T4 O3 */
  muster_status (*report)(struct muster_plugin* plugin, const muster_health_sink* sink);
} muster_health_v1;

#ifdef __cplusplus
}
#endif

#endif
