import { createLog } from '../common/log.ts';
import { runControlPlane } from '../controlplane/main.ts';
import { compileControlPlaneSettings } from '../controlplane/settings.ts';

/** Runs the control plane with options as commander has them; answers its exit code. */
export async function controlPlane(options: Readonly<Record<string, string | boolean>>): Promise<number> {
  const flags = Object.entries(options).flatMap(([name, value]) =>
    value === false ? [] : [[flagName(name), String(value)]],
  );
  const settings = compileControlPlaneSettings(Object.fromEntries(flags) as Record<string, string>);
  return await runControlPlane(settings, createLog('controlplane'));
}

// Commander has tlsCert for --tls-cert.
function flagName(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
