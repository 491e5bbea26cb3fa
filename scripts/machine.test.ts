import { expect, test } from 'vitest';
import { whyUnsuitable } from './machine.mjs';

const machine = (platform: string, arch: string, node = '20.0.0') => ({ platform, arch, versions: { node } });

test.each([
  ['darwin', 'arm64', 'this is darwin on arm64: Daybreak needs Linux on x64 or arm64'],
  ['win32', 'x64', 'this is win32 on x64: Daybreak needs Linux on x64 or arm64'],
  ['linux', 's390x', 'this is linux on s390x: Daybreak needs Linux on x64 or arm64'],
])('%s on %s is unsuitable before anything is downloaded: it was so only after npm had installed 600 MB', (platform, arch, why) => {
  expect(whyUnsuitable(machine(platform, arch))).toBe(why);
});

test.each(['x64', 'arm64'])('Linux on %s with Node 20 or later is suitable', (arch) => {
  expect(whyUnsuitable(machine('linux', arch))).toBeUndefined();
  expect(whyUnsuitable(machine('linux', arch, '18.20.4'))).toBe(
    'this is Node 18.20.4: the set-up needs Node 20 or later',
  );
});
