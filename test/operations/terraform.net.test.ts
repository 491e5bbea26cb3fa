import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REGION } from '../../controlplane/auth/testing/signed-requests.ts';
import { sdkClient } from './clients/sdk-client.ts';
import { imports, provider, resources } from './terraform/configuration.ts';
import { attributePaths, setPaths, type Schemas } from './terraform/schema.ts';
import { startTerraform, whyNoTerraform, type Terraform } from './terraform/terraform.ts';
import { WHOLE_MODEL } from './whole/whole-model.ts';
import { startSecuredControlPlane, type SecuredControlPlane } from '../testing/secured-control-plane.ts';

// Terraform with the AWS provider, over every block of its schema for App Mesh: the control plane has exactly what was applied, so that a following
// plan is empty.

const why = whyNoTerraform();
if (why !== undefined) process.stderr.write(`terraform is left out: ${why}\n`);

// An import id consists of names separated by /.
const THINGS = WHOLE_MODEL.filter(({ names }) => Object.values(names).every((name) => !name.includes('/')));

describe.skipIf(why !== undefined)(`terraform${why === undefined ? '' : ` is left out: ${why}`}`, () => {
  let plane: SecuredControlPlane;
  let terraform: Terraform;
  let schemas: Schemas;
  const started: Terraform[] = [];
  const start = async (): Promise<Terraform> => {
    const made = await startTerraform(process.env['TF_PLUGIN_DIR'] ?? '', provider(plane));
    started.push(made);
    return made;
  };
  const configuration = (which: 0 | 1) => ({ ...provider(plane), ...resources(schemas, THINGS, which) });
  beforeAll(async () => {
    plane = await startSecuredControlPlane('--region', REGION);
    terraform = await start();
    schemas = await terraform.schemas();
  }, 240_000);
  afterAll(async () => {
    for (const each of started) each.remove();
    await plane?.stop();
    plane?.remove();
  });

  it('has everything that the schema can set in its configuration', () => {
    const { resource } = resources(schemas, THINGS, 0) as { resource: Record<string, object> };
    const later = resources(schemas, THINGS, 1)['resource'] as Record<string, object>;
    const missing = Object.entries(schemas).flatMap(([type, { block }]) => {
      const blocks = [resource[type], later[type]].flatMap((all) => Object.values(all ?? {}) as object[]);
      const set = new Set(blocks.flatMap((each) => setPaths(block, each as never)));
      const wanted = attributePaths(block).filter((path) => path.startsWith('spec.'));
      return wanted.filter((path) => !set.has(path)).map((path) => `${type}.${path}`);
    });
    // The API has no such member, and the provider does not read it.
    expect(missing).toEqual(['aws_appmesh_route.spec.grpc_route.match.prefix']);
  });

  it('creates all resources, and a following plan is empty', { timeout: 480_000 }, async () => {
    terraform.configure(configuration(0));
    expect(await terraform.apply()).toEqual({ added: THINGS.length, changed: 0, destroyed: 0 });
    expect(await terraform.plan()).toBe('');
  });

  it('updates all resources, and a following plan is empty', { timeout: 480_000 }, async () => {
    terraform.configure(configuration(1));
    expect(await terraform.apply()).toMatchObject({ added: 0, destroyed: 0 });
    expect(await terraform.plan()).toBe('');
  });

  it('imports existing resources without a change, and destroys them', { timeout: 480_000 }, async () => {
    const other = await start();
    other.configure({ ...configuration(1), ...imports(THINGS) });
    expect(await other.apply()).toEqual({ added: 0, changed: 0, destroyed: 0 });
    expect(await other.plan()).toBe('');
    expect(await other.destroy()).toEqual({ added: 0, changed: 0, destroyed: THINGS.length });
    const client = sdkClient(plane, 'AKADMIN');
    expect(await client.call({ operation: 'ListMeshes', input: {} })).toEqual({ output: { meshes: [] } });
    client.close();
  });
});
