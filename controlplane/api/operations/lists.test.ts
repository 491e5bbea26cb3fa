import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, REGION, routeSpec, startApi, type TestApi } from '../testing/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  await api.call('PUT', '/meshes', { meshName: 'colors' });
});
afterEach(() => api.close());

const NODES = '/meshes/colors/virtualNodes';
const make = (name: string) => api.call('PUT', NODES, { virtualNodeName: name, spec: {} });

async function read(
  path: string,
  member: string,
  key: string,
  between?: () => Promise<unknown>,
): Promise<string[][]> {
  const pages: string[][] = [];
  let token = '';
  do {
    const { body } = await api.call('GET', `${path}${token}`);
    pages.push((body[member] as Record<string, string>[]).map((item) => item[key] ?? ''));
    const next = body['nextToken'];
    token = typeof next === 'string' ? `&nextToken=${encodeURIComponent(next)}` : '';
    await between?.();
  } while (token !== '');
  return pages;
}

describe('a list', () => {
  it('comes in pages, sorted by name, without a token on the last', async () => {
    for (const name of ['d', 'b', 'ä', 'a', 'c', 'A']) await make(name);
    expect(await read(`${NODES}?limit=4`, 'virtualNodes', 'virtualNodeName')).toEqual([
      ['A', 'a', 'b', 'c'],
      ['d', 'ä'],
    ]);
    expect(await read(`${NODES}?limit=3`, 'virtualNodes', 'virtualNodeName')).toEqual([
      ['A', 'a', 'b'],
      ['c', 'd', 'ä'],
    ]);
  });

  it('has 100 items per page by default', async () => {
    for (let index = 0; index < 101; index += 1) await make(`n${String(index).padStart(3, '0')}`);
    const pages = await read(`${NODES}?`, 'virtualNodes', 'virtualNodeName');
    expect(pages.map((names) => names.length)).toEqual([100, 1]);
  });

  it('continues after the last name during concurrent writes, even if that name was deleted', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await make(name);
    let turn = 0;
    const pages = await read(`${NODES}?limit=2`, 'virtualNodes', 'virtualNodeName', async () => {
      turn += 1;
      if (turn > 1) return;
      await api.call('DELETE', `${NODES}/a`);
      await api.call('DELETE', `${NODES}/b`);
      await make('aa');
    });
    expect(pages).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });
});

describe('a token', () => {
  const arn = (name: string): string =>
    encodeURIComponent(`arn:aws:appmesh:${REGION}:${ACCOUNT}:mesh/${name}`);
  const tokenOf = async (path: string): Promise<string> => {
    const { body } = await api.call('GET', path);
    if (typeof body['nextToken'] !== 'string') throw new Error(`no token: ${JSON.stringify(body)}`);
    return encodeURIComponent(body['nextToken']);
  };
  beforeEach(async () => {
    const tags = ['a', 'b', 'c'].map((key) => ({ key, value: '' }));
    await api.call('PUT', '/meshes', { meshName: 'more', tags });
    await api.call('PUT', '/tag?resourceArn=' + arn('colors'), { tags });
    for (const mesh of ['colors', 'more']) {
      for (const name of ['a', 'b', 'c']) {
        await api.call('PUT', `/meshes/${mesh}/virtualNodes`, { virtualNodeName: name, spec: {} });
        await api.call('PUT', `/meshes/${mesh}/virtualRouters`, { virtualRouterName: name, spec: {} });
        for (const route of ['x', 'y', 'z']) {
          const spec = routeSpec(1, { virtualNode: 'a' });
          await api.call('PUT', `/meshes/${mesh}/virtualRouter/${name}/routes`, { routeName: route, spec });
        }
      }
    }
  });

  const others: readonly [string, string, string][] = [
    ['another mesh', NODES, '/meshes/more/virtualNodes'],
    ['another kind', NODES, '/meshes/colors/virtualRouters'],
    ['another parent', '/meshes/colors/virtualRouter/a/routes', '/meshes/colors/virtualRouter/b/routes'],
    ['a parent', '/meshes/colors/virtualRouter/a/routes', '/meshes/colors/virtualRouters'],
    ['all meshes', NODES, '/meshes'],
    ['the same with another filter', NODES, `${NODES}?meshOwner=${ACCOUNT}`],
    ["another resource's tags", `/tags?resourceArn=${arn('colors')}`, `/tags?resourceArn=${arn('more')}`],
  ];
  const also = (path: string): string => `${path}${path.includes('?') ? '&' : '?'}limit=1`;
  it.each(others)('is refused by the list of %s', async (_, from, to) => {
    expect((await api.call('GET', also(to))).status).toBe(200);
    expect(await api.call('GET', `${also(to)}&nextToken=${await tokenOf(also(from))}`)).toMatchObject({
      status: 400,
      error: 'BadRequestException',
      body: { message: expect.stringContaining("at 'nextToken' belongs to another list") },
    });
  });

  it('continues its own list, also with another page size', async () => {
    const { body } = await api.call('GET', `${NODES}?limit=2&nextToken=${await tokenOf(`${NODES}?limit=1`)}`);
    expect(body).toMatchObject({ virtualNodes: [{ virtualNodeName: 'b' }, { virtualNodeName: 'c' }] });
  });

  it('that is empty means the first page', async () => {
    const { body } = await api.call('GET', `${NODES}?limit=1&nextToken=`);
    expect(body).toMatchObject({ virtualNodes: [{ virtualNodeName: 'a' }] });
  });

  it.each([
    'e30',
    'eyJhZnRlciI6ImEifQ',
    '%C3%A4',
  ])('that this API did not issue is refused: %s', async (token) => {
    expect(await api.call('GET', `${NODES}?nextToken=${token}`)).toMatchObject({
      error: 'BadRequestException',
      body: { message: expect.stringContaining('is not a token that this API issued') },
    });
  });
});

