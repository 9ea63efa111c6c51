/* Muster plugin ABI, version 1 (draft): what a plugin and its host promise each other.
 *
 * A plugin is a shared library that exports one function, muster_plugin_entry_v1, and has no
 * undefined symbol that the host defines: all that it may use is handed over as a table. 64-bit
 * Linux only.
 *
 * How it grows. (1) What is released never changes in place, its meaning included. (2) While this
 * header says "draft", anything may. (3) Structs that cross begin with struct_size and are only
 * appended to; new powers are extensions and services, looked up by id ("muster.name/1",
 * "com.acme.name/1"), absent = NULL. (4) What is deprecated keeps working for four releases.
 * Enumerations are integers and may gain values where they travel from plugin to host.
 *
 * Ownership, three rules. Inputs are borrowed until the function returns. Outputs go through a
 * function of the other side, which copies before it returns. Objects are released by the side that
 * made them.
 *
 * Threads. An instance has one strand: the host never enters it twice at once, on whichever OS
 * thread, unless it says MUSTER_PLUGIN_CONCURRENT. The tags: [strand] on the instance's strand;
 * [any] any thread, at any time from create() until destroy() returns, without blocking for longer
 * than the copy takes; [worker] a thread of the plugin's own, because it may wait. A word after "&"
 * is the state that the instance must be in; "<= 10 ms" is the budget that the host measures.
 *
 * States. created -init-> inited -activate-> active -quiesce-> draining -deactivate-> inited;
 * destroy from any state, but not inside a call. init() or activate() that fails leaves the state
 * before it. The host makes no other move.
 *
 * Lines below a comment: @own who owns what, @err which codes and what they mean, @since, @rule
 * rows of plugin-api/docs/abi-rules.md. Times are nanoseconds; _mono_ on CLOCK_MONOTONIC, _unix_
 * since 1970. */
#ifndef MUSTER_PLUGIN_H
#define MUSTER_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MUSTER_ABI_MAJOR 1
#define MUSTER_ABI_MINOR 0
#define MUSTER_ENTRY_MAGIC 0x5254534dU /* "MSTR" in memory on a little-endian machine */

#if defined(__GNUC__)
#define MUSTER_EXPORT __attribute__((visibility("default")))
#else
#define MUSTER_EXPORT
#endif

/* True when `p` is there and long enough to have the member `f`, and the member is not null. */
#define MUSTER_HAS(p, T, f) ((p) && (p)->struct_size >= offsetof(T, f) + sizeof((p)->f) && (p)->f)

/* ---- limits ------------------------------------------------------------------------------------
 */
#define MUSTER_MAX_CHUNK_BYTES 65536U /* one call_emit; more at a time is INVALID_ARGUMENT */
#define MUSTER_MAX_RESULT_BYTES \
  786432U /* 768 KiB: the result of a call; more goes through muster.artifact/1 */
#define MUSTER_MAX_MESSAGE_BYTES 4096U /* error messages, notes, log sentences; the rest is cut */

/* ---- views: UTF-8 without a final NUL; msgpack unless said otherwise. Without struct_size, and
 * frozen ---- */
typedef struct muster_str {
  const char* p;
  uint64_t n;
} muster_str;

typedef struct muster_bytes {
  const uint8_t* p;
  uint64_t n;
} muster_bytes;

/* ---- status codes ------------------------------------------------------------------------------
 */
typedef int32_t muster_status;
#define MUSTER_OK 0
#define MUSTER_CANCELLED 1
#define MUSTER_INVALID_ARGUMENT 3
#define MUSTER_TIMEOUT 4
#define MUSTER_NOT_FOUND 5
#define MUSTER_CONFLICT 6
#define MUSTER_PERMISSION_DENIED 7
#define MUSTER_RESOURCE_EXHAUSTED 8
#define MUSTER_FAILED_PRECONDITION 9
#define MUSTER_UNSUPPORTED 12
#define MUSTER_INTERNAL 13
#define MUSTER_UNAVAILABLE 14
#define MUSTER_CORRUPT 15
#define MUSTER_UNAUTHENTICATED 16
#define MUSTER_WOULD_BLOCK 101 /* no credit: wait for resume_call */
#define MUSTER_STALE_HANDLE                                                                     \
  102                          /* that call is over or never was; counted, and nothing happened \
                                */
#define MUSTER_WRONG_STATE 103 /* not in this state; counted, and nothing happened */

#define MUSTER_ERROR_RETRYABLE 1U

/* What went wrong, for people and for programs. An input like any other: borrowed until return. */
typedef struct muster_error {
  uint32_t struct_size;
  muster_status code;
  uint32_t flags; /* MUSTER_ERROR_RETRYABLE */
  uint32_t retry_after_ms;
  muster_str message; /* one sentence: what failed, why, what to do */
  muster_str field;   /* JSON pointer into the arguments or the configuration, or empty */
} muster_error;

