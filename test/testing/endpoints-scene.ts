import { CreateMeshCommand, CreateVirtualNodeCommand } from '@aws-sdk/client-app-mesh';
import { appMeshClient } from '../../demo/color-model.ts';
import { askFrom } from '../lab/clients/ask.ts';
import { startControlPlane } from '../lab/programs/control-plane.ts';
import type { Host } from '../lab/host.ts';
import { createLab } from '../lab/lab.ts';
import type { Program } from '../lab/programs/program.ts';
import { startAgent } from '../lab/programs/sidecar.ts';
import { stage } from '../lab/stage.ts';

/** An agent's host, a control plane that serves it, and one that accepts connections and never answers. */
export type EndpointsScene = {
  readonly control: Host;
  readonly mute: Host;
  /** Starts the agent, with control planes on these hosts in order. */
  start(...hosts: readonly Host[]): Program;
  /** Drops all packets from the agent's host to another host, like a network without a route (`-A`), or stops that (`-D`). */
  drop(host: Host, action?: '-A' | '-D'): Promise<void>;
  /** Returns the agent's report of its connection: `CONNECTED` or `NOT_CONNECTED`; undefined while the agent does not answer. */
  readonly connection: () => Promise<string | undefined>;
  /** Whether the agent is connected, and its Envoy LIVE. */
  readonly isLive: () => Promise<boolean>;
  /** Kills the agent, and stops all packet loss. */
  reset(): Promise<void>;
  close(): Promise<void>;
};

type AgentStatus = {
  readonly managementServerConnectionStatus?: string;
  readonly envoyState?: string;
};

const MUTE =
  "require('net').createServer((s) => s.on('error', () => {}).resume()).listen(18000, () => console.log('up'))";

/** Opens the scene; no agent runs yet. `name`: of its lab. */
export async function openEndpointsScene(name: string): Promise<EndpointsScene> {
  const lab = await createLab({ name });
  try {
    const programs = await stage(lab);
    const control = await lab.host('control');
    const mute = await lab.host('mute');
    const app = await lab.host('app');
    await startControlPlane(control, programs);
    await mute.spawn('mute', programs.node, ['-e', MUTE]).line(/up/);
    const api = appMeshClient(`http://${control.address}:8080`);
    await api.send(new CreateMeshCommand({ meshName: 'm', spec: {} }));
    await api.send(new CreateVirtualNodeCommand({ meshName: 'm', virtualNodeName: 'n', spec: {} }));
    let agent: Program | undefined;

    async function status(): Promise<AgentStatus> {
      const answer = await askFrom(app, 'http://127.0.0.1:9902/status');
      return 'body' in answer ? (JSON.parse(answer.body) as AgentStatus) : {};
    }

    return {
      control,
      mute,
      start(...hosts) {
        agent = startAgent(app, programs, {
          resource: 'mesh/m/virtualNode/n',
          xds: hosts.map(({ address }) => `http://${address}:18000`).join(','),
          appPorts: '',
        });
        return agent;
      },
      async drop({ address }, action = '-A') {
        await app.exec('iptables', ['-w', action, 'OUTPUT', '-d', address, '-j', 'DROP']);
      },
      connection: async () => (await status()).managementServerConnectionStatus,
      isLive: async () => {
        const { managementServerConnectionStatus, envoyState } = await status();
        return managementServerConnectionStatus === 'CONNECTED' && envoyState === 'LIVE';
      },
      async reset() {
        agent?.kill('SIGKILL');
        await agent?.ended;
        await app.exec('iptables', ['-w', '-F', 'OUTPUT']);
      },
      close: () => lab.close(),
    };
  } catch (error) {
    await lab.close();
    throw error;
  }
}
