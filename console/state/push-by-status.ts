import type { Progress } from '../../controlplane/console/contract.ts';
import type { ProxyStatus, Status } from '../../controlplane/status/status.ts';

/** How long a push may take to begin, in milliseconds: beyond this, the change concerns no connected proxy. */
const BEGIN_MS = 2000;

/**
 * Returns the progress of a push from the states of proxies before it and now: for a browser whose stream of events is not there. A proxy is
 * touched when a version that was sent to it, acknowledged or refused is another one. `waited`: milliseconds since the change.
 */
export function progressByStatus(before: Status, after: Status, waited: number): Progress {
  const versions = new Map(before.proxies.map((proxy) => [nameOf(proxy), versionsOf(proxy)]));
  const touched = after.proxies.filter((proxy) => {
    const had = versions.get(nameOf(proxy));
    return had !== undefined && had !== versionsOf(proxy);
  });
  const refused = touched.filter(({ state }) => state === 'refused');
  const acknowledged = touched.filter(({ state }) => state === 'in sync');
  const settled = refused.length + acknowledged.length === touched.length;
  const at = new Date().toISOString();
  return {
    revision: after.revision,
    since: at,
    at,
    touched: touched.length,
    acknowledged: acknowledged.length,
    refused: refused.length,
    gone: 0,
    done: settled && (touched.length > 0 || waited > BEGIN_MS),
    refusals: refused.flatMap(({ resource, instance, peer, types }) =>
      types.flatMap(({ type, error }) =>
        error === undefined ? [] : [{ resource, instance, peer, type, error }],
      ),
    ),
  };
}

function nameOf({ resource, peer }: ProxyStatus): string {
  return `${resource} ${peer}`;
}

function versionsOf({ types }: ProxyStatus): string {
  return JSON.stringify(
    types.map(({ type, version, sentVersion, refusedVersion }) => [
      type,
      version,
      sentVersion,
      refusedVersion,
    ]),
  );
}
