import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTraffic } from '../../demo/traffic.ts';
import { whyNoDocker } from '../docker/testing/dockerd.ts';
import { whyNoImages } from '../docker/testing/image-archive.ts';
import { request } from '../lab/clients/http.ts';
import { until } from '../lab/until.ts';
import { dockerEngine } from './player/engine.ts';
import { readTaskDefinition, type ContainerDefinition } from './player/definition.ts';
import type { Task } from './player/play.ts';
import { openEcsScene, ROLE, type EcsScene } from './testing/ecs-scene.ts';

// The templates of images/ecs as ECS runs them.

// For a busy machine.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 1_800_000 });

const why = whyNoDocker() ?? (await whyNoImages());
if (why !== undefined) process.stderr.write(`tasks of ECS are left out: ${why}\n`);

const COLOR_IMAGE = 'daybreak-color:0.1.0';
const TOOL_IMAGE = 'daybreak-proxy-route-manager:0.1.0';

describe.skipIf(why !== undefined)(`tasks of ECS${why === undefined ? '' : ` are left out: ${why}`}`, () => {
  let scene: EcsScene;
  let teller: Task;
  let gateway: Task;
  beforeAll(async () => {
    scene = await openEcsScene();
    teller = await scene.startTeller();
    gateway = await scene.startGateway();
  });
  afterAll(() => scene?.close());

  const exec = (task: Task, container: string, ...words: readonly string[]): Promise<string> =>
    scene.docker.run('exec', task.id(container), ...words);
  const inspect = (task: Task, container: string) => dockerEngine(scene.docker).inspect(task.id(container));
  const passed = async (task: Task): Promise<number> => {
    const url = 'http://localhost:9901/stats?filter=http.ingress.downstream_rq_total';
    const text = await exec(task, 'envoy', 'curl', '--silent', url);
    return Number(text.split(': ')[1] ?? Number.NaN);
  };

  it('a request passes the Envoys of both tasks, over TLS to the control plane that runs as a task itself', async () => {
    const { body } = await until('a color', async () => {
      const answer = await request(scene.url);
      return answer.status === 200 ? answer : undefined;
    });
    expect(JSON.parse(body)).toMatchObject({ color: 'black' });
    expect(await passed(gateway)).toBeGreaterThan(0);
    expect(await passed(teller)).toBeGreaterThan(0);
  });

  it('starts in the order of dependsOn: the rules, Envoy until it is HEALTHY, the application', async () => {
    const [proxyinit, envoy, app] = await Promise.all([
      inspect(teller, 'proxyinit'),
      inspect(teller, 'envoy'),
      inspect(teller, 'app'),
    ]);
    expect(proxyinit.State).toMatchObject({ Status: 'exited', ExitCode: 0 });
    expect(proxyinit.State.FinishedAt < envoy.State.StartedAt).toBe(true);
    expect(envoy.State.Health?.Status).toBe('healthy');
    expect(envoy.State.StartedAt < app.State.StartedAt).toBe(true);
  });

  it("a container gets the credentials of the task's role, as the application's user and as Envoy's", async () => {
    for (const user of ['1000', '1337']) {
      const line = 'curl --silent http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
      const answer = await scene.docker.run('exec', '--user', user, gateway.id('envoy'), 'sh', '-c', line);
      expect(JSON.parse(answer)).toMatchObject(ROLE);
    }
  });

  it('the agent tells Envoy the task that it is in', async () => {
    const info = await exec(gateway, 'envoy', 'curl', '--silent', 'http://localhost:9901/server_info');
    expect(info).toContain(`"ecsTaskArn": "${gateway.arn}"`);
  });

  it('two tasks, one of which stops under load: no request fails, the application ends before Envoy', async () => {
    const second = await scene.startTeller();
    await until('requests reach the second task', async () => {
      await request(scene.url);
      return (await passed(second)) > 0;
    });
    const traffic = startTraffic(scene.url, 100);
    await until('requests', () => traffic.tally().requests > 100);
    const end = await scene.stopTeller(teller);
    const before = traffic.tally().requests;
    await until('further requests', () => traffic.tally().requests > before + 100);
    const tally = await traffic.stop();
    expect(tally.errors).toEqual({});
    expect(end).toMatchObject({
      why: 'it was stopped',
      order: ['proxyinit', 'app', 'envoy'],
      exitCodes: { proxyinit: 0, app: 0, envoy: 0 },
    });
    teller = second;
  });

  it('the end of an essential container ends its task, in the same order', async () => {
    const third = await scene.startTeller();
    await exec(third, 'envoy', '/usr/bin/agent', 'ready');
    await scene.docker.run('kill', third.id('app'));
    const end = await third.ended;
    expect(end.why).toBe('the essential container app has ended');
    expect(end.order).toEqual(['proxyinit', 'app', 'envoy']);
    expect(end.exitCodes).toEqual({ proxyinit: 0, app: 137, envoy: 0 });
  });

  const container = (name: string, more: Partial<ContainerDefinition>): ContainerDefinition => ({
    name,
    image: TOOL_IMAGE,
    essential: false,
    ...more,
  });
  const play = (...containers: readonly ContainerDefinition[]): Promise<Task> =>
    scene.player.play({
      definition: readTaskDefinition(
        JSON.stringify({ family: 'order', networkMode: 'awsvpc', containerDefinitions: containers }),
      ),
    });

  it('the player: all four conditions of dependsOn, and a stop in reverse order', async () => {
    const task = await play(
      container('failing', { command: ['bash', '-c', 'exit 3'] }),
      container('good', { command: ['bash', '-c', 'exit 0'] }),
      container('base', {
        command: ['bash', '-c', 'sleep 1; : >/tmp/well; exec sleep infinity'],
        healthCheck: { command: ['CMD-SHELL', '[ -e /tmp/well ]'], interval: 1, timeout: 60, retries: 3 },
        essential: true,
      }),
      container('complete', {
        command: ['sleep', 'infinity'],
        dependsOn: [{ containerName: 'failing', condition: 'COMPLETE' }],
      }),
      container('app', {
        image: COLOR_IMAGE,
        dependsOn: [
          { containerName: 'base', condition: 'HEALTHY' },
          { containerName: 'good', condition: 'SUCCESS' },
          { containerName: 'complete', condition: 'START' },
        ],
      }),
    );
    await task.runs('app');
    expect((await inspect(task, 'base')).State.Health?.Status).toBe('healthy');
    const { order } = await task.stop();
    expect(order.slice(0, 2).toSorted()).toEqual(['failing', 'good']);
    expect(order[2]).toBe('app');
    expect(order.slice(3).toSorted()).toEqual(['base', 'complete']);
  });

  it('the player: a failed container whose SUCCESS another one needs ends the task', async () => {
    const task = await play(
      container('rules', { command: ['bash', '-c', 'exit 1'] }),
      container('app', {
        image: COLOR_IMAGE,
        essential: true,
        dependsOn: [{ containerName: 'rules', condition: 'SUCCESS' }],
      }),
    );
    expect(await task.ended).toMatchObject({
      why: 'app cannot start: rules can no longer reach SUCCESS',
      order: ['rules'],
    });
  });
});
