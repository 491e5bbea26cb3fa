import { describe, expect, it } from 'vitest';
import { API_MODEL } from '../../controlplane/model/api-model.ts';
import { fold, spell } from './names.ts';
import { Open } from './source.ts';

describe('spelling', () => {
  it('accepts any case, and _', () => {
    const spec = { Listeners: [{ port_mapping: { PORT: 1, protocol: 'http' }, TLS: { Mode: 'STRICT' } }] };
    expect(spell('VirtualNodeSpec', spec)).toEqual({
      value: { listeners: [{ portMapping: { port: 1, protocol: 'http' }, tls: { mode: 'STRICT' } }] },
      strays: [],
    });
  });

  it('accepts the singular of a list, and a block for a structure', () => {
    const spec = [
      {
        http_route: [
          {
            match: [{ prefix: '/', header: [{ name: 'a' }], query_parameter: [{ name: 'b' }] }],
            action: [{ weighted_target: [{ virtual_node: 'n', weight: 1 }] }],
          },
        ],
      },
    ];
    expect(spell('RouteSpec', spec, { blocks: true })).toEqual({
      value: {
        httpRoute: {
          match: { prefix: '/', headers: [{ name: 'a' }], queryParameters: [{ name: 'b' }] },
          action: { weightedTargets: [{ virtualNode: 'n', weight: 1 }] },
        },
      },
      strays: [],
    });
    expect(spell('RouteSpec', spec).value).toBe(spec);
  });

  it('accepts a map for a list of keys and values', () => {
    expect(spell('TagList', { team: 'a', n: 1 }).value).toEqual([
      { key: 'team', value: 'a' },
      { key: 'n', value: '1' },
    ]);
    expect(spell('TagList', [{ Key: 'a', Value: true }]).value).toEqual([{ key: 'a', value: 'true' }]);
  });

  it.each([
    ['PortNumber', '8080', 8080],
    ['PortNumber', '80.5', '80.5'],
    ['PortNumber', '', ''],
    ['Boolean', 'True', true],
    ['Boolean', 'no', false],
    ['Boolean', 'maybe', 'maybe'],
    ['ResourceName', 7, '7'],
    ['ResourceName', ['a'], ['a']],
  ])('converts for %s: %j to %j', (shape, from, to) => {
    expect(spell(shape, from).value).toEqual(to);
  });

  it('drops only null, and returns unknown members as strays', () => {
    expect(spell('PortMapping', { Port: null, Protocol: 'tcp', Prot: null, More: { a: 1 } })).toEqual({
      value: { protocol: 'tcp' },
      strays: [{ path: ['More'], message: 'unknown member; known: port, protocol' }],
    });
  });

  it('gives the path of a stray in the spelling of the file', () => {
    const { strays } = spell('VirtualNodeSpec', { Listeners: [{}, { Port_Mapping: { port: 1, Port: 2 } }] });
    expect(strays).toEqual([
      {
        path: ['Listeners', 1, 'Port_Mapping', 'Port'],
        message: 'the member port occurs twice, in different spellings',
      },
    ]);
  });

  it('keeps open values in place', () => {
    const open = new Open([]);
    expect(spell('PortMapping', { Port: open }).value).toEqual({ port: open });
  });

  it('is unambiguous for all members of each structure of the API model', () => {
    const twice = Object.entries(API_MODEL.shapes).filter(([, { members = {} }]) => {
      const folded = Object.keys(members).map(fold);
      return new Set(folded).size < folded.length;
    });
    expect(twice).toEqual([]);
  });
});
