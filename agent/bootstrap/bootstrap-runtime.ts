import type { RuntimeSettings } from '../settings/settings.ts';

/** Returns the runtime values in Envoy's bootstrap. */
export function staticRuntime({ maxRequestsPerIoCycle }: RuntimeSettings) {
  return {
    'envoy.features.enable_all_deprecated_features': true,
    're2.max_program_size.error_level': 1000,
    ...(maxRequestsPerIoCycle > 0 ? { 'http.max_requests_per_io_cycle': maxRequestsPerIoCycle } : {}),
  };
}

/**
 * Returns the runtime values in the node's metadata, as App Mesh's agent sent them to the control plane. Current Envoys do not know three of them
 * and log a stack trace for each, so the bootstrap does not contain those.
 */
export function announcedRuntime(runtime: RuntimeSettings) {
  const guard = (name: string, value: boolean) => ({ [`envoy.reloadable_features.${name}`]: value });
  return {
    ...staticRuntime(runtime),
    ...guard('http_set_tracing_decision_in_request_id', runtime.setTracingDecision),
    ...guard('no_extension_lookup_by_name', runtime.noExtensionLookupByName),
    ...guard('use_http_client_to_fetch_aws_credentials', runtime.useHttpClientForCredentials),
  };
}
