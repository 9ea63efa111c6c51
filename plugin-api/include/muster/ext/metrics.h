/* muster.metrics/1: a plugin's own counters, defined once.
 *
 * Given by the host; the table is the host's and lives until destroy(). Metrics are defined in
 * init() and are frozen by activate(); each must be in the manifest with the same type and
 * labels. A plugin that renders many or changing series offers muster.collect/1 instead. The
 * host adds the labels plugin and instance. A series beyond MUSTER_METRICS_MAX_SERIES of one
 * metric is folded into one whose label values are all "other". */
#ifndef MUSTER_EXT_METRICS_H
#define MUSTER_EXT_METRICS_H

#include <muster/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MUSTER_SERVICE_METRICS_1 "muster.metrics/1"

#define MUSTER_METRIC_COUNTER 1U
#define MUSTER_METRIC_GAUGE 2U
#define MUSTER_METRIC_HISTOGRAM 3U

#define MUSTER_METRICS_MAX_METRICS 256U     /* of one instance */
#define MUSTER_METRICS_MAX_LABELS 8U        /* of one metric */
#define MUSTER_METRICS_MAX_BUCKETS 32U      /* of one histogram; +Inf is added by the host */
#define MUSTER_METRICS_MAX_SERIES 1000U     /* of one metric */
#define MUSTER_METRICS_MAX_VALUE_BYTES 256U /* of a label's value; what is longer is cut */

typedef struct muster_metric {
  uint32_t struct_size;
  uint32_t type;
  muster_str name; /* as in Prometheus: docker_containers */
  muster_str doc;  /* one sentence */
  const muster_str* labels;
  uint64_t label_count;
  const double* buckets; /* upper bounds, ascending; a histogram's only */
  uint64_t bucket_count;
} muster_metric;

typedef struct muster_metrics_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the host's own */

  /* Makes a metric and stores its number, never 0, in `id`; the same definition again gives the
   * same number.
   * [strand & created]
   * @own `metric` is borrowed until return; `id` is the plugin's.
   * @err INVALID_ARGUMENT: name, label or bucket not well-formed, or not as in the manifest ·
   *      CONFLICT: defined otherwise before · RESOURCE_EXHAUSTED: above a limit · WRONG_STATE:
   *      after init().
   * @since 1.0 @rule O1 */
  muster_status (*define)(const struct muster_metrics_v1* metrics, const muster_metric* metric,
                          uint32_t* id);

  /* Adds to a counter (never a negative value) or a gauge.
   * [any]
   * @own `values`, one for each label in the order of definition, are borrowed until return.
   * @err INVALID_ARGUMENT: no such metric, another type, wrong number of values, not a finite
   *      number.
   * @since 1.0 @rule O1 */
  muster_status (*add)(const struct muster_metrics_v1* metrics, uint32_t id,
                       const muster_str* values, uint64_t value_count, double by);

  /* Sets a gauge.
   * [any]
   * @own as with add().
   * @err as with add().
   * @since 1.0 @rule O1 */
  muster_status (*set)(const struct muster_metrics_v1* metrics, uint32_t id,
                       const muster_str* values, uint64_t value_count, double to);

  /* Counts one observation of a histogram.
   * [any]
   * @own as with add().
   * @err as with add().
   * @since 1.0 @rule O1 */
  muster_status (*observe)(const struct muster_metrics_v1* metrics, uint32_t id,
                           const muster_str* values, uint64_t value_count, double value);
} muster_metrics_v1;

#ifdef __cplusplus
}
#endif

#endif
