import { Client as Connection } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BETA_OPERATIONS, OPERATIONS } from '../../controlplane/model/operations.ts';
import { OWNER, REGION } from '../../controlplane/auth/testing/signed-requests.ts';
import { startTestPostgres, type TestPostgres } from '../../controlplane/store/testing/postgres-server.ts';
import { awsBetaClient } from './clients/aws-client.ts';
import { betaStory } from './beta-story.ts';
import { boto3BetaClient } from './clients/boto3-client.ts';
import type { Client, ClientMaker, Outcome } from './clients/client.ts';
import { PRESENT, prepareClients, reportLeftOut } from './clients/clients.ts';
import { sdkClient } from './clients/sdk-client.ts';
import { creates, deletes, everything, reads, updates, type Step } from './story.ts';
import { withoutAccidents } from './without-accidents.ts';
import { startSecuredControlPlane, type SecuredControlPlane } from '../testing/secured-control-plane.ts';

// Every operation of the API against the running program, over TLS and with signatures, with each client that users have.

beforeAll(prepareClients, 1_200_000);
reportLeftOut();

const planes: SecuredControlPlane[] = [];
const clients: Client[] = [];
afterAll(async () => {
  for (const client of clients) client.close();
  for (const plane of planes) {
    await plane.stop();
    plane.remove();
  }
});
async function start(...flags: readonly string[]): Promise<SecuredControlPlane> {
  const plane = await startSecuredControlPlane('--region', REGION, ...flags);
  planes.push(plane);
  return plane;
}
function open(make: ClientMaker, plane: SecuredControlPlane, key = 'AKADMIN'): Client {
  const client = make(plane, key);
  clients.push(client);
  return client;
}
async function run(client: Client, steps: readonly Step[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of steps) outcomes.push(await client.call(step));
  return outcomes;
}
function requireDone(outcomes: readonly Outcome[]): void {
  const failed = outcomes.find((outcome) => 'error' in outcome);
  if (failed !== undefined) throw new Error(`the preparation failed: ${JSON.stringify(failed)}`);
}
const errorsOf = (steps: readonly Step[], outcomes: readonly Outcome[]): Record<string, string> =>
  Object.fromEntries(
    steps.map(({ operation }, index) => {
      const outcome = outcomes[index];
      return [operation, outcome !== undefined && 'error' in outcome ? outcome.error : 'done'];
    }),
  );
const all = (steps: readonly Step[], error: string): Record<string, string> =>
  Object.fromEntries(steps.map(({ operation }) => [operation, error]));
const change = (steps: readonly Step[], input: object, ...kinds: RegExp[]): Step[] =>
  steps
    .filter(({ operation }) => kinds.length === 0 || kinds.some((kind) => kind.test(operation)))
    .map((step) => ({ ...step, input: { ...step.input, ...input } }));

describe('every operation', () => {
  let plane: SecuredControlPlane;
  beforeAll(async () => {
    plane = await start();
  });

  it('is known to the tests', () => {
    expect(
      everything('m')
        .map(({ operation }) => operation)
        .toSorted(),
    ).toEqual(OPERATIONS.map(({ name }) => name).toSorted());
  });

  it('gives all clients the same answers', async () => {
    const seen: unknown[] = [];
    for (const { name, make } of PRESENT) {
      const steps = everything('colors');
      const outcomes = await run(open(make, plane), steps);
      expect({ name, errors: errorsOf(steps, outcomes) }).toEqual({ name, errors: all(steps, 'done') });
      seen.push(withoutAccidents(outcomes));
    }
    expect(seen).toEqual(PRESENT.map(() => seen[0]));
  }, 600_000);
});

