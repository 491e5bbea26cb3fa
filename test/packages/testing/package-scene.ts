import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createLab } from '../../lab/lab.ts';
import { until } from '../../lab/until.ts';
import type { Booted } from '../../proxyinit/machine.ts';
import { openMachineScene } from '../../testing/machine-scene.ts';
import { watchPath, type PathWatch } from '../../testing/watch-path.ts';

/** A machine with systemd and an application, and a control plane on another host; nothing of ours is installed on the machine. */
export type PackageScene = {
  /**
   * Runs a shell command on the machine; packages are in /var/packages.
   * @returns its output
   * @throws Error with its output if it fails
   */
  run(command: string): Promise<string>;
  /** Requests to the application, each on its own connection. */
  readonly path: PathWatch;
  /**
   * All requests to the application: those of `path` and of the same kind, 200 a second, and as many on connections that stay open. The first call
   * starts them. Make it when Envoy has the requests: a connection that is open when the rules are written may stay where it was.
   */
  load(): readonly PathWatch[];
  /** Waits for at least `least` requests that end in this way, in a row and as the last ones. */
  settles(way: string, least?: number): Promise<void>;
  /** A shell script that points the agent to the control plane and starts both units. */
  readonly configure: string;
  close(): Promise<void>;
};

/** Opens the scene with these packages. */
export async function openPackageScene(packages: readonly string[]): Promise<PackageScene> {
  const lab = await createLab({ name: 'packages' });
  const { machine, url, variables } = await openMachineScene(lab, { programs: 'none' });
  const folder = machine.path('var/packages');
  await mkdir(folder);
  for (const each of packages) await copyFile(each, join(folder, each.split('/').at(-1) ?? ''));
  const booted: Booted = await machine.boot();
  const path = watchPath(url, lab.address);
  const all = [path];
  return {
    path,
    load() {
      if (all.length === 1)
        for (const connections of ['own', 'own', 'own', 'shared', 'shared', 'shared', 'shared'] as const)
          all.push(watchPath(url, lab.address, connections));
      return all;
    },
    run: async (command) => {
      const { code, stdout, stderr } = await booted.run(`set -e\n${command}`);
      if (code !== 0) throw new Error(`${command}: exit ${code}: ${stdout}\n${stderr}`);
      return stdout;
    },
    async settles(way, least = 20) {
      await until(`${least} requests by way of ${way}`, () => {
        const [last, count] = path.peek().at(-1) ?? ['', 0];
        return last === way && count >= least;
      });
    },
    configure: `printf '${[...variables, 'LISTENER_DRAIN_WAIT_TIME_S=15', ''].join('\\n')}' >> /etc/daybreak/agent.env
      echo APPMESH_APP_PORTS=8000 >> /etc/daybreak/proxyinit.env
      systemctl enable --now daybreak-proxyinit daybreak-agent`,
    async close() {
      await Promise.all(all.map((each) => each.stop()));
      await booted.end('poweroff').catch(() => undefined);
      await machine.remove();
      await lab.close();
    },
  };
}
