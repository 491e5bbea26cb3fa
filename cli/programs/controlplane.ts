import { endDespiteOpenCalls } from '../../common/process/end-process.ts';
import { describeFault, onFault } from '../../common/process/faults.ts';
import { createLog } from '../../common/log.ts';
import { createSystemdNotifier } from '../../common/process/notify-systemd.ts';
import { createBackgroundOutput } from '../../common/output/background-output.ts';
import { coded } from '../../controlplane/codes.ts';
import { runControlPlane } from '../../controlplane/main.ts';
import { AWS_VARIABLES } from '../../controlplane/discovery/settings.ts';
import { SECRET_TEXTS } from '../../controlplane/secret-sources.ts';
import { compileControlPlaneSettings } from '../../controlplane/settings.ts';

/** Runs the control plane with commander's options. Returns its exit code. */
export async function controlPlane(options: Readonly<Record<string, string | boolean>>): Promise<number> {
  const flags = Object.entries(options).flatMap(([name, value]) =>
    value === false ? [] : [[flagName(name), String(value)]],
  );
  const variables = [...AWS_VARIABLES, ...SECRET_TEXTS].map((name) => [name, process.env[name]]);
  const settings = compileControlPlaneSettings(
    Object.fromEntries([...variables, ...flags]) as Record<string, string | undefined>,
  );
  const output = createBackgroundOutput();
  const log = createLog('controlplane', 'info', { divert: output.divert });
  output.logTo(log, (bytes) => coded('OUTPUT_DROPPED', { bytes }));
  onFault((error) => log.fatal(coded('FAULT', { err: error }), describeFault(error)));
  const notifier = createSystemdNotifier(process.env, log);
  const code = await runControlPlane(settings, log, notifier, output.dropped);
  await endDespiteOpenCalls(code);
  return code;
}

// Commander's name of --tls-cert is tlsCert.
function flagName(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
