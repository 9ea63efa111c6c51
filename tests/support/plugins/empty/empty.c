/* The smallest plugin, in plain C and without the kit: what a host costs, and what the ABI asks of
 * any language. */
#include <muster/plugin.h>
#include <stdlib.h>
#include <string.h>

__asm__(".pushsection muster_manifest,\"a\"\n.incbin \"manifest.json\"\n.popsection");
extern const uint8_t __start_muster_manifest[] __attribute__((visibility("hidden")));
extern const uint8_t __stop_muster_manifest[] __attribute__((visibility("hidden")));

struct empty {
  muster_plugin table;
  const muster_host* host;
};

static muster_status init(muster_plugin* plugin, muster_bytes config,
                          const muster_error_sink* error) {
  (void)plugin, (void)config, (void)error;
  return MUSTER_OK;
}

static muster_status activate(muster_plugin* plugin, const muster_error_sink* error) {
  (void)plugin, (void)error;
  return MUSTER_OK;
}

static int names(muster_str operation, const char* name) {
  return operation.n == strlen(name) && memcmp(operation.p, name, operation.n) == 0;
}

static muster_status start_call(muster_plugin* plugin, muster_call call,
                                const muster_request* request, const muster_error_sink* error) {
  const struct empty* self = plugin->self;
  const muster_bytes nothing = {NULL, 0};
  (void)error;
  if (!names(request->operation, "empty.noop") && !names(request->operation, "empty.change")) {
    return MUSTER_UNSUPPORTED;
  }
  self->host->call_finish(self->host, call, MUSTER_OUTCOME_OK, nothing, NULL);
  return MUSTER_OK;
}

static void resume_call(muster_plugin* plugin, muster_call call, uint64_t credit_bytes) {
  (void)plugin, (void)call, (void)credit_bytes;
}

static void cancel_call(muster_plugin* plugin, muster_call call, int32_t reason) {
  (void)plugin, (void)call, (void)reason;
}

static muster_status quiesce(muster_plugin* plugin, int64_t deadline_mono_ns,
                             const muster_error_sink* error) {
  (void)plugin, (void)deadline_mono_ns, (void)error;
  return MUSTER_OK;
}

static void deactivate(muster_plugin* plugin) { (void)plugin; }

static void destroy(muster_plugin* plugin) { free(plugin->self); }

static const void* get_extension(const muster_plugin* plugin, const char* extension_id) {
  (void)plugin, (void)extension_id;
  return NULL;
}

static muster_plugin* create(const muster_host* host, const char* plugin_id,
                             const muster_error_sink* error) {
  struct empty* self;
  if (strcmp(plugin_id, "empty") != 0) {
    static const char sentence[] = "this is the plugin empty";
    const muster_error reason = {
        sizeof reason, MUSTER_NOT_FOUND, 0, 0, {sentence, sizeof sentence - 1}, {NULL, 0}};
    if (MUSTER_HAS(error, muster_error_sink, set)) error->set(error, &reason);
    return NULL;
  }
  self = calloc(1, sizeof *self);
  if (self == NULL) return NULL;
  self->host = host;
  self->table = (muster_plugin){
      sizeof self->table, 0,           self,    init,       activate, start_call,
      resume_call,        cancel_call, quiesce, deactivate, destroy,  get_extension};
  return &self->table;
}

static muster_entry entry = {sizeof entry, MUSTER_ENTRY_MAGIC, MUSTER_ABI_MAJOR, 0, 0, {NULL, 0},
                             create};

/* Before anybody can ask for the table, because the bounds of a section are no constants to C. */
__attribute__((constructor)) static void point_at_manifest(void) {
  entry.manifest.p = __start_muster_manifest;
  entry.manifest.n = (uint64_t)(__stop_muster_manifest - __start_muster_manifest);
}

const muster_entry* muster_plugin_entry_v1(void) { return &entry; }
