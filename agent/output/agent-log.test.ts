import { expect, test } from 'vitest';
import { createAgentLog } from './agent-log.ts';

test.each([
  [{}, false, 'json'],
  [{}, true, 'text'],
  [{ DAYBREAK_LOG_FORMAT: ' text ' }, false, 'text'],
  [{ DAYBREAK_LOG_FORMAT: 'json' }, true, 'json'],
  [{ DAYBREAK_LOG_FORMAT: 'xml' }, false, 'json'],
])('%j, terminal %j: the form is %s', (env, isTerminal, form) => {
  expect(createAgentLog(env, isTerminal).form).toBe(form);
});
