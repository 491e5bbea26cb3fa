import { expect, it } from 'vitest';
import { createDraft } from '../draft.ts';
import { checkCommand } from './command.ts';

it.each([
  [
    'an entry point for an old image',
    { entryPoint: ['sh', '-c'], command: ['/certs.sh && /usr/bin/envoy-wrapper'] },
    ['entryPoint'],
  ],
  ['a command for an old image', { command: ['/usr/bin/envoy-wrapper'] }, ['command']],
  [
    'a script that ends in the agent',
    { entryPoint: ['sh', '-c'], command: ['/certs.sh && exec /usr/bin/agent'] },
    [],
  ],
  ['empty lists, as describe-task-definition answers', { entryPoint: [], command: [] }, []],
  ['none', {}, []],
])('the command of Envoy: %s', (_, envoy, members) => {
  const draft = createDraft({ containerDefinitions: [envoy] });
  checkCommand(draft, 0);
  expect(draft.result().problems.map(({ severity, path }) => `${severity} ${path}`)).toEqual(
    members.map((member) => `warning containerDefinitions[0].${member}`),
  );
});
