import { hostPort, isLoopback, type HostPort } from '../common/host-port.ts';
import { compileSettings, text, type Parser } from '../common/settings.ts';

/** What `daybreak controlplane` is told. Every flag is also `DAYBREAK_` and its name in capitals. */
export type ControlPlaneSettings = {
  /** The folder that holds all that must last. Created when it is not there. */
  readonly data: string;
  /** Where the App Mesh API listens. Default 127.0.0.1:8080. */
  readonly api: HostPort;
  /** Where proxies connect. Default 127.0.0.1:18000. */
  readonly ads: HostPort;
  /** The account that meshes belong to. Default 000000000000. */
  readonly account: string;
  /** The region in ARNs. Default us-east-1. */
  readonly region: string;
  /** Listen beyond loopback although nobody is asked who he is. */
  readonly insecure: boolean;
};

const account: Parser<string> = (value) =>
  /^\d{12}$/.test(value) ? { value } : { wanted: 'an AWS account id, twelve digits' };

const region: Parser<string> = (value) =>
  /^[a-z0-9-]{1,64}$/.test(value) ? { value } : { wanted: 'a region, e.g. us-east-1' };

/**
 * Compiles flags, given by name with their dashes (`--data`), into settings.
 * @throws SettingsError that lists every problem.
 */
export function compileControlPlaneSettings(
  flags: Readonly<Record<string, string | undefined>>,
): ControlPlaneSettings {
  return compileSettings(flags, (read) => {
    const settings: ControlPlaneSettings = {
      data: read('--data', text, ''),
      api: read('--api', hostPort, { host: '127.0.0.1', port: 8080 }),
      ads: read('--ads', hostPort, { host: '127.0.0.1', port: 18_000 }),
      account: read('--account', account, '000000000000'),
      region: read('--region', region, 'us-east-1'),
      insecure: flags['--insecure'] !== undefined,
    };
    if (settings.data === '') {
      read.problem({ name: '--data', got: undefined, wanted: 'the folder that the model is kept in' });
    }
    for (const name of ['api', 'ads'] as const) {
      if (settings.insecure || isLoopback(settings[name].host)) continue;
      const wanted =
        'beyond loopback anyone who reaches the port has all rights; say --insecure if that network is trusted, or use a loopback address';
      read.problem({ name: `--${name}`, got: flags[`--${name}`], wanted });
    }
    return settings;
  });
}
