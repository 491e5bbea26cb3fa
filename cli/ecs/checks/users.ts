import { isObject } from '../../../common/is-object.ts';
import { Open } from '../../import/source.ts';
import type { Draft } from '../draft.ts';
import { containersOf, objects, valueOf, type Container } from '../task-definition.ts';
import { isTelemetry } from './telemetry.ts';

/** The user of the images, and the one that the agent switches to when root starts it. */
const STANDARD = '1337';

/**
 * Reports users whose traffic would go in a circle, or bypass Envoy. The rules exempt the traffic of `IgnoredUID`: that has to be Envoy's,
 * and only Envoy's and that of telemetry.
 */
export function checkUsers(draft: Draft, envoy: number): void {
  const definition = draft.definition();
  const { proxyConfiguration: proxy } = definition;
  if (!isObject(proxy)) return;
  const properties = objects(proxy['properties']);
  const index = properties.findIndex(({ name }) => name === 'IgnoredUID');
  const ignored = properties[index]?.['value'];
  if (ignored === undefined || ignored === '') {
    if (valueOf(properties, 'IgnoredGID') !== undefined) return;
    const message = "has no IgnoredUID: Envoy's own traffic would go to Envoy again";
    draft.report('error', ['proxyConfiguration', 'properties'], message);
    return;
  }
  if (typeof ignored !== 'string') return;
  const containers = containersOf(definition);
  const own = userOf(containers[envoy] ?? {});
  if (own !== undefined && !/^\d+$/.test(own)) {
    const message = `is the name ${JSON.stringify(own)}; its number has to be the IgnoredUID, ${ignored}`;
    draft.report('warning', ['containerDefinitions', envoy, 'user'], message);
  } else if (own !== undefined && own !== ignored) {
    const message = `IgnoredUID is ${JSON.stringify(ignored)}, and Envoy runs as ${JSON.stringify(own)} (containerDefinitions[${envoy}].user): they have to be equal, or Envoy's own traffic goes to Envoy again`;
    draft.report('error', ['proxyConfiguration', 'properties', index, 'value'], message);
  }
  const appPorts = valueOf(properties, 'AppPorts');
  checkOthers(draft, envoy, ignored, typeof appPorts === 'string' ? appPorts.split(',') : []);
}

function checkOthers(draft: Draft, envoy: number, ignored: string, appPorts: readonly string[]): void {
  const containers = containersOf(draft.definition());
  for (const [index, container] of containers.entries()) {
    if (index === envoy || uidIn(container['user']) !== ignored) continue;
    const isApp = objects(container['portMappings']).some(({ containerPort }) =>
      appPorts.some((each) => each.trim() === String(containerPort)),
    );
    const path = ['containerDefinitions', index, 'user'];
    if (isApp) {
      const message = `the app runs as ${ignored}, the IgnoredUID: its traffic would bypass Envoy; choose another user`;
      draft.report('error', path, message);
    } else if (!isTelemetry(container)) {
      const message = `runs as ${ignored}, the IgnoredUID: its traffic bypasses Envoy`;
      draft.report('warning', path, message);
    }
  }
}

// Undefined for a user that only the image or a template knows.
function userOf({ user, environment }: Container): string | undefined {
  if (user instanceof Open) return undefined;
  const uid = user === undefined ? STANDARD : uidIn(user);
  if (uid !== '0' && uid !== 'root') return uid;
  const switched = valueOf(environment, 'DAYBREAK_UID') ?? valueOf(environment, 'APPMESH_IGNORE_UID');
  return switched === undefined ? STANDARD : typeof switched === 'string' ? switched.trim() : undefined;
}

function uidIn(user: unknown): string | undefined {
  return typeof user === 'string' ? user.split(':')[0] : undefined;
}
