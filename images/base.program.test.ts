import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The choice of Debian's mirrors, with archives on this machine's disk in the sources of an apt of its own.

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const BASE = join(import.meta.dirname, 'base.sh');
const PACKAGES = 'Package: tini\nVersion: 1\nArchitecture: all\n';
const LIST = join(import.meta.dirname, 'packages/controlplane.txt');

describe.skipIf(!existsSync(KEYRING))(
  `images/base.sh${existsSync(KEYRING) ? '' : ` is left out: there is no ${KEYRING}`}`,
  () => {
    let folder: string;
    let env: Readonly<Record<string, string>>;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'daybreak-base-'));
      for (const path of ['etc', 'state/lists/partial', 'cache/archives/partial'])
        await mkdir(join(folder, path), { recursive: true });
      const conf = `Dir "${folder}"; Dir::State "state"; Dir::State::status "/dev/null"; Dir::Cache "cache"; Dir::Etc "etc";
        Dir::Etc::sourcelist "${folder}/sources.list"; Dir::Etc::sourceparts "/dev/null"; Dir::Etc::parts "/dev/null"; APT::Sandbox::User "";`;
      await writeFile(join(folder, 'apt.conf'), conf);
      env = { APT_CONFIG: join(folder, 'apt.conf') };
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));
    /** Gives these sources to the machine's apt, which then reads them. */
    const sources = async (...archives: readonly (readonly [origin: string, suite: string])[]) => {
      const lines: string[] = [];
      for (const [origin, suite] of archives) {
        const release = join(folder, `${origin}/dists/${suite}`);
        await mkdir(join(release, 'main/binary-all'), { recursive: true });
        await writeFile(join(release, 'main/binary-all/Packages'), PACKAGES);
        const date = new Date().toUTCString();
        await writeFile(
          join(release, 'Release'),
          `Origin: ${origin}\nCodename: ${suite}\nDate: ${date}\nArchitectures: all\nComponents: main\nSHA256:\n` +
            ` ${createHash('sha256').update(PACKAGES).digest('hex')} ${PACKAGES.length} main/binary-all/Packages\n`,
        );
        lines.push(`deb [trusted=yes arch=all] file:${folder}/${origin} ${suite} main\n`);
      }
      await writeFile(join(folder, 'sources.list'), lines.join(''));
      await execa('apt-get', ['update', '--error-on=any'], { env });
    };
    /** Runs the script, which ends in an error: these archives have no signature. */
    const base = async (...flags: readonly string[]) => {
      const cache = await mkdtemp(join(folder, 'base-cache-'));
      const args = ['--arch', 'amd64', '--cache', cache, ...flags, join(cache, 'root'), LIST];
      const { exitCode, stderr } = await execa(BASE, args, { env, reject: false, timeout: 120_000 });
      const used = join(cache, 'amd64/sources.list');
      return { exitCode, stderr, used: existsSync(used) ? await readFile(used, 'utf8') : undefined };
    };

    it("without --mirror it uses the mirrors of Debian that the machine's apt has, and no other archive", async () => {
      await sources(
        ['Debian', 'bookworm'],
        ['Debian', 'bookworm-security'],
        ['Debian', 'trixie'],
        ['Docker', 'bookworm'],
      );
      const { exitCode, stderr, used } = await base();
      expect(used).toBe(
        ['bookworm', 'bookworm-security']
          .map((suite) => `deb [signed-by=${KEYRING}] file:${folder}/Debian/ ${suite} main\n`)
          .join(''),
      );
      expect(stderr).toContain('images/base.sh: cannot read the package indexes');
      expect(exitCode).toBe(1);
    });

    it.each([
      ['no sources', []],
      ['the sources of another distribution alone', [['Ubuntu', 'noble']]],
    ] as const)("%s in the machine's apt: it asks for --mirror, and writes nothing", async (_which, archives) => {
      await sources(...archives);
      expect(await base()).toEqual({
        exitCode: 1,
        stderr:
          "images/base.sh: this machine's apt knows no mirror of Debian's bookworm: name one with --mirror, " +
          'or have apt read its sources (apt-get update)',
        used: undefined,
      });
      const mirror = `file:${folder}/Debian bookworm main`;
      expect(await base('--mirror', mirror)).toMatchObject({
        used: `deb [signed-by=${KEYRING}] ${mirror}\n`,
      });
    });
  },
);
