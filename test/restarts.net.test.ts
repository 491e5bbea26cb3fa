import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from './lab/until.ts';
import { openCountedLink } from './testing/counted-link.ts';
import { openRestartScene, type RestartScene, type RunningSidecar } from './testing/restart-scene.ts';

const RED = 'cds_egress_default_colorteller-red-vn_http_9080';

describe.each(['DAYBREAK_ENVOY', 'DAYBREAK_ENVOY_OLDEST'])('%s', (variable) => {
  let scene: RestartScene;
  beforeAll(async () => {
    scene = await openRestartScene('restarts', process.env[variable]);
  });
  afterAll(() => scene.close());

  /** Whether an Envoy serves the last good configuration as it did the live one. */
  async function servesBlue(sidecar: RunningSidecar): Promise<void> {
    // The agent looks at Envoy's health now and then.
    await expect
      .poll(() => sidecar.status())
      .toMatchObject({
        healthStatus: 'HEALTHY',
        daybreak: {
          configuration: expect.stringMatching(/^last good of \d{4}-.*Z, /) as unknown,
          notReady: [],
        },
      });
    const { colors, errors } = await sidecar.send(50);
    expect({ colors: Object.keys(colors), errors }).toEqual({ colors: ['blue'], errors: {} });
    expect(await sidecar.rejected()).toBe(0);
  }

  test('an agent that was killed, stopped or moved to a new network namespace serves the last configuration while the control plane is away', async () => {
    const controlPlane = await scene.startControlPlane();
    const host = await scene.gatewayHost('first');
    let sidecar = await scene.startSidecar(host);
    await until('the live configuration on disk', async () => {
      const { configuration, state } = (await sidecar.status()).daybreak;
      return configuration === 'live' && state.own.written !== undefined;
    });
    controlPlane.program.kill('SIGKILL');
    await controlPlane.program.ended;

    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      sidecar.agent.kill(signal);
      await sidecar.agent.ended;
      sidecar = await scene.startSidecar(host);
      await servesBlue(sidecar);
    }
    sidecar.agent.kill('SIGKILL');
    await sidecar.agent.ended;
    sidecar = await scene.startSidecar(await scene.gatewayHost('second'));
    await servesBlue(sidecar);

    await scene.setWeights(await scene.startControlPlane(), { 'colorteller-red-vn': 1 });
    await until('red alone', async () => Object.keys((await sidecar.send(20)).colors).join() === 'red', {
      limitMs: 120_000,
    });
    expect((await sidecar.status()).daybreak.configuration).toBe('live');
    expect(await sidecar.rejected()).toBe(0);
  });

  test('weights that changed while the control plane was out of reach are in force after the connection, and an unchanged configuration does not travel', {
    timeout: 600_000,
  }, async () => {
    const gone = await openRestartScene('missed', process.env[variable]);
    try {
      const controlPlane = await gone.startControlPlane();
      const link = await openCountedLink(gone.address, controlPlane.xds);
      const host = await gone.gatewayHost('gateway');
      let sidecar = await gone.startSidecar(host, link.xds);
      const configuration = async () => (await sidecar.status()).daybreak.configuration;
      await until('a live configuration', async () => (await configuration()) === 'live');
      const inForce = async (red: number) => (await sidecar.weights())[RED] === red;

      // The agent runs on.
      await link.cut();
      await gone.setWeights(controlPlane, { 'colorteller-blue-vn': 1, 'colorteller-red-vn': 3 });
      await link.open();
      await until('the missed weights', () => inForce(3));

      // The agent restarts meanwhile, and begins with the configuration that it left on disk at its stop.
      await link.cut();
      sidecar.agent.kill('SIGTERM');
      await sidecar.agent.ended;
      await gone.setWeights(controlPlane, { 'colorteller-blue-vn': 1, 'colorteller-red-vn': 9 });
      sidecar = await gone.startSidecar(host, link.xds);
      expect(await configuration()).toMatch(/^last good of /);
      expect(await sidecar.weights()).toMatchObject({ [RED]: 3 });
      await link.open();
      await until('the weights that it missed while it restarted', () => inForce(9));
      await until('a live configuration', async () => (await configuration()) === 'live');

      // A restart after which nothing has changed.
      await link.cut();
      sidecar.agent.kill('SIGTERM');
      await sidecar.agent.ended;
      sidecar = await gone.startSidecar(host, link.xds);
      const before = link.bytes();
      await link.open();
      await until('a live configuration', async () => (await configuration()) === 'live');
      expect(link.bytes() - before).toBeLessThan(4096);
      expect(await sidecar.weights()).toMatchObject({ [RED]: 9 });
      expect(await sidecar.rejected()).toBe(0);
      const { errors } = await sidecar.send(50);
      expect(errors).toEqual({});
    } finally {
      await gone.close();
    }
  });
});
