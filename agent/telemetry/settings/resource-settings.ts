import { list, oneOf, text, type Parser, type Reader } from '../../../common/settings.ts';
import { keyValues } from './otlp-settings.ts';

/** Groups of attributes that each item of telemetry bears. */
export const TAG_GROUPS = ['mesh', 'node', 'cluster', 'service', 'task', 'zone', 'instance'] as const;

/** A group of attributes. */
export type TagGroup = (typeof TAG_GROUPS)[number];

/** The operator's variables about the source of the telemetry. */
export type ResourceSettings = {
  /** `OTEL_SERVICE_NAME`. Undefined: the name of the virtual node or gateway. */
  readonly serviceName: string | undefined;
  /** `OTEL_RESOURCE_ATTRIBUTES`. They precede the agent's own. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly groups: readonly TagGroup[];
};

/** Reads OpenTelemetry's variables of the resource, and the groups of tags that are wanted. */
export function readResourceSettings(read: Reader): ResourceSettings {
  return {
    serviceName: read('OTEL_SERVICE_NAME', text, undefined),
    attributes: read('OTEL_RESOURCE_ATTRIBUTES', attributeList, {}),
    groups: read('DAYBREAK_TELEMETRY_TAGS', groups, TAG_GROUPS),
  };
}

const named = list(oneOf(...TAG_GROUPS));
const groups: Parser<readonly TagGroup[]> = (value) => {
  if (value === 'none') return { value: [] };
  const parsed = named(value);
  return 'value' in parsed ? parsed : { wanted: `none, or ${parsed.wanted}` };
};

const attributeList: Parser<Readonly<Record<string, string>>> = (value) => {
  const pairs = keyValues(value);
  return pairs === undefined
    ? { wanted: 'a list NAME=VALUE,NAME=VALUE, with percent-encoded values' }
    : { value: Object.fromEntries(pairs) };
};
