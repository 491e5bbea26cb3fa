// Builds the packages, and installs, upgrades, removes and purges the .deb and the .rpm on a copy of this machine's root that is
// discarded afterwards (an overlay in a mount namespace, with its own network). Run as root, with dpkg, rpm and iptables:
// node test/long/os-packages.ts --envoy FILE
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';

const { values } = parseArgs({ options: { envoy: { type: 'string' } } });
const folder = mkdtempSync(join(tmpdir(), 'os-packages-'));

/** Lays the root out, and runs a script in it, with the packages in /tmp. */
const ENTER = `set -e
root=$1/root; mkdir "$root"; mount -t tmpfs tmpfs "$root"; mkdir "$root/upper" "$root/work" "$root/all"
mount -t overlay overlay -o "lowerdir=/,upperdir=$root/upper,workdir=$root/work" "$root/all"
mount -t proc proc "$root/all/proc"; mount -t tmpfs tmpfs "$root/all/run"; mount -t tmpfs tmpfs "$root/all/tmp"; mount --rbind /dev "$root/all/dev"
ip link set lo up
cp "$1"/*.deb "$1"/*.rpm "$root/all/tmp/"
exec chroot "$root/all" sh -euc "$2"`;

/** Each line says what it checks; the script ends at the first one that does not hold. */
const CHECKS = `
rules() { iptables-save -t nat | grep -c daybreak/ || true; }
users() { getent passwd daybreak daybreak-controlplane | wc -l; }
say() { echo "ok  $*"; }
cp /etc/passwd /tmp/passwd.before
dpkg -i --force-depends /tmp/*.deb >/dev/null 2>&1
[ "$(users)" = 2 ] && [ "$(daybreak --version)" != "" ] && envoy --version >/dev/null && say 'deb: installed, with users, Node and Envoy' || exit 1
as_agent() { setpriv --reuid daybreak --regid daybreak --clear-groups "$@"; }
as_agent cat /etc/daybreak/agent.env >/dev/null && say 'deb: the agent can read its variables again, at a reload' || exit 1
echo '# own' >> /etc/daybreak/proxyinit.env
APPMESH_APP_PORTS=8000 daybreak proxyinit apply --start-enabled >/dev/null
[ "$(rules)" = 8 ]
dpkg -i --force-depends --force-confdef /tmp/*.deb >/dev/null 2>&1
[ "$(rules)" = 8 ] && [ "$(tail -1 /etc/daybreak/proxyinit.env)" = '# own' ] && say 'deb: an upgrade leaves rules and settings' || exit 1
mkdir -p /var/lib/daybreak-agent
dpkg -r daybreak >/dev/null 2>&1
[ "$(rules)" = 0 ] && [ -e /etc/daybreak/proxyinit.env ] && [ ! -e /usr/bin/agent ] && say 'deb: a removal removes rules and programs, and leaves settings' || exit 1
dpkg -P daybreak >/dev/null 2>&1
[ ! -e /etc/daybreak ] && [ ! -e /var/lib/daybreak-agent ] && [ ! -e /usr/lib/daybreak ] && cmp /etc/passwd /tmp/passwd.before && say 'deb: a purge leaves no file and no user' || exit 1
mkdir /tmp/db; with_db='rpm --dbpath /tmp/db'
$with_db --initdb
$with_db -i --nodeps /tmp/*.rpm >/dev/null 2>&1
[ "$(users)" = 2 ] && $with_db -V --nodeps daybreak && daybreak --version >/dev/null && say 'rpm: installed and verified' || exit 1
as_agent cat /etc/daybreak/agent.env >/dev/null && say 'rpm: the agent can read its variables again, at a reload' || exit 1
mkdir -p /var/lib/daybreak; touch /var/lib/daybreak/model
echo '# own' >> /etc/daybreak/agent.env
$with_db -U --nodeps --replacepkgs /tmp/*.rpm >/dev/null 2>&1
[ "$(tail -1 /etc/daybreak/agent.env)" = '# own' ] && say 'rpm: an upgrade leaves settings' || exit 1
$with_db -e --nodeps daybreak >/dev/null 2>&1
[ -e /etc/daybreak/agent.env.rpmsave ] && [ ! -e /usr/lib/daybreak ] && [ -e /var/lib/daybreak/model ] && say 'rpm: a removal leaves changed settings and the data' || exit 1
`;

try {
  const envoy = values.envoy ?? process.env['DAYBREAK_ENVOY'] ?? '';
  await execa(join(import.meta.dirname, '../../images/packages.sh'), ['--envoy', envoy, '--out', folder]);
  const args = ['--mount', '--net', '--pid', '--fork', 'sh', '-c', ENTER, 'sh', folder, CHECKS];
  const { exitCode } = await execa('unshare', args, { stdio: 'inherit', reject: false });
  process.exitCode = exitCode ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