describe.each(PRESENT)('each error of the model, by $name', ({ fast: make }) => {
  let plane: SecuredControlPlane;
  let admin: Client;
  const mesh = 'shared';
  beforeAll(async () => {
    const each =
      'virtualNodes=1,virtualServices=1,virtualRouters=1,virtualGateways=1,routes=1,gatewayRoutes=1';
    plane = await start('--quotas', `meshes=1,${each}`);
    admin = open(make, plane);
    requireDone(await run(admin, creates(mesh)));
  });
  const expectAll = async (client: Client, steps: readonly Step[], error: string) => {
    expect(steps.length).toBeGreaterThan(0);
    expect(errorsOf(steps, await run(client, steps))).toEqual(all(steps, error));
  };
  const every = [...reads(mesh), ...updates(mesh), ...deletes(mesh), ...creates(mesh)];
  const missing = `arn:aws:appmesh:${REGION}:${OWNER}:mesh/none`;

  it('BadRequestException', async () => {
    const inMesh = every.filter(({ input }) => 'meshName' in input);
    await expectAll(admin, change(inMesh, { meshName: 'x'.repeat(256) }), 'BadRequestException');
    await expectAll(admin, change(every, { resourceArn: 'none' }, /Tag|tag/), 'BadRequestException');
    await expectAll(admin, change(every, { limit: 1000 }, /^List/), 'BadRequestException');
  });

  it('NotFoundException', async () => {
    const inMesh = every.filter(({ operation, input }) => 'meshName' in input && operation !== 'CreateMesh');
    await expectAll(admin, change(inMesh, { meshName: 'none' }), 'NotFoundException');
    await expectAll(admin, change(every, { resourceArn: missing }, /Tag|tag/), 'NotFoundException');
  });

  it('ConflictException', async () => {
    await expectAll(admin, creates(mesh), 'ConflictException');
    // A client token is stored together with its change.
    await expectAll(admin, updates(mesh, 1), 'done');
    const token = { clientToken: 'once' };
    await expectAll(admin, change(updates(mesh, 0), token, /^Update/), 'done');
    await expectAll(admin, change(updates(mesh, 0), token, /^Update/), 'done');
    await expectAll(admin, change(updates(mesh, 1), token, /^Update/), 'ConflictException');
  });

  it('ResourceInUseException', async () => {
    const steps = change(deletes(mesh), {}, /^Delete(?!Route|GatewayRoute)/);
    await expectAll(admin, updates(mesh, 1), 'done');
    await expectAll(admin, steps, 'ResourceInUseException');
  });

  it('ForbiddenException, for an account that the mesh is shared with and that does not own the resource', async () => {
    const guest = open(make, plane, 'AKGUEST');
    const shared = change(every, { meshOwner: OWNER }, /^(?:Update|Delete)(?!Mesh)/);
    await expectAll(guest, shared, 'ForbiddenException');
    await expectAll(guest, change(every, {}, /^(?:Untag|Tag)/), 'ForbiddenException');
    await expectAll(
      guest,
      change(reads(mesh), { meshOwner: OWNER }, /^Describe|^List(?!Meshes|Tags)/),
      'done',
    );
  });

  it('LimitExceededException', async () => {
    const second = change(creates(mesh), {}).map(({ operation, input }) => {
      const member = `${operation.charAt(6).toLowerCase()}${operation.slice(7)}Name`;
      return { operation, input: { ...input, [member]: 'second' } };
    });
    await expectAll(admin, second, 'LimitExceededException');
  });

  it('TooManyTagsException', async () => {
    const tags = Array.from({ length: 50 }, (__, index) => ({ key: `k${index}`, value: '' }));
    const tag = change(every, { tags }, /^TagResource/);
    await expectAll(admin, tag, 'done');
    const more = [{ key: 'one more', value: '' }];
    await expectAll(admin, change(tag, { tags: more }), 'TooManyTagsException');
  });

  it('AccessDeniedException, if no policy allows the call', async () => {
    await expectAll(open(make, plane, 'AKPOWERLESS'), every, 'AccessDeniedException');
  });

  it('TooManyRequestsException, under a rate limit', async () => {
    const limited = open(make, await start('--rate-limit', '0.001:1'));
    expect(await limited.call({ operation: 'ListMeshes', input: {} })).toHaveProperty('output');
    await expectAll(limited, every, 'TooManyRequestsException');
  });
});

