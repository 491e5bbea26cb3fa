import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

/** The fields of Envoy's TLS messages that contain secrets. */
const SECRET_FIELDS = new Set(['private_key', 'password', 'session_ticket_keys', 'pkcs12']);

/** Returns the resource with '(redacted)' in place of key material. File names stay. */
export function redactKeys(resource: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(resource).map(([name, value]) => [name, redact(name, value)]));
}

function redact(name: string, value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item) => redact(name, item));
  if (typeof value !== 'object' || value === null) return value;
  if (!SECRET_FIELDS.has(name)) return redactKeys(value);
  const { filename } = value;
  return filename === undefined ? '(redacted)' : { filename };
}
