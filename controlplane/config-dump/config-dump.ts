import type { JsonObject } from '@bufbuild/protobuf';
import { proxyPath } from '../ads/identity.ts';
import type { Preview } from '../ads/preview.ts';
import type { Problem } from '../translate/problems.ts';
import type { Features } from '../translate/features.ts';
import { resourceJson } from '../translate/registry.ts';
import { shortName } from '../../xds/types.ts';
import { redactKeys } from './redact.ts';

/** The configuration of a proxy, in Envoy's JSON, by type (`Cluster`, `Listener`, …), with private keys redacted. */
export type ConfigDump = {
  readonly proxy: string;
  readonly features: Features;
  readonly problems: readonly Problem[];
  readonly resources: Readonly<Record<string, readonly JsonObject[]>>;
};

/** Formats a translation as JSON. */
export function configDump({ identity, features, problems, snapshot }: Preview): ConfigDump {
  const types = [...snapshot].map(([typeUrl, { resources }]) => [
    shortName(typeUrl),
    [...resources.values()].map((resource) => redactKeys(resourceJson(resource))),
  ]);
  const resources = Object.fromEntries(types) as ConfigDump['resources'];
  return { proxy: proxyPath(identity), features, problems, resources };
}
