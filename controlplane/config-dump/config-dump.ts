import type { JsonObject } from '@bufbuild/protobuf';
import { proxyPath } from '../ads/identity.ts';
import type { Preview } from '../ads/preview.ts';
import type { Problem } from '../translate/problems.ts';
import type { Features } from '../translate/features.ts';
import { resourceJson } from '../translate/registry.ts';
import { shortName } from '../../xds/types.ts';
import { redactKeys } from './redact.ts';

/** What a proxy is served, in Envoy's JSON, by type (`Cluster`, `Listener`, …); private keys are left out. */
export type ConfigDump = {
  readonly proxy: string;
  readonly features: Features;
  readonly problems: readonly Problem[];
  readonly resources: Readonly<Record<string, readonly JsonObject[]>>;
};

/** Writes a translation out for people and programs. */
export function configDump({ identity, features, problems, snapshot }: Preview): ConfigDump {
  const types = [...snapshot].map(([typeUrl, { resources }]) => [
    shortName(typeUrl),
    [...resources.values()].map((resource) => redactKeys(resourceJson(resource))),
  ]);
  const resources = Object.fromEntries(types) as ConfigDump['resources'];
  return { proxy: proxyPath(identity), features, problems, resources };
}
