import { expect, it } from 'vitest';
import { runRender } from '../testing/run-render.ts';

it.each([
  [
    'a template with a placeholder for a container, which was a container without a name',
    '{"family": $NAME, "proxyConfiguration": {"containerName": "envoy"}, "containerDefinitions": [{"name": "app"}, $ENVOY_CONTAINER_JSON]}',
    '(stdin):1: containerDefinitions[1]: "$ENVOY_CONTAINER_JSON" is not a container: this is a template, to be filled in first',
  ],
  [
    'a template that is not JSON yet with three syntax errors at most: it had all 232',
    `[\n${'  { "name": ${name}, "image": ${image} },\n'.repeat(15)}]`,
    ', and 229 more; it is YAML only when its variables are filled in: envsubst < FILE',
  ],
  [
    'a template of CloudFormation without a task definition, which was "among none"',
    '{"Resources":{"L":{"Type":"AWS::Logs::LogGroup"}}}',
    'it has no task definition',
  ],
])('refuses %s', async (_, text, message) => {
  const { code, stdout, stderr } = await runRender({ text }, { image: 'envoy:1', xdsEndpoint: 'http://h:1' });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(message);
});
