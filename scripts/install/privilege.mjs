import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { quoted } from '../command.mjs';

/**
 * Returns whether this process may create network namespaces; if not, the reason and the command to type instead.
 * @param {string} again the npm command to repeat with sudo, `npm test` for instance
 * @returns {{ yes: true } | { yes: false, why: string }}
 */
export function mayMakeHosts(again) {
  if (process.getuid?.() !== 0) return { yes: false, why: `that needs root: \`${sudo(again)}\`` };
  const { status, stderr } = spawnSync('unshare', ['--net', '--mount', 'true'], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  if (status === 0) return { yes: true };
  return {
    yes: false,
    why: `root may not do that here (${stderr?.trim() || 'unshare --net --mount failed'}): in a container, run it with --privileged`,
  };
}

/** sudo searches only the system's folders for npm, so the command sets the PATH for an npm in a home folder. @param {string} again */
function sudo(again) {
  const node = dirname(process.env['npm_node_execpath'] ?? process.execPath);
  const found = ['/usr/bin', '/usr/local/bin', '/bin'].includes(node) || node.includes('node_modules');
  return found ? `sudo ${again}` : `sudo env PATH=${quoted(node)}:$PATH ${again}`;
}
