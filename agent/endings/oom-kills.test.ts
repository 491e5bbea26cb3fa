import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { oomKills } from './oom-kills.ts';

const EVENTS = 'low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n';
const CONTROL = 'oom_kill_disable 0\nunder_oom 0\noom_kill 5\n';

/** Makes a file system with these files. */
function files(contents: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'daybreak-cgroup-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

test.each<[string, Readonly<Record<string, string>>, number | undefined]>([
  [
    'version 2, on the host',
    {
      'proc/self/cgroup': '0::/system.slice/daybreak-agent.service\n',
      'sys/fs/cgroup/system.slice/daybreak-agent.service/memory.events': EVENTS,
    },
    2,
  ],
  ['version 2, in a container', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/memory.events': EVENTS }, 2],
  [
    'version 1, on the host',
    {
      'proc/self/cgroup': '9:name=systemd:/\n4:memory:/docker/1\n0::/\n',
      'sys/fs/cgroup/memory/docker/1/memory.oom_control': CONTROL,
      'sys/fs/cgroup/memory/memory.oom_control': 'oom_kill 9\n',
    },
    5,
  ],
  [
    'version 1, in a container that sees only its own group',
    {
      'proc/self/cgroup': '4:cpu,memory:/ecs/task/container\n',
      'sys/fs/cgroup/memory/memory.oom_control': CONTROL,
    },
    5,
  ],
  [
    'a kernel that does not count',
    { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/memory.events': 'oom 1\n' },
    undefined,
  ],
  ['no cgroups', {}, undefined],
])('%s', (_, contents, count) => {
  expect(oomKills(files(contents))).toBe(count);
});
