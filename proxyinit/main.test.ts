import { expect, test } from 'vitest';
import { runProxyinit } from './main.ts';

test('a dry run prints a text a family and touches nothing', async () => {
  const { code, stdout, stderr } = await run({ APPMESH_ENABLE_IPV6: '1' }, true);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.match(/^# .*$/gm)).toEqual(['# iptables-restore --noflush', '# ip6tables-restore --noflush']);
  expect(stdout.match(/^\*nat\n[^*]*^COMMIT$/gm)).toHaveLength(2);
});

test.each([true, false])('bad settings are listed on stderr, dry run %s', async (dryRun) => {
  const env = { APPMESH_APP_PORTS: 'http', APPMESH_IGNORE_UID: 'envoy', PATH: '/nowhere' };
  const { code, stdout, stderr } = await run(env, dryRun);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.match(/^APPMESH_\w+="\w+": /gm)).toEqual([
    'APPMESH_IGNORE_UID="envoy": ',
    'APPMESH_APP_PORTS="http": ',
  ]);
});

async function run(env: Record<string, string>, dryRun: boolean) {
  const out: string[] = [];
  const err: string[] = [];
  const into = (lines: string[]) => ({ write: (text: string) => lines.push(text) });
  const code = await runProxyinit({ command: 'apply', dryRun }, env, into(out), into(err));
  return { code, stdout: out.join(''), stderr: err.join('') };
}
