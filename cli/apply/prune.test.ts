import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBench, type Bench } from '../testing/control-plane.ts';
import { documents, mesh, node, wrongNode } from './testing/folder.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.close());

describe('prune', () => {
  const tagged = (name: string, ...tags: readonly string[]) =>
    node(name, { tags: tags.map((key) => ({ key, value: 'yes' })) });
  const names = () =>
    [...bench.api.live.model.resources()]
      .map(({ kind, mesh: within, name }) => `${kind} ${within}/${name}`)
      .toSorted();

  it('deletes only resources that have all tags of the selector and are in no file', async () => {
    const other = { meshName: 'other' };
    const all = [mesh, tagged('in', 'a'), tagged('out', 'a'), tagged('both', 'a', 'b'), tagged('none')];
    await bench.apply(['-'], {
      stdin: JSON.stringify([...all, other, { ...tagged('far', 'a'), meshName: 'other' }]),
    });
    const stdin = JSON.stringify([tagged('in', 'a')]);
    const narrow = await bench.apply(['-'], { stdin, prune: true, selector: ['a=yes,b=yes'] });
    expect(narrow.stdout).toBe(
      'unchanged  virtual node colors/in (version 1)\ndeleted    virtual node colors/both\n0 created, 0 changed, 1 deleted, 1 unchanged.\n',
    );
    await bench.apply(['-'], { stdin, mesh: 'colors', prune: true, selector: ['a=yes'] });
    expect(names()).toEqual([
      'mesh colors/colors',
      'mesh other/other',
      'virtualNode colors/in',
      'virtualNode colors/none',
      'virtualNode other/far',
    ]);
    await bench.apply(['-'], { stdin, prune: true, selector: ['a=yes'] });
    expect(names()).not.toContain('virtualNode other/far');
    expect((await bench.apply(['-'], { stdin, prune: true, selector: ['a=no'] })).stdout).toContain(
      '0 deleted',
    );
  });

  it('deletes a whole mesh, children before parents', async () => {
    await bench.write('all.json', documents);
    await bench.apply(['all.json']);
    const ran = await bench.apply(['-'], {
      stdin: '{"meshName":"other"}',
      prune: true,
      selector: ['team=colors'],
    });
    expect(ran.code).toBe(0);
    expect(names()).toEqual(['mesh other/other']);
  });

  it('deletes nothing if any step failed', async () => {
    await bench.write('all.json', documents);
    await bench.apply(['all.json']);
    await bench.apply(['-'], { stdin: JSON.stringify(tagged('out', 'a')) });
    const ran = await bench.apply(['-'], {
      stdin: JSON.stringify(wrongNode),
      prune: true,
      selector: ['a=yes'],
    });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(
      'daybreak: deleting virtual node colors/out: nothing is deleted, because something else failed\n',
    );
    expect(names()).toContain('virtualNode colors/out');
  });

  const wrong: readonly [string, object, string][] = [
    ['without a selector', { prune: true }, '--prune needs --selector'],
    ['a selector without --prune', { selector: ['a=b'] }, '--prune is not given'],
    ['an invalid selector', { prune: true, selector: ['a'] }, '--selector "a": it has to be key=value'],
    ['no document at all', { prune: true, selector: ['a=b'] }, 'there is no document in -'],
  ];
  it.each(wrong)('is refused: %s', async (_, options, message) => {
    await expect(bench.apply(['-'], options)).rejects.toThrow(message);
  });
});
