/* muster.secret/1: a reference from the configuration to the bytes it stands for.
 *
 * Given by the host; the table is the host's and lives until destroy(). Only references that
 * this instance's configuration contains (format: secret-ref) can be read. The host overwrites
 * its copy after the sink returns; the plugin overwrites its own when done and puts it into no
 * log, error, metric, event or state. A secret may change: read it again for each use, or when
 * the service that it opens says no. */
#ifndef MUSTER_EXT_SECRET_H
#define MUSTER_EXT_SECRET_H

#include <muster/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MUSTER_SERVICE_SECRET_1 "muster.secret/1"

#define MUSTER_SECRET_MAX_BYTES 65536U

/* Where a secret is put. Made by the plugin. */
typedef struct muster_secret_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the plugin's own */

  /* Takes the secret; the plugin copies what it needs.
   * [any] only during the call that the sink was given to
   * @own `secret` is borrowed until return, then overwritten.
   * @since 1.0 @rule F5 M1 */
  void (*put)(const struct muster_secret_sink* sink, muster_bytes secret);
} muster_secret_sink;

typedef struct muster_secret_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the host's own */

  /* Puts the bytes that `reference` stands for into the sink, once. May wait for the agent.
   * [any, <= 5 s]
   * @own `reference` and `sink` are borrowed until return.
   * @err NOT_FOUND: nothing is stored under it · PERMISSION_DENIED: not in this instance's
   *      configuration · UNAVAILABLE: its source does not answer · TIMEOUT.
   * @since 1.0 @rule F5 */
  muster_status (*read)(const struct muster_secret_v1* secret, muster_str reference,
                        const muster_secret_sink* sink);
} muster_secret_v1;

#ifdef __cplusplus
}
#endif

#endif
