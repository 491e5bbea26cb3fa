import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** A folder in which rpm has installed all there is. */
export type RpmRoot = {
  /** Runs a shell command in it. Returns its stdout. @throws Error with its output if it fails */
  run(command: string): Promise<string>;
  /** Runs rpm on it. Returns its stdout. @throws Error with its output if it fails */
  rpm(...args: readonly string[]): Promise<string>;
};

/** The programs of the base package: those that scripts of ours call, and those that tests call. */
const PROGRAMS =
  'bash cat chgrp chmod chown cut getent grep iptables ls mkdir rm setpriv sh stat systemd-sysusers test touch true';

/** rpm's name of this machine's architecture. */
const MACHINE = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

/** A distribution in one package, made of this machine's own programs with their libraries; it provides what Daybreak's package requires. */
const SPEC = `Name: base
Version: 1
Release: 1
Summary: A distribution
License: none
AutoReqProv: no
Provides: /bin/sh, libstdc++, iptables, util-linux, shadow-utils
%define __os_install_post %{nil}
%define _binary_payload w0.gzdio
%description
A distribution.
%install
cp -a %{staged}/. %{buildroot}/
%files
%defattr(-,root,root,-)
/*
`;

/** Copies each program with all libraries, wherever they are. */
const STAGE = `set -e
mkdir -p "$1/usr/bin" "$1/usr/sbin" "$1/usr/lib" "$1/usr/lib64" "$1/etc" "$1/tmp" "$1/dev" "$1/run" "$1/var"
for name in bin sbin lib lib64; do ln -s usr/$name "$1/$name"; done
printf 'root:x:0:0:root:/root:/bin/sh\\n' >"$1/etc/passwd"; printf 'root:x:0:\\n' >"$1/etc/group"; cp /etc/nsswitch.conf "$1/etc/"
shift_root=$1; shift
for program in "$@"; do
  path=$(command -v "$program") || continue
  case $path in /*) ;; *) path=/usr/bin/$program ;; esac
  real=$(realpath "$path")
  cp --parents -n "$real" "$shift_root/"; [ "$real" = "$path" ] || ln -sf "$real" "$shift_root$path"
  ldd "$real" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$shift_root$(dirname "$library")"; [ -e "$shift_root$library" ] || cp -L "$library" "$shift_root$library"
  done
done
for library in libstdc++.so.6 libm.so.6 libgcc_s.so.1 libdl.so.2 libpthread.so.0 librt.so.1; do
  cp -L "/usr/lib/$(uname -m)-linux-gnu/$library" "$shift_root/usr/lib/$(uname -m)-linux-gnu/"
done
`;

/**
 * Makes a root in `folder`, which is new: rpm creates its database there, and installs a small distribution and `file` in it, with the dependencies
 * and scripts of both.
 */
export async function installInRpmRoot(folder: string, file: string): Promise<RpmRoot> {
  const staged = `${folder}-staged`;
  const top = `${folder}-rpmbuild`;
  await mkdir(staged);
  await mkdir(folder);
  await execa('sh', ['-c', STAGE, 'sh', staged, ...PROGRAMS.split(' ')]);
  const spec = `${folder}.spec`;
  await writeFile(spec, SPEC);
  const defines = [
    `_topdir ${top}`,
    `_dbpath ${top}/db`,
    `staged ${staged}`,
    '_build_id_links none',
    'debug_package %{nil}',
  ];
  const flags = defines.flatMap((each) => ['--define', each]);
  await execa('rpmbuild', [
    '-bb',
    '--quiet',
    '--target',
    MACHINE,
    ...flags,
    '--buildroot',
    join(top, 'root'),
    spec,
  ]);
  // With a network of its own, because scripts of the package write and remove rules.
  const apart = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await execa('unshare', ['--net', ...words], { env: { PATH: '/usr/bin:/usr/sbin' } });
    return stdout;
  };
  const rpm = (...args: readonly string[]): Promise<string> => apart('rpm', '--root', folder, ...args);
  await rpm('--initdb');
  await rpm('--install', join(top, `RPMS/${MACHINE}/base-1-1.${MACHINE}.rpm`), file);
  return { rpm, run: (command) => apart('chroot', folder, 'sh', '-euc', command) };
}
