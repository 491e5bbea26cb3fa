import { CONSOLE, startColorMesh, type ColorMesh } from '../../demo/color-mesh.ts';
import type { ColorNode, Weights } from '../../demo/color-model.ts';
import { startTraffic, type Tally } from '../../demo/traffic.ts';
import { startControlPlane } from '../lab/programs/control-plane.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../lab/clients/envoy-admin.ts';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { stage, type Stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';

/** The color application for one test file: created once, removed at the end. */
export type ColorFixture = {
  readonly lab: Lab;
  readonly programs: Stage;
  readonly mesh: ColorMesh;
  host(node: ColorNode): Host;
  admin(node: ColorNode): EnvoyAdmin;
  /** Sends at least `requests` requests, and returns the tally of their outcomes. */
  send(requests: number, perSecond?: number): Promise<Tally>;
  /** Kills the control plane with -9. */
  killControlPlane(): Promise<void>;
  /** Restarts the control plane at the same address, with the model that it had. */
  restartControlPlane(): Promise<void>;
  close(): Promise<void>;
};

/** Creates the lab, the mesh and all programs of the application. */
export async function openColorFixture(name: string, weights: Weights): Promise<ColorFixture> {
  const lab = await createLab({ name });
  try {
    return await furnish(lab, weights);
  } catch (error) {
    await lab.close();
    throw error;
  }
}

async function furnish(lab: Lab, weights: Weights): Promise<ColorFixture> {
  const programs = await stage(lab);
  const mesh = await startColorMesh(lab, programs, weights);
  let controlPlane = mesh.controlPlane.program;
  const admins = new Map<string, EnvoyAdmin>();
  for (const [node, { host }] of Object.entries(mesh.hosts)) admins.set(node, await openEnvoyAdmin(host));
  return {
    lab,
    programs,
    mesh,
    host: (node) => mesh.hosts[node].host,
    admin(node) {
      const admin = admins.get(node);
      if (admin === undefined) throw new Error(`${node} has no Envoy`);
      return admin;
    },
    async send(requests, perSecond = 1000) {
      const traffic = startTraffic(mesh.url, perSecond);
      await until('the requests', () => traffic.tally().requests >= requests, { limitMs: 120_000 });
      return await traffic.stop();
    },
    async killControlPlane() {
      controlPlane.kill('SIGKILL');
      await controlPlane.ended;
    },
    async restartControlPlane() {
      controlPlane = (await startControlPlane(mesh.controlHost, programs, { flags: CONSOLE })).program;
    },
    async close() {
      for (const admin of admins.values()) await admin.close();
      await lab.close();
    },
  };
}
