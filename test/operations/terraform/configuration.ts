import { OWNER, REGION, secretOf } from '../../../controlplane/auth/testing/signed-requests.ts';
import type { SecuredControlPlane } from '../../testing/secured-control-plane.ts';
import type { Thing } from '../story.ts';
import { blockOf, type Block, type Schemas } from './schema.ts';

const ADMIN = 'AKADMIN';
const MESH = 'whole';

/** Returns the part of a configuration that selects the provider and the control plane. */
export function provider({ endpoint, files }: SecuredControlPlane): Block {
  return {
    terraform: { required_providers: { aws: { source: 'hashicorp/aws' } } },
    provider: {
      aws: {
        region: REGION,
        access_key: ADMIN,
        secret_key: secretOf(ADMIN),
        custom_ca_bundle: files.cert,
        endpoints: { appmesh: endpoint },
        max_retries: 0,
        skip_credentials_validation: true,
        skip_requesting_account_id: true,
        skip_metadata_api_check: true,
        skip_region_validation: true,
      },
    },
  };
}

/** The kinds that have to exist before a resource of a kind. */
const AFTER: Readonly<Record<string, readonly string[]>> = {
  Mesh: [],
  VirtualNode: ['Mesh'],
  VirtualRouter: ['Mesh'],
  Route: ['VirtualRouter', 'VirtualNode'],
  VirtualService: ['VirtualRouter', 'VirtualNode'],
  VirtualGateway: ['Mesh'],
  GatewayRoute: ['VirtualGateway', 'VirtualService'],
};

/** Returns the resources of a configuration, with the first or the second of their specifications. */
export function resources(schemas: Schemas, things: readonly Thing[], which: 0 | 1): Block {
  const all: Record<string, Record<string, Block>> = {};
  const addresses = (kinds: readonly string[]): readonly string[] =>
    things.filter(({ kind }) => kinds.includes(kind)).map((thing) => addressOf(thing));
  for (const thing of things) {
    const type = typeOf(thing);
    const schema = schemas[type]?.block.block_types?.['spec']?.block;
    if (schema === undefined) throw new Error(`the provider has no ${type}`);
    all[type] = {
      ...all[type],
      [labelOf(thing)]: {
        ...namesOf(thing),
        ...(thing.kind === 'Mesh' ? {} : { mesh_owner: OWNER }),
        tags: { team: which === 0 ? 'red' : 'blue', nothing: '' },
        spec: [blockOf(schema, sendable(thing.specs[which]))],
        depends_on: addresses(AFTER[thing.kind] ?? []),
      },
    };
  }
  return { resource: all };
}

/** Members for which the provider treats 0 as unset, and then reports that a required field is missing. */
const NEVER_ZERO: readonly string[] = ['maxEjectionPercent', 'start'];

function sendable(spec: object): object {
  return JSON.parse(JSON.stringify(spec), (member, value: unknown) =>
    NEVER_ZERO.includes(member) && value === 0 ? 1 : value,
  ) as object;
}

/** Returns blocks that import existing resources. */
export function imports(things: readonly Thing[]): Block {
  return { import: things.map((thing) => ({ to: addressOf(thing), id: importId(thing) })) };
}

function typeOf({ kind }: Thing): string {
  return `aws_appmesh_${kind.replaceAll(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase()}`;
}

function labelOf({ kind, names }: Thing): string {
  return `r_${[kind, ...Object.values(names)].join('_').replaceAll(/\W/g, '_')}`;
}

function addressOf(thing: Thing): string {
  return `${typeOf(thing)}.${labelOf(thing)}`;
}

// `name` is the resource's own; parents have their own arguments.
function namesOf({ kind, names }: Thing): Block {
  if (kind === 'Mesh') return { name: names['meshName'] ?? MESH };
  const [own = ''] = Object.values(names).slice(-1);
  const parents = Object.entries(names)
    .slice(0, -1)
    .map(([member, name]) => [member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), name]);
  return { name: own, mesh_name: MESH, ...Object.fromEntries(parents) };
}

function importId({ kind, names }: Thing): string {
  return kind === 'Mesh' ? (names['meshName'] ?? MESH) : [MESH, ...Object.values(names)].join('/');
}
