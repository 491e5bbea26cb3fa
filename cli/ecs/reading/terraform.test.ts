import { describe, expect, test } from 'vitest';
import { terraformDefinitions } from './terraform.ts';

const ADDRESS = 'aws_ecs_task_definition.app';

function definitionsOf(containers: unknown) {
  const values = { family: 'app', container_definitions: containers };
  const resource = { address: ADDRESS, mode: 'managed', type: 'aws_ecs_task_definition', values };
  const value = { values: { root_module: { resources: [resource] } } };
  return terraformDefinitions('show.json', { value, line: 1, lineAt: () => 7 });
}

test('takes the containers of a task definition from their JSON text', () => {
  const { given, problems } = definitionsOf('[{"name":"app","image":"app:1"},null]');
  expect(problems).toEqual([]);
  expect(given).toMatchObject([
    { name: ADDRESS, definition: { family: 'app', containerDefinitions: [{ name: 'app', image: 'app:1' }] } },
  ]);
});

describe('a state file of Terraform, as in a bucket, is read; it was no task definition', () => {
  const resource = {
    module: 'module.shop',
    mode: 'managed',
    type: 'aws_ecs_task_definition',
    name: 'app',
    instances: [
      { index_key: 'blue', attributes: { family: 'app', container_definitions: '[{"name":"app"}]' } },
      { index_key: 'green', deposed: '1a2b', attributes: { family: 'old', container_definitions: '[]' } },
    ],
  };
  const read = (state: object) =>
    terraformDefinitions('terraform.tfstate', { value: state, line: 1, lineAt: () => 7 });

  test('with the addresses of its instances, without those that are deposed', () => {
    const state = { version: 4, lineage: 'l', resources: [resource, { ...resource, mode: 'data' }] };
    const { given, problems } = read(state);
    expect(problems).toEqual([]);
    expect(given).toEqual([
      {
        name: 'module.shop.aws_ecs_task_definition.app["blue"]',
        place: { file: 'terraform.tfstate', line: 7, id: 'module.shop.aws_ecs_task_definition.app["blue"]' },
        definition: { family: 'app', containerDefinitions: [{ name: 'app' }] },
      },
    ]);
  });

  test.each([
    ['an encrypted state', { lineage: 'l', encrypted_data: 'x' }, /encrypted state/],
    ['a state of an older version', { version: 3, lineage: 'l', modules: [] }, /state of version 3/],
  ])('%s is a problem', (_, state, message) => {
    expect(read(state)).toMatchObject({
      given: [],
      problems: [{ message: expect.stringMatching(message) as string }],
    });
  });
});

test.each([
  ['text that is no JSON', '[{name'],
  ['a single container, without a list around it', '{"name":"app"}'],
  ['a text', '"app"'],
])('%s in the place of containers is a problem with its place; it ended the command with an error of JavaScript', (_, text) => {
  expect(definitionsOf(text)).toMatchObject({
    given: [],
    problems: [
      {
        place: { file: 'show.json', line: 7, id: ADDRESS },
        message: expect.stringMatching(/container_definitions .* JSON list of containers/) as string,
      },
    ],
  });
});

test('containers that are known only after terraform apply are a problem that names the way out', () => {
  expect(definitionsOf(undefined).problems).toMatchObject([
    { message: expect.stringMatching(/terraform show/) as string },
  ]);
});
