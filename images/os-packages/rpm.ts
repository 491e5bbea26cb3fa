import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { PackageFacts } from './package-folder.ts';
import { AFTER_INSTALL, AFTER_REMOVE, BEFORE_REMOVE } from './scripts.ts';

/** rpm's names of architectures. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Builds an .rpm of a folder. @throws Error if rpmbuild is missing or fails */
export async function buildRpm(
  root: string,
  facts: PackageFacts,
  work: string,
): Promise<{ readonly path: string; readonly name: string }> {
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const spec = join(work, 'daybreak.spec');
  await writeFile(spec, specOf(facts));
  const top = join(work, 'rpm');
  const defines = [`_topdir ${top}`, `_dbpath ${join(work, 'rpmdb')}`, '_build_id_links none'];
  await execa('rpmbuild', [
    '-bb',
    '--quiet',
    '--target',
    architecture,
    ...defines.flatMap((each) => ['--define', each]),
    '--buildroot',
    join(work, 'buildroot'),
    '--define',
    `staged ${root}`,
    spec,
  ]);
  const name = `${facts.name}-${facts.version}-${facts.release}.${architecture}.rpm`;
  return { path: join(top, 'RPMS', architecture, name), name };
}

/** rpm has no purge: a removal keeps changed settings as .rpmsave, and state, logs and users as they are. */
function specOf({ name, version, release, summary, license, conffiles }: PackageFacts): string {
  return `Name: ${name}
Version: ${version}
Release: ${release}
Summary: ${summary}
License: ${license}
AutoReqProv: no
Requires: libstdc++, iptables, util-linux, shadow-utils
# The files are built already: nothing is stripped, compressed or compiled.
%define __os_install_post %{nil}
%define debug_package %{nil}
%define _binary_payload w1.gzdio

%description
The command daybreak, its Node, Envoy, and systemd units for the agent, the control plane and the redirect rules.

%install
mkdir -p %{buildroot}
cp -a %{staged}/. %{buildroot}/

%files
%defattr(-,root,root,-)
/usr/bin/agent
/usr/bin/daybreak
/usr/bin/envoy
/usr/lib/daybreak
/usr/lib/systemd/system/daybreak-agent.service
/usr/lib/systemd/system/daybreak-controlplane.service
/usr/lib/systemd/system/daybreak-proxyinit.service
/usr/lib/sysusers.d/daybreak.conf
%dir /etc/daybreak
${conffiles.map((path) => `%config(noreplace) %verify(not group) ${path}`).join('\n')}

%post
${AFTER_INSTALL}
%preun
if [ "$1" = 0 ]; then
${BEFORE_REMOVE}fi

%postun
${AFTER_REMOVE}`;
}
