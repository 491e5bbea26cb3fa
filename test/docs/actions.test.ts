import { expect, test } from 'vitest';
import { isInspection, LOGIN_ACTION, OPERATOR_ACTIONS } from '../../controlplane/auth/actions.ts';
import { page } from './pages.ts';

test('docs/credentials.md has a row for each action of the control plane', () => {
  const rows = [...page('docs/credentials.md').text.matchAll(/^\| `(daybreak:\w+)` \|/gm)];
  expect(rows.map(([, action = '']) => action).toSorted()).toEqual([...OPERATOR_ACTIONS].toSorted());
});

test('docs/metrics.md names each value of the label `operation` that is not an operation of the API', () => {
  const [, list = ''] =
    /`operation` is an operation of the API, or (.*?); `none`/.exec(page('docs/metrics.md').text) ?? [];
  const named = [...list.matchAll(/`(\w+)`/g)].map(([, name = '']) => `daybreak:${name}`);
  expect(named.toSorted()).toEqual([...OPERATOR_ACTIONS, LOGIN_ACTION].toSorted());
});

test('docs/audit.md names each route beside the API whose uses are audited', () => {
  const [, list = ''] =
    /^- for each read of the routes beside the API (.*)$/m.exec(page('docs/audit.md').text) ?? [];
  const named = [...list.matchAll(/`(\w+)`/g)].map(([, name = '']) => `daybreak:${name}`);
  expect(named.toSorted()).toEqual([...OPERATOR_ACTIONS, LOGIN_ACTION].filter(isInspection).toSorted());
});
