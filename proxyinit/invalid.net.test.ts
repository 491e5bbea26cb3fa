import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { joinHosts, type Host } from './testing/host.ts';
import { usePlace } from './testing/place.ts';

const place = usePlace();

const SCRIPT = join(import.meta.dirname, 'testing/stray-segment.py');

/** TCP flags as in a segment. */
const [FIN, SYN, RST, ACK] = [1, 2, 4, 16];

/** Segments of no connection. A host without the rule answers all but a reset with a reset. */
const STRAY = [
  { what: 'an unexpected answer', flags: SYN | ACK, answer: `${RST}\n` },
  { what: 'the end of no connection', flags: FIN | ACK, answer: `${RST}\n` },
  { what: 'a reset of no connection', flags: RST | ACK, answer: '' },
];

const WAYS = [
  { family: 'IPv4', program: 'iptables', from: '10.77.0.2', to: '10.77.0.1' },
  { family: 'IPv6', program: 'ip6tables', from: 'fd77::2', to: 'fd77::1' },
];

/** An app on port 8080 behind rules, and a peer. */
async function hosts(env: Record<string, string>) {
  const [app, peer] = [place.host(), place.host()];
  joinHosts(app, peer);
  await app.serve([8080, 15_000]);
  const settings = { APPMESH_APP_PORTS: '8080', APPMESH_ENABLE_IPV6: '1', ...env };
  expect(await app.proxyinit(settings)).toMatchObject({ code: 0, stderr: '' });
  for (const { program } of WAYS) {
    // Rules without a target, which count segments that reach the app.
    execFileSync('ip', ['netns', 'exec', app.name, program, '-A', 'INPUT', '-p', 'tcp', '--dport', '8080']);
  }
  return { app, peer, settings };
}

async function packets(host: Host, program: string, rule: RegExp): Promise<number> {
  const { stdout } = await host.run([`${program}-save`, '-c']);
  const counts = stdout.split('\n').filter((line) => rule.test(line));
  return counts.reduce((sum, line) => sum + Number(/^\[(\d+):/.exec(line)?.[1]), 0);
}

test.each([
  'nft',
  'legacy',
])('segments of no connection are dropped if the settings say so: %s', async (backend) => {
  const plain = await hosts({ DAYBREAK_IPTABLES_BACKEND: backend });
  const strict = await hosts({ DAYBREAK_IPTABLES_BACKEND: backend, DAYBREAK_DROP_INVALID: '1' });
  for (const { family, program, from, to } of WAYS) {
    for (const { what, flags, answer } of STRAY) {
      const segment = ['python3', SCRIPT, from, to, '8080', `${flags}`];
      const [passed, dropped] = await Promise.all([plain.peer.run(segment), strict.peer.run(segment)]);
      expect({ what, ...passed }).toEqual({ what, code: 0, stderr: '', stdout: answer });
      expect({ what, ...dropped }).toEqual({ what, code: 0, stderr: '', stdout: '' });
    }
    expect(await packets(plain.app, program, /-A INPUT/)).toBe(STRAY.length);
    expect(await packets(strict.app, program, /-A INPUT/)).toBe(0);
    const { stdout } = await strict.app.proxyinit(strict.settings, ['status']);
    expect(stdout).toMatch(new RegExp(`^${family}[^]*? ${STRAY.length} packets  mangle .* -j DROP$`, 'm'));

    // New connections still reach Envoy.
    expect(await strict.peer.dial(to, 8080)).toBe('15000');
  }
});

test('segments on ignored interfaces are not dropped', async () => {
  const { app, peer } = await hosts({ DAYBREAK_DROP_INVALID: '1', DAYBREAK_IGNORED_INTERFACES: 'wire' });
  const segment = ['python3', SCRIPT, '10.77.0.2', '10.77.0.1', '8080', `${FIN | ACK}`];
  expect((await peer.run(segment)).stdout).toBe(`${RST}\n`);
  expect(await packets(app, 'iptables', /APPMESH_INVALID .*-j RETURN/)).toBe(1);
});
