import { expect, it } from 'vitest';
import { createDraft } from '../draft.ts';
import { checkTask } from './task.ts';

const GIVEN = {
  networkMode: 'awsvpc',
  memory: '512',
  containerDefinitions: [{ memory: 512 }, { memoryReservation: 128 }],
};

it('does not warn of memory that a task reserved more of before: ECS took such tasks on Fargate', () => {
  const draft = createDraft(GIVEN);
  checkTask(draft, 1);
  expect(draft.result().problems).toEqual([]);
});

it('warns of memory that a task reserves more of than before', () => {
  const draft = createDraft(GIVEN);
  draft.set(['containerDefinitions', 1, 'memoryReservation'], 160, 'Envoy needs it');
  checkTask(draft, 1);
  expect(draft.result().problems).toMatchObject([
    {
      severity: 'warning',
      path: 'memory',
      message: 'is "512"; the containers reserve 672 MiB: the task needs more',
    },
  ]);
});
