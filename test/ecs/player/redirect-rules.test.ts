import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTaskDefinition } from './definition.ts';
import { redirectRules } from './redirect-rules.ts';

const definition = readTaskDefinition(
  readFileSync(join(import.meta.dirname, '../../../images/ecs/task-definition.json'), 'utf8'),
);

test("the rules of App Mesh's proxyConfiguration", () => {
  expect(redirectRules(definition).map((each) => each.replace('iptables --wait -t nat ', ''))).toEqual([
    '-N APPMESH_INGRESS',
    '-A APPMESH_INGRESS -p tcp -m multiport --dports 9080 -j REDIRECT --to-port 15000',
    '-A PREROUTING -p tcp -m addrtype ! --src-type LOCAL -j APPMESH_INGRESS',
    '-N APPMESH_EGRESS',
    '-A APPMESH_EGRESS -m owner --uid-owner 1337 -j RETURN',
    '-A APPMESH_EGRESS -p tcp -m multiport --dports 22 -j RETURN',
    '-A APPMESH_EGRESS -p tcp -d 169.254.170.2 -j RETURN',
    '-A APPMESH_EGRESS -p tcp -d 169.254.169.254 -j RETURN',
    '-A APPMESH_EGRESS -p tcp -j REDIRECT --to 15001',
    '-A OUTPUT -p tcp -m addrtype ! --dst-type LOCAL -j APPMESH_EGRESS',
  ]);
});

test('a task without proxyConfiguration has no rules', () => {
  const { proxyConfiguration: _, ...plain } = definition;
  expect(redirectRules(plain)).toEqual([]);
});

test('a member that the player does not play is an error with its path', () => {
  const strange = { ...definition, containerDefinitions: [{ name: 'a', image: 'a', links: [] }] };
  expect(() => readTaskDefinition(JSON.stringify(strange))).toThrow(
    'containerDefinitions[0].links: the player does not play it',
  );
});
