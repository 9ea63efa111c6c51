/* Every struct that crosses, as it is laid out on every 64-bit Linux. A line that fails is a broken
 * plugin somewhere: fields are appended, never moved. Add lines for what you append. */
#include <muster/ext/artifact.h>
#include <muster/ext/collect.h>
#include <muster/ext/config.h>
#include <muster/ext/events.h>
#include <muster/ext/health.h>
#include <muster/ext/kv.h>
#include <muster/ext/log.h>
#include <muster/ext/metrics.h>
#include <muster/ext/secret.h>
#include <muster/ext/state.h>
#include <muster/plugin.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " has another size")
#define AT(type, field, offset) \
  _Static_assert(offsetof(type, field) == (offset), #type "." #field " has moved")

SIZE(muster_str, 16);
AT(muster_str, p, 0);
AT(muster_str, n, 8);

SIZE(muster_bytes, 16);
AT(muster_bytes, p, 0);
AT(muster_bytes, n, 8);

SIZE(muster_error, 48);
AT(muster_error, struct_size, 0);
AT(muster_error, code, 4);
AT(muster_error, flags, 8);
AT(muster_error, retry_after_ms, 12);
AT(muster_error, message, 16);
AT(muster_error, field, 32);

SIZE(muster_error_sink, 24);
AT(muster_error_sink, struct_size, 0);
AT(muster_error_sink, reserved, 4);
AT(muster_error_sink, ctx, 8);
AT(muster_error_sink, set, 16);

SIZE(muster_request, 104);
AT(muster_request, struct_size, 0);
AT(muster_request, flags, 4);
AT(muster_request, operation, 8);
AT(muster_request, arguments, 24);
AT(muster_request, deadline_mono_ns, 40);
AT(muster_request, idempotency_key, 48);
AT(muster_request, traceparent, 64);
AT(muster_request, instance, 80);
AT(muster_request, credit_bytes, 96);

SIZE(muster_host, 56);
AT(muster_host, struct_size, 0);
AT(muster_host, abi_major, 4);
AT(muster_host, abi_minor, 6);
AT(muster_host, ctx, 8);
AT(muster_host, get_service, 16);
AT(muster_host, call_progress, 24);
AT(muster_host, call_emit, 32);
AT(muster_host, call_finish, 40);
AT(muster_host, call_cancelled, 48);

SIZE(muster_plugin, 88);
AT(muster_plugin, struct_size, 0);
AT(muster_plugin, flags, 4);
AT(muster_plugin, self, 8);
AT(muster_plugin, init, 16);
AT(muster_plugin, activate, 24);
AT(muster_plugin, start_call, 32);
AT(muster_plugin, resume_call, 40);
AT(muster_plugin, cancel_call, 48);
AT(muster_plugin, quiesce, 56);
AT(muster_plugin, deactivate, 64);
AT(muster_plugin, destroy, 72);
AT(muster_plugin, get_extension, 80);

SIZE(muster_entry, 40);
AT(muster_entry, struct_size, 0);
AT(muster_entry, magic, 4);
AT(muster_entry, abi_major, 8);
AT(muster_entry, abi_minor, 10);
AT(muster_entry, reserved, 12);
AT(muster_entry, manifest, 16);
AT(muster_entry, create, 32);

SIZE(muster_artifact_sink, 24);
AT(muster_artifact_sink, struct_size, 0);
AT(muster_artifact_sink, reserved, 4);
AT(muster_artifact_sink, ctx, 8);
AT(muster_artifact_sink, write, 16);

SIZE(muster_artifact_v1, 48);
AT(muster_artifact_v1, struct_size, 0);
AT(muster_artifact_v1, reserved, 4);
AT(muster_artifact_v1, ctx, 8);
AT(muster_artifact_v1, begin, 16);
AT(muster_artifact_v1, append, 24);
AT(muster_artifact_v1, end, 32);
AT(muster_artifact_v1, fetch, 40);

SIZE(muster_collect_sink, 24);
AT(muster_collect_sink, struct_size, 0);
AT(muster_collect_sink, reserved, 4);
AT(muster_collect_sink, ctx, 8);
AT(muster_collect_sink, write, 16);

SIZE(muster_collect_v1, 16);
AT(muster_collect_v1, struct_size, 0);
AT(muster_collect_v1, reserved, 4);
AT(muster_collect_v1, collect, 8);

SIZE(muster_config_v1, 32);
AT(muster_config_v1, struct_size, 0);
AT(muster_config_v1, reserved, 4);
AT(muster_config_v1, check, 8);
AT(muster_config_v1, apply, 16);
AT(muster_config_v1, revert, 24);

SIZE(muster_event, 96);
AT(muster_event, struct_size, 0);
AT(muster_event, reserved, 4);
AT(muster_event, type, 8);
AT(muster_event, subject, 24);
AT(muster_event, source, 40);
AT(muster_event, id, 56);
AT(muster_event, time_unix_ns, 72);
AT(muster_event, data, 80);

SIZE(muster_events_v1, 40);
AT(muster_events_v1, struct_size, 0);
AT(muster_events_v1, reserved, 4);
AT(muster_events_v1, ctx, 8);
AT(muster_events_v1, emit, 16);
AT(muster_events_v1, subscribe, 24);
AT(muster_events_v1, unsubscribe, 32);

SIZE(muster_event_handler_v1, 16);
AT(muster_event_handler_v1, struct_size, 0);
AT(muster_event_handler_v1, reserved, 4);
AT(muster_event_handler_v1, on_event, 8);

SIZE(muster_health_report, 32);
AT(muster_health_report, struct_size, 0);
AT(muster_health_report, state, 4);
AT(muster_health_report, since_unix_ns, 8);
AT(muster_health_report, reason, 16);

SIZE(muster_health_sink, 24);
AT(muster_health_sink, struct_size, 0);
AT(muster_health_sink, reserved, 4);
AT(muster_health_sink, ctx, 8);
AT(muster_health_sink, put, 16);

SIZE(muster_health_v1, 16);
AT(muster_health_v1, struct_size, 0);
AT(muster_health_v1, reserved, 4);
AT(muster_health_v1, report, 8);

SIZE(muster_kv_sink, 24);
AT(muster_kv_sink, struct_size, 0);
AT(muster_kv_sink, reserved, 4);
AT(muster_kv_sink, ctx, 8);
AT(muster_kv_sink, put, 16);

SIZE(muster_kv_v1, 56);
AT(muster_kv_v1, struct_size, 0);
AT(muster_kv_v1, reserved, 4);
AT(muster_kv_v1, ctx, 8);
AT(muster_kv_v1, get, 16);
AT(muster_kv_v1, list, 24);
AT(muster_kv_v1, set, 32);
AT(muster_kv_v1, compare_and_set, 40);
AT(muster_kv_v1, remove, 48);

SIZE(muster_log_record, 48);
AT(muster_log_record, struct_size, 0);
AT(muster_log_record, level, 4);
AT(muster_log_record, call, 8);
AT(muster_log_record, message, 16);
AT(muster_log_record, fields, 32);

SIZE(muster_log_v1, 32);
AT(muster_log_v1, struct_size, 0);
AT(muster_log_v1, reserved, 4);
AT(muster_log_v1, ctx, 8);
AT(muster_log_v1, enabled, 16);
AT(muster_log_v1, write, 24);

SIZE(muster_metric, 72);
AT(muster_metric, struct_size, 0);
AT(muster_metric, type, 4);
AT(muster_metric, name, 8);
AT(muster_metric, doc, 24);
AT(muster_metric, labels, 40);
AT(muster_metric, label_count, 48);
AT(muster_metric, buckets, 56);
AT(muster_metric, bucket_count, 64);

SIZE(muster_metrics_v1, 48);
AT(muster_metrics_v1, struct_size, 0);
AT(muster_metrics_v1, reserved, 4);
AT(muster_metrics_v1, ctx, 8);
AT(muster_metrics_v1, define, 16);
AT(muster_metrics_v1, add, 24);
AT(muster_metrics_v1, set, 32);
AT(muster_metrics_v1, observe, 40);

SIZE(muster_secret_sink, 24);
AT(muster_secret_sink, struct_size, 0);
AT(muster_secret_sink, reserved, 4);
AT(muster_secret_sink, ctx, 8);
AT(muster_secret_sink, put, 16);

SIZE(muster_secret_v1, 24);
AT(muster_secret_v1, struct_size, 0);
AT(muster_secret_v1, reserved, 4);
AT(muster_secret_v1, ctx, 8);
AT(muster_secret_v1, read, 16);

SIZE(muster_state_writer, 24);
AT(muster_state_writer, struct_size, 0);
AT(muster_state_writer, reserved, 4);
AT(muster_state_writer, ctx, 8);
AT(muster_state_writer, write, 16);

SIZE(muster_state_reader, 24);
AT(muster_state_reader, struct_size, 0);
AT(muster_state_reader, reserved, 4);
AT(muster_state_reader, ctx, 8);
AT(muster_state_reader, read, 16);

SIZE(muster_state_v1, 24);
AT(muster_state_v1, struct_size, 0);
AT(muster_state_v1, schema_version, 4);
AT(muster_state_v1, save, 8);
AT(muster_state_v1, load, 16);
