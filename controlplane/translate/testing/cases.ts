import { readFileSync, readdirSync } from 'node:fs';
import type { JsonObject } from '@bufbuild/protobuf';
import {
  CLUSTER,
  ENDPOINTS,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTES,
  SECRET,
  type Snapshot,
  type TypeUrl,
} from '../../../xds/types.ts';
import type { NameAddresses } from '../../../common/addresses/seen-addresses.ts';
import { FIXTURE_OWNER, modelFromInputs, type Written } from '../../mesh/testing/resources.ts';
import { viewOf } from '../../mesh/view.ts';
import { withAccess } from '../../mesh/access/with-access.ts';
import { Dependents } from '../../mesh/dependents.ts';
import type { ProxyId, ProxyView } from '../../mesh/proxy-view.ts';
import type { Certificate, ExternalInputs, Instance, Leaving, Mutual } from '../external-inputs.ts';
import type { ConditionalProblem } from '../problems.ts';
import type { Features } from '../features.ts';
import { NO_OPTIONS, type TranslationSettings } from '../options.ts';
import { resourceJson } from '../registry.ts';
import { translate, type Translation } from '../translate.ts';

/** A case: a small mesh `m` in the API's form, and the proxy to translate. */
export type Case = {
  readonly title: string;
  readonly proxy: `${'virtualNode' | 'virtualGateway'}/${string}`;
  readonly features?: Partial<Features>;
  readonly settings?: Partial<TranslationSettings>;
  readonly resources: readonly Written[];
  /** External inputs: instances by `namespace/service`, certificates and authorities by ARN, addresses. */
  readonly found?: {
    readonly instances?: Readonly<Record<string, readonly Instance[]>>;
    readonly certificates?: Readonly<Record<string, Certificate>>;
    readonly authorities?: Readonly<Record<string, string>>;
    /** By name, in lower case. */
    readonly addresses?: Readonly<Record<string, NameAddresses>>;
    /** By virtual node. */
    readonly leaving?: Readonly<Record<string, readonly Leaving[]>>;
    /** By virtual node. */
    readonly mutual?: Readonly<Record<string, Mutual>>;
  };
};

/** The result of a case in readable form. */
export type Golden = {
  readonly problems: readonly ConditionalProblem[];
  readonly clusters: readonly JsonObject[];
  readonly endpoints: readonly JsonObject[];
  /** The stand-ins for proxies that hold nothing while inputs are unknown; absent if all inputs are known. */
  readonly unknown?: readonly JsonObject[];
  /** Absent if no listener has a discovered filter. */
  readonly extensions?: readonly JsonObject[];
  readonly listeners: readonly JsonObject[];
  readonly routes: readonly JsonObject[];
  readonly secrets: readonly JsonObject[];
};

const TESTDATA = new URL('../testdata/', import.meta.url);

/** Returns the names of all cases, sorted. */
export function caseNames(): readonly string[] {
  const files = readdirSync(TESTDATA).filter(
    (file) => file.endsWith('.json') && !file.endsWith('.golden.json'),
  );
  return files.map((file) => file.slice(0, -'.json'.length)).toSorted();
}

/** Reads a case by its name. */
export function readCase(name: string): Case {
  return JSON.parse(readFileSync(new URL(`${name}.json`, TESTDATA), 'utf8')) as Case;
}

/** Builds a new view of a case's proxy. */
export function caseView({ proxy, resources, settings }: Case): ProxyView {
  const [kind, name = ''] = proxy.split('/');
  const at = { owner: FIXTURE_OWNER, mesh: 'm', parent: '', name };
  const model = modelFromInputs(resources.map((written) => ({ meshName: 'm', ...written })));
  const id: ProxyId = { ...at, kind: kind === 'virtualNode' ? 'virtualNode' : 'virtualGateway' };
  const view = viewOf(model, id);
  if (view === undefined) throw new Error(`the case has no ${proxy}`);
  const dependents = new Dependents();
  dependents.apply(Array.from(model.resources(), (resource) => ({ revision: 1, id: resource, resource })));
  return withAccess(view, id, { model, dependents, trustDomain: settings?.trustDomain });
}

/** Translates a case. */
export function translateCase(test: Case): Translation {
  return translate(caseView(test), { ...NO_OPTIONS, ...test.features, ...test.settings }, caseInputs(test));
}

/** Returns the external inputs of a case. */
export function caseInputs({ found }: Case): ExternalInputs {
  return {
    instances: (namespace, service) => found?.instances?.[`${namespace}/${service}`],
    certificate: (arn) => found?.certificates?.[arn],
    authority: (arn) => {
      const pem = found?.authorities?.[arn];
      return pem === undefined ? undefined : { pem };
    },
    addresses: (name) => found?.addresses?.[name.toLowerCase()],
    leaving: (node) => found?.leaving?.[node] ?? [],
    mutual: (node) => found?.mutual?.[node] ?? { instances: [], others: false },
  };
}

/** Converts a translation to readable form. */
export function golden({ snapshot, problems }: Translation): Golden {
  return {
    problems,
    clusters: listed(snapshot, CLUSTER),
    endpoints: listed(snapshot, ENDPOINTS),
    ...meanwhile(snapshot),
    ...named(snapshot),
    listeners: listed(snapshot, LISTENER),
    routes: listed(snapshot, ROUTES),
    secrets: listed(snapshot, SECRET),
  };
}

function meanwhile(snapshot: Snapshot): Pick<Golden, 'unknown'> {
  const unknown = [ENDPOINTS, SECRET].flatMap((type) => [...(snapshot.get(type)?.unknown ?? [])]);
  const shown = unknown.map(([name, each]) => (each === undefined ? { name } : resourceJson(each)));
  return shown.length === 0 ? {} : { unknown: shown };
}

function named(snapshot: Snapshot): Pick<Golden, 'extensions'> {
  const extensions = listed(snapshot, EXTENSION_CONFIG);
  return extensions.length === 0 ? {} : { extensions };
}

function listed(snapshot: Snapshot, type: TypeUrl): readonly JsonObject[] {
  return [...(snapshot.get(type)?.resources.values() ?? [])].map(resourceJson);
}