describe('tags', () => {
  const arn = `arn:aws:appmesh:${REGION}:${ACCOUNT}:mesh/colors/virtualNode/white`;
  const at = `resourceArn=${encodeURIComponent(arn)}`;
  const tag = (...tags: { key: string; value: string }[]) => api.call('PUT', `/tag?${at}`, { tags });

  it('are added, replaced, listed in pages and removed, and do not change the version', async () => {
    const tags = [{ key: 'team', value: 'red' }];
    await api.call('PUT', NODES, { virtualNodeName: 'white', spec: {}, tags });
    expect(await tag({ key: 'team', value: 'blue' }, { key: 'app', value: '' })).toMatchObject({
      status: 200,
      body: {},
    });
    expect(await read(`/tags?limit=1&${at}`, 'tags', 'key')).toEqual([['app'], ['team']]);
    await api.call('PUT', `/untag?${at}`, { tagKeys: ['app', 'none'] });
    expect((await api.call('GET', `/tags?${at}`)).body).toEqual({ tags: [{ key: 'team', value: 'blue' }] });
    expect((await api.call('GET', `${NODES}/white`)).body).toMatchObject({ metadata: { version: 1 } });
  });

  it('are limited to 50', async () => {
    await make('white');
    const many = Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: '' }));
    expect((await tag(...many)).status).toBe(200);
    expect(await tag({ key: 'one more', value: '' })).toMatchObject({
      status: 400,
      error: 'TooManyTagsException',
    });
    expect((await tag({ key: 'k7', value: 'other' })).status).toBe(200);
  });

  it.each([
    [
      [
        { key: 'a', value: '' },
        { key: 'a', value: '' },
      ],
      "Value 'a' at 'tags.2.member.key'",
    ],
    [[{ key: 'aws:x', value: '' }], 'must not begin with aws:'],
    [[{ key: '', value: '' }], "Value '' at 'tags.1.member.key'"],
  ])('%j are refused', async (tags, message) => {
    await make('white');
    expect(await tag(...tags)).toMatchObject({
      error: 'BadRequestException',
      body: { message: expect.stringContaining(message) },
    });
  });

  it('of a missing resource are not found', async () => {
    expect((await tag({ key: 'a', value: '' })).error).toBe('NotFoundException');
    expect((await api.call('GET', `/tags?${at}`)).error).toBe('NotFoundException');
  });
});
