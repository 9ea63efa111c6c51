/* muster.config/1: a new configuration without a new process.
 *
 * Given by the plugin, used by the host; the table is the plugin's and lives until destroy().
 * The host calls check(), then apply(), and then either keeps the new configuration or calls
 * revert(); it knows by health and by time. Only keys marked `x-reload: hot` in the manifest
 * change this way; for others, and for a plugin without this extension, the host starts a new
 * process. */
#ifndef MUSTER_EXT_CONFIG_H
#define MUSTER_EXT_CONFIG_H

#include <muster/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MUSTER_EXT_CONFIG_1 "muster.config/1"

typedef struct muster_config_v1 {
  uint32_t struct_size;
  uint32_t reserved;

  /* Says whether a configuration would do, and changes nothing anywhere; may look (does the
   * socket exist?).
   * [strand & inited|active, <= 1 s]
   * @own `config` is a map, checked against the manifest's schema, defaults filled in; borrowed
   * until return.
   * @err INVALID_ARGUMENT with the field at fault · any other code.
   * @since 1.0 @rule F2 O4 */
  muster_status (*check)(struct muster_plugin* plugin, muster_bytes config,
                         const muster_error_sink* error);

  /* Changes over to a configuration, wholly or not at all. Calls in flight end under the one
   * they began with.
   * [strand & active, <= 1 s]
   * @own as with check().
   * @err as with check(); the one before is then still in force.
   * @since 1.0 @rule F3 F4 */
  muster_status (*apply)(struct muster_plugin* plugin, muster_bytes config,
                         const muster_error_sink* error);

  /* Goes back to the configuration that was in force before the last apply(); once after each,
   * at most.
   * [strand & active, <= 1 s]
   * @err any; the host then starts a new process with the old configuration.
   * @since 1.0 @rule F3 */
  muster_status (*revert)(struct muster_plugin* plugin, const muster_error_sink* error);
} muster_config_v1;

#ifdef __cplusplus
}
#endif

#endif