describe.each(PRESENT)('errors of the model that come from the store, by $name', ({ fast: make }) => {
  const mesh = 'stored';
  const writes = [...updates(mesh), ...deletes(mesh), ...creates('other')];
  let server: TestPostgres;
  let url: string;
  let admin: Client;
  beforeAll(async () => {
    server = await startTestPostgres();
    url = await server.database();
    admin = open(make, await start('--store', url));
    requireDone(await run(admin, creates(mesh)));
  });
  afterAll(() => server?.remove());

  it('InternalServerErrorException for all writes, if a table of the store is missing', async () => {
    const sql = new Connection(url);
    await sql.connect();
    await sql.query('alter table daybreak.resource rename to lost');
    expect(errorsOf(writes, await run(admin, writes))).toEqual(all(writes, 'InternalServerErrorException'));
    expect(errorsOf(reads(mesh), await run(admin, reads(mesh)))).toEqual(all(reads(mesh), 'done'));
    await sql.query('alter table daybreak.lost rename to resource');
    await sql.end();
    requireDone(await run(admin, updates(mesh)));
  });

  it('ServiceUnavailableException for all writes, while the server is down', async () => {
    await server.stop('fast');
    expect(errorsOf(writes, await run(admin, writes))).toEqual(all(writes, 'ServiceUnavailableException'));
    expect(errorsOf(reads(mesh), await run(admin, reads(mesh)))).toEqual(all(reads(mesh), 'done'));
  });
});

describe('every operation of the beta', () => {
  const BETA = [
    ['boto3', boto3BetaClient],
    ['aws', awsBetaClient],
  ] as const;
  let plane: SecuredControlPlane;
  beforeAll(async () => {
    plane = await start();
  });

  it('is known to the tests', () => {
    const names = betaStory('m').map(({ operation }) => operation);
    expect(names.toSorted()).toEqual(BETA_OPERATIONS.map(({ name }) => name).toSorted());
  });

  it.each(
    BETA,
  )('works with %s for a user with the permissions, and is denied without them', async (_, make) => {
    const steps = betaStory('colors');
    const denied = await run(open(make, plane, 'AKPOWERLESS'), steps);
    expect(errorsOf(steps, denied)).toEqual(all(steps, 'AccessDeniedException'));
    const outcomes = await run(open(make, plane), steps);
    expect(errorsOf(steps, outcomes)).toEqual(all(steps, 'done'));
    const router = outcomes[steps.findIndex(({ operation }) => operation === 'UpdateVirtualRouter')];
    expect(router).toMatchObject({
      output: { virtualRouter: { spec: { serviceNames: ['other.local', 'teller.local'] } } },
    });
  });
});

describe('a list of 501 resources', () => {
  const meshName = 'large';
  const NAMES = Array.from({ length: 501 }, (_, index) => `node-${String(index).padStart(3, '0')}`);
  let plane: SecuredControlPlane;
  beforeAll(async () => {
    plane = await start();
    const client = open(sdkClient, plane);
    await client.call({ operation: 'CreateMesh', input: { meshName } });
    const made = await Promise.all(
      NAMES.toReversed().map((virtualNodeName) =>
        client.call({ operation: 'CreateVirtualNode', input: { meshName, virtualNodeName, spec: {} } }),
      ),
    );
    requireDone(made);
  });

  it.each(PRESENT)('is complete and in order, page by page, with $name', async ({ make }) => {
    const outcome = await open(make, plane).all({ operation: 'ListVirtualNodes', input: { meshName } });
    const { virtualNodes } = (outcome as { output: { virtualNodes: { virtualNodeName: string }[] } }).output;
    expect(virtualNodes.map(({ virtualNodeName }) => virtualNodeName)).toEqual(NAMES);
  });
});
