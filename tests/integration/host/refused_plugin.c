/* A plugin that a host refuses before it has made an instance, or right after. */
#include <muster/plugin.h>
#include <stddef.h>

static const uint8_t manifest[] __attribute__((section("muster_manifest"), used)) = "{}";
static muster_plugin without_functions = {.struct_size = sizeof without_functions};

static muster_plugin* create(const muster_host* host, const char* plugin_id,
                             const muster_error_sink* error) {
  (void)host, (void)plugin_id, (void)error;
  return &without_functions;
}

static const muster_entry entry = {
    .struct_size = sizeof entry,
#ifdef WRONG_MAGIC
    .magic = 7,
#else
    .magic = MUSTER_ENTRY_MAGIC,
#endif
#if defined(NEWER_ABI)
    .abi_major = MUSTER_ABI_MAJOR + 1,
#elif defined(OLDER_ABI)
    .abi_major = MUSTER_ABI_MAJOR - 1,
#else
    .abi_major = MUSTER_ABI_MAJOR,
#endif
#ifdef OTHER_MANIFEST
    .manifest = {(const uint8_t*)"{ }", 3},
#else
    .manifest = {manifest, sizeof manifest},
#endif
    .create = create,
};

const muster_entry* muster_plugin_entry_v1(void) { return &entry; }
