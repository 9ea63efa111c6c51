/* muster.events/1: things that happened, told and heard.
 *
 * The host gives muster_events_v1 (get_service); a plugin that subscribes also gives
 * muster_event_handler_v1 under the same id (get_extension). Tables live until destroy(). An
 * event reaches the controller's log at most once: it waits on the node, in memory, until there is
 * a session, and what does not fit there, or comes faster than the controller records, is counted
 * and gone. Types that a plugin emits are listed in its manifest (`events`) and begin with its id.
 * What an event leads to is decided elsewhere. */
#ifndef MUSTER_EXT_EVENTS_H
#define MUSTER_EXT_EVENTS_H

#include <muster/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MUSTER_SERVICE_EVENTS_1 "muster.events/1"
#define MUSTER_EXT_EVENTS_1 "muster.events/1"

#define MUSTER_EVENTS_MAX_DATA_BYTES 65536U
#define MUSTER_EVENTS_MAX_DATA_DEPTH 32   /* levels of maps and lists, the outer map is the first */
#define MUSTER_EVENTS_MAX_NAME_BYTES 256U /* type, subject and id, each */
#define MUSTER_EVENTS_PER_SECOND 10U      /* of one process, after a burst */
#define MUSTER_EVENTS_BURST 100U
#define MUSTER_EVENTS_MAX_SUBSCRIPTIONS 64U /* of one instance */

typedef struct muster_event {
  uint32_t struct_size;
  uint32_t reserved;
  muster_str type;    /* "docker.container.died" */
  muster_str subject; /* what it happened to, or empty */
  muster_str source;  /* set by the host from plugin, instance and node; ignored in emit() */
  muster_str
      id; /* equal for the same happening, so that a repetition shows; empty = the host makes one */
  int64_t time_unix_ns; /* when it happened; 0 = now; the node keeps milliseconds */
  muster_bytes data;    /* a map, or empty; the keys of all its maps are strings */
} muster_event;

typedef struct muster_events_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* the host's own */

  /* Queues a copy of an event.
   * [any]
   * @own `event` and what it points to are borrowed until return.
   * @err INVALID_ARGUMENT: a type that the manifest does not list · data that are above the limit,
   *      too deep or no map · a subject or an id that is too long or no UTF-8. Nothing is cut; the
   *      event is dropped and counted ·
   *      RESOURCE_EXHAUSTED: more than MUSTER_EVENTS_PER_SECOND; likewise.
   * @since 1.0 @rule M1 O5 */
  muster_status (*emit)(const struct muster_events_v1* events, const muster_event* event);

  /* Asks for events whose type equals `type`, or begins with it when it ends in ".*"; stores a
   * number, never 0.
   * [any]
   * @own `type` is borrowed until return; `subscription` is the plugin's.
   * @err UNSUPPORTED: nothing on this node delivers events, which is so on every node today ·
   *      PERMISSION_DENIED: not granted · RESOURCE_EXHAUSTED: above the limit ·
   *      FAILED_PRECONDITION: the plugin gives no handler.
   * @since 1.0 @rule C5 */
  muster_status (*subscribe)(const struct muster_events_v1* events, muster_str type,
                             uint64_t* subscription);

  /* Ends a subscription; events that are under way may still arrive.
   * [any]
   * @err STALE_HANDLE: it is over or never was.
   * @since 1.0 @rule M5 */
  muster_status (*unsubscribe)(const struct muster_events_v1* events, uint64_t subscription);
} muster_events_v1;

typedef struct muster_event_handler_v1 {
  uint32_t struct_size;
  uint32_t reserved;

  /* Hands over one event that a subscription asked for.
   * [strand & active|draining, <= 10 ms]
   * @own `event` and what it points to are borrowed until return.
   * @since 1.0 @rule T4 M1 */
  void (*on_event)(struct muster_plugin* plugin, uint64_t subscription, const muster_event* event);
} muster_event_handler_v1;

#ifdef __cplusplus
}
#endif

#endif
