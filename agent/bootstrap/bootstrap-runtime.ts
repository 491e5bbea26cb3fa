import type { RuntimeSettings } from '../settings/settings.ts';

/** The runtime values that Envoy is given. */
export function staticRuntime({ maxRequestsPerIoCycle }: RuntimeSettings) {
  return {
    'envoy.features.enable_all_deprecated_features': true,
    're2.max_program_size.error_level': 1000,
    ...(maxRequestsPerIoCycle > 0 ? { 'http.max_requests_per_io_cycle': maxRequestsPerIoCycle } : {}),
  };
}

/**
 * The runtime values that the control plane is told, as App Mesh's agent told them. Three of them Envoy no longer knows
 * and answers with a stack trace, so they go no further than this.
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
