import { isObject } from '../../../common/is-object.ts';
import { Open } from '../../import/source.ts';
import type { Draft } from '../draft.ts';
import { objects } from '../task-definition.ts';

/** The ports of the listeners that the control plane configures, on App Mesh's numbers. */
const PORTS = { ProxyIngressPort: '15000', ProxyEgressPort: '15001' } as const;
/** The most ports in a rule of iptables; ECS's plugin leaves out the others without an error. */
const MOST_PORTS = 15;

/** Reports properties of `proxyConfiguration` with which traffic would not reach Envoy. */
export function checkProxyConfiguration(draft: Draft): void {
  const { proxyConfiguration: proxy } = draft.definition();
  if (!isObject(proxy)) return;
  const { type = 'APPMESH', properties } = proxy;
  if (type !== 'APPMESH' && !(type instanceof Open)) {
    draft.report('error', ['proxyConfiguration', 'type'], `is ${JSON.stringify(type)}; ECS knows "APPMESH"`);
  }
  for (const [index, { name, value }] of objects(properties).entries()) {
    const path = ['proxyConfiguration', 'properties', index, 'value'];
    if (typeof value !== 'string') continue;
    if (name === 'ProxyIngressPort' || name === 'ProxyEgressPort') {
      if (value === PORTS[name]) continue;
      draft.report('error', path, `${name} is ${JSON.stringify(value)}; Envoy listens on ${PORTS[name]}`);
    } else if (name === 'AppPorts' || name === 'EgressIgnoredPorts') {
      checkPorts(draft, path, name, value);
    }
  }
}

function checkPorts(draft: Draft, path: readonly (string | number)[], name: string, value: string): void {
  const ports = value.split(',').filter((each) => each.trim() !== '');
  const strange = ports.find((each) => !/^\s*\d{1,5}\s*$/.test(each));
  if (strange !== undefined) {
    const message = `${name} has ${JSON.stringify(strange)}; ECS takes numbers, separated by commas, and no ranges`;
    draft.report('error', path, message);
  } else if (ports.length > MOST_PORTS) {
    const message = `${name} has ${ports.length} ports; ECS uses the first ${MOST_PORTS} and drops the others without an error`;
    draft.report('warning', path, message);
  }
}