/* Where a function that fails says why. A status without an error set is reported as "no reason
 * given". */
typedef struct muster_error_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx;
  /* Keeps a copy of `error`; the last one set counts.
   * [any] only during the call that the sink was given to
   * @own `error` is borrowed until return.  @since 1.0  @rule O4 */
  void (*set)(const struct muster_error_sink* sink, const muster_error* error);
} muster_error_sink;

/* ---- calls -------------------------------------------------------------------------------------
 */
typedef uint64_t muster_call; /* a number with a generation, never a pointer; 0 is no call */

#define MUSTER_OUTCOME_OK 1U /* 0 is no outcome: an empty answer is never ok */
#define MUSTER_OUTCOME_CHANGED 2U
#define MUSTER_OUTCOME_FAILED 3U
#define MUSTER_OUTCOME_INDETERMINATE 4U /* sent, no answer: it may or may not have happened */

#define MUSTER_STREAM_RECORDS 0U /* msgpack maps, one a chunk */
#define MUSTER_STREAM_STDOUT 1U  /* raw bytes */
#define MUSTER_STREAM_STDERR 2U  /* raw bytes */

#define MUSTER_REQUEST_CHECK 1U /* check mode: say what would change, change nothing */

#define MUSTER_CANCEL_REQUESTED 1 /* somebody asked */
#define MUSTER_CANCEL_DEADLINE 2  /* the deadline passed */
#define MUSTER_CANCEL_SHUTDOWN 3  /* the host goes away */

typedef struct muster_request {
  uint32_t struct_size;
  uint32_t flags;             /* MUSTER_REQUEST_CHECK */
  muster_str operation;       /* "docker.restart" */
  muster_bytes arguments;     /* a map, checked against the manifest's schema, defaults filled in */
  int64_t deadline_mono_ns;   /* 0 = none */
  muster_str idempotency_key; /* equal for every try of the same task */
  muster_str traceparent;     /* W3C Trace Context, or empty */
  muster_str instance;        /* the configured instance that the caller named, or empty */
  uint64_t credit_bytes;      /* how much call_emit may send before the first WOULD_BLOCK */
} muster_request;

/* ---- what the host gives ------------------------------------------------------------------------
 */
typedef struct muster_host {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t abi_minor;
  void* ctx; /* the host's own */

  /* Looks a service up: a table of the header <muster/ext/NAME.h>, or NULL: absent, or not granted.
   * [any]
   * @own the table is the host's and lives until destroy() returns.  @since 1.0  @rule S11 C5 */
  const void* (*get_service)(const struct muster_host* host, const char* service_id);

  /* Says how far a call is, in 1/10,000, with a note for people ("pulling layer 3 of 9"). As often
   * as you like: people see the newest, four times a second at most.
   * [any]
   * @own `note` is borrowed until return.
   * @err STALE_HANDLE · INVALID_ARGUMENT: above 10,000.  @since 1.0  @rule K6 M5 */
  muster_status (*call_progress)(const struct muster_host* host, muster_call call,
                                 uint32_t done_permyriad, muster_str note);

  /* Sends a piece of a call's output, all of it or nothing.
   * [any]
   * @own `chunk` is borrowed until return.
   * @err WOULD_BLOCK: more than the credit left; nothing was sent, resume_call() will bring more ·
   *      INVALID_ARGUMENT: empty, above MUSTER_MAX_CHUNK_BYTES or no such stream · STALE_HANDLE.
   * @since 1.0  @rule K5 M5 */
  muster_status (*call_emit)(const struct muster_host* host, muster_call call, uint32_t stream,
                             muster_bytes chunk);

  /* Ends a call, exactly once for each that start_call() accepted; also from inside start_call().
   * [any]
   * @own `result` (a map, or empty) and `error` (with FAILED and INDETERMINATE, else NULL) are
   * borrowed.
   * @err STALE_HANDLE: it has ended · INVALID_ARGUMENT: no such outcome, or a result above
   *      MUSTER_MAX_RESULT_BYTES; the call then ends as failed.
   * @since 1.0  @rule K1 K2 K11 */
  muster_status (*call_finish)(const struct muster_host* host, muster_call call, uint32_t outcome,
                               muster_bytes result, const muster_error* error);

  /* Non-zero (a MUSTER_CANCEL_ reason) once a call should end; also for a call that is over.
   * [any]
   * @since 1.0  @rule K3 */
  int32_t (*call_cancelled)(const struct muster_host* host, muster_call call);
} muster_host;

/* ---- what the plugin gives ----------------------------------------------------------------------
 */
