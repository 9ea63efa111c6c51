/* muster.artifact/1: bytes too big for a result or an argument, named by their SHA-256.
 *
 * Given by the host; the table is the host's and lives until destroy(). A digest is 64 lower-
 * case hexadecimal digits. What was put is kept for the call's job; what is fetched was checked
 * against its digest before the last chunk's status is OK, so a plugin acts on it only after
 * fetch() has returned. Functions wait for the disk and the network, so they belong on a thread
 * of the plugin's own. */
#ifndef MUSTER_EXT_ARTIFACT_H
#define MUSTER_EXT_ARTIFACT_H

#include <muster/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MUSTER_SERVICE_ARTIFACT_1 "muster.artifact/1"

#define MUSTER_ARTIFACT_DIGEST_BYTES 64U
#define MUSTER_ARTIFACT_MAX_OPEN 16U /* uploads of one instance at once */

/* Where an artifact's bytes go. Made by the plugin. */
typedef struct muster_artifact_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the plugin's own */

  /* Takes the next piece (at most MUSTER_MAX_CHUNK_BYTES); a status other than OK ends the
   * transfer with it.
   * [worker] only during the call that the sink was given to
   * @own `chunk` is borrowed until return.
   * @since 1.0 @rule M1 */
  muster_status (*write)(const struct muster_artifact_sink* sink, muster_bytes chunk);
} muster_artifact_sink;

typedef struct muster_artifact_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the host's own */

  /* Begins an upload for a call and stores its number, never 0; `size_bytes` is what is
   * expected, 0 = unknown.
   * [worker & active|draining]
   * @own `upload` is the plugin's.
   * @err RESOURCE_EXHAUSTED: too many, or no room for that size · STALE_HANDLE: the call is
   *      over.
   * @since 1.0 @rule M5 */
  muster_status (*begin)(const struct muster_artifact_v1* artifact, muster_call call,
                         uint64_t size_bytes, uint64_t* upload);

  /* Appends a piece, at most MUSTER_MAX_CHUNK_BYTES; waits while the host's buffer is full.
   * [worker & active|draining]
   * @own `chunk` is borrowed until return.
   * @err STALE_HANDLE · INVALID_ARGUMENT: too big · RESOURCE_EXHAUSTED: no room; the upload is
   *      over · CANCELLED: the call should end; the upload is over.
   * @since 1.0 @rule M5 */
  muster_status (*append)(const struct muster_artifact_v1* artifact, uint64_t upload,
                          muster_bytes chunk);

  /* Ends an upload: kept, with its digest written to `digest` (MUSTER_ARTIFACT_DIGEST_BYTES, no
   * final NUL), or thrown away when `digest` is NULL.
   * [worker & active|draining]
   * @own `digest` is the plugin's.
   * @err STALE_HANDLE · UNAVAILABLE: it could not be kept.
   * @since 1.0 @rule M2 M5 */
  muster_status (*end)(const struct muster_artifact_v1* artifact, uint64_t upload, char* digest);

  /* Writes an artifact into the sink, in order, from its beginning to its end.
   * [worker & active|draining]
   * @own `digest` and `sink` are borrowed until return.
   * @err NOT_FOUND · PERMISSION_DENIED: not named by this call's arguments · CORRUPT: not what
   *      the digest says · CANCELLED · any that the sink returned.
   * @since 1.0 @rule M1 */
  muster_status (*fetch)(const struct muster_artifact_v1* artifact, muster_call call,
                         muster_str digest, const muster_artifact_sink* sink);
} muster_artifact_v1;

#ifdef __cplusplus
}
#endif

#endif