#define MUSTER_PLUGIN_CONCURRENT 1U /* several functions may enter this instance at once */

typedef struct muster_plugin {
  uint32_t struct_size;
  uint32_t flags; /* MUSTER_PLUGIN_CONCURRENT */
  void* self;     /* the plugin's own */

  /* Takes the configuration and checks it; touches nothing outside the process and connects
   * nowhere. [strand & created, <= 1 s] -> inited
   * @own `config` is a map, checked against the manifest's schema, defaults filled in; borrowed.
   * @err INVALID_ARGUMENT with the field at fault; any other code.  @since 1.0  @rule C1 C5 F1 */
  muster_status (*init)(struct muster_plugin* plugin, muster_bytes config,
                        const muster_error_sink* error);

  /* Begins to work: threads, connections, timers.
   * [strand & inited, <= 10 s] -> active
   * @err any; the state stays inited and activate() may be tried again.  @since 1.0  @rule C1 C7 */
  muster_status (*activate)(struct muster_plugin* plugin, const muster_error_sink* error);

  /* Accepts a call (MUSTER_OK; call_finish() follows exactly once) or refuses it (no
   * call_finish()). [strand & active, <= 10 ms] Work that takes longer runs on a thread of the
   * plugin's own.
   * @own `request` and what it points to are borrowed until return.
   * @err UNSUPPORTED: no such operation · INVALID_ARGUMENT with the field · RESOURCE_EXHAUSTED:
   * busy.
   * @since 1.0  @rule K1 K7 K8 K9 T4 */
  muster_status (*start_call)(struct muster_plugin* plugin, muster_call call,
                              const muster_request* request, const muster_error_sink* error);

  /* Brings credit after a WOULD_BLOCK: `credit_bytes` more may be sent.
   * [strand & active|draining, <= 10 ms]
   * @since 1.0  @rule K5 */
  void (*resume_call)(struct muster_plugin* plugin, muster_call call, uint64_t credit_bytes);

  /* Asks a call to end soon, for a MUSTER_CANCEL_ reason; call_finish() is still due. May come
   * late: a handle that is over is to be ignored. [strand & active|draining, <= 10 ms]
   * @since 1.0  @rule K3 */
  void (*cancel_call)(struct muster_plugin* plugin, muster_call call, int32_t reason);

  /* Takes no new call from here on and brings those in flight to an end by the deadline.
   * [strand & active, <= 10 ms] -> draining
   * @err any; the host then goes on to deactivate().  @since 1.0  @rule C8 */
  muster_status (*quiesce)(struct muster_plugin* plugin, int64_t deadline_mono_ns,
                           const muster_error_sink* error);

  /* Stops all work: own threads joined, children gone, no host function called any more.
   * [strand & active|draining, <= 10 s] -> inited
   * @since 1.0  @rule C7 */
  void (*deactivate)(struct muster_plugin* plugin);

  /* Releases the instance; the table is gone when it returns.
   * [strand & created|inited]
   * @since 1.0  @rule C4 */
  void (*destroy)(struct muster_plugin* plugin);

  /* Looks an extension up: a table of the header <muster/ext/NAME.h>, or NULL.
   * [any]
   * @own the table is the plugin's, lives until destroy() and is the same at every look-up.
   * @since 1.0  @rule L6 */
  const void* (*get_extension)(const struct muster_plugin* plugin, const char* extension_id);
} muster_plugin;

/* ---- the entry ----------------------------------------------------------------------------------
 */
typedef struct muster_entry {
  uint32_t struct_size;
  uint32_t magic;        /* MUSTER_ENTRY_MAGIC */
  uint16_t abi_major;    /* another major than the host's is refused before create() */
  uint16_t abi_minor;    /* the oldest minor that will do */
  uint32_t reserved;     /* 0 */
  muster_bytes manifest; /* the very bytes (JSON) of the ELF section "muster_manifest" */

  /* Makes an instance of the plugin named `plugin_id`, in state created. Calls no host function.
   * [strand, <= 1 s]
   * @own `host` lives until destroy() returns; the instance is the plugin's and goes with
   * destroy().
   * @err NULL with an error set: NOT_FOUND for an id that is not this plugin's.
   * @since 1.0  @rule L5 L8 */
  muster_plugin* (*create)(const muster_host* host, const char* plugin_id,
                           const muster_error_sink* error);
} muster_entry;

/* The one exported symbol. Returns a constant table; may be called more than once and from two
 * threads.
 * [any]
 * @own the table is the plugin's and lives as long as the library.
 * @since 1.0  @rule S2 L7 */
MUSTER_EXPORT const muster_entry* muster_plugin_entry_v1(void);

#ifdef __cplusplus
}
#endif

#endif
