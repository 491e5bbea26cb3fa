import { describe, expect, it } from 'vitest';
import { parseFile } from '../reading/parse.ts';
import { createAnswers } from './answers.ts';
import { parametersIn, parseParameter } from './parameters.ts';

describe('answers', () => {
  it('for a file override those for all files, with any suffix of its path', () => {
    const answers = createAnswers([
      ['K', 'all'],
      ['b.yaml:K', 'b'],
      ['x/c.yaml:K', 'c'],
      ['never', ''],
    ]);
    expect(['a/a.yaml', 'a/b.yaml', 'x/c.yaml', 'y/c.yaml'].map((file) => answers.take('K', file))).toEqual([
      'all',
      'b',
      'c',
      'all',
    ]);
    expect(answers.take('missing')).toBeUndefined();
    expect(answers.unused()).toEqual(['never']);
  });

  it.each([
    ['a=b=c', ['a', 'b=c']],
    ['a=', ['a', '']],
    ['ImportValue:a:b=c', ['ImportValue:a:b', 'c']],
  ])('parses %s', (text, pair) => {
    expect(parseParameter(text)).toEqual(pair);
  });

  it.each(['a', '=b', ''])('refuses %j as a parameter', (text) => {
    expect(() => parseParameter(text)).toThrow('it has to be KEY=VALUE');
  });

  it.each([
    [
      'of the command line',
      '[{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "UsePreviousValue": true}]',
    ],
    ['of deploy', '["A=1"]'],
    ['of CodePipeline', '{"Parameters": {"A": 1, "B": null}, "Tags": {"C": "3"}}'],
    ['a map', 'A: 1\nB:\n'],
    ['questions', 'questions:\n  - {parameter: A, value: 1}\n  - {parameter: B, value: }\n'],
  ])('are read from files: %s', (_, text) => {
    expect(parametersIn(parseFile('p', text))).toEqual([['A', '1']]);
  });

  it('joins a list with commas', () => {
    expect(parametersIn(parseFile('p', 'A: [1, b]'))).toEqual([['A', '1,b']]);
  });

  it.each(['- 1', 'a: {b: c}', '- {a: b}', 'text'])('refuses %j as a file of parameters', (text) => {
    expect(() => parametersIn(parseFile('p', text))).toThrow('p:1: not a file of parameters: it has to be');
  });

  it('reports the place of a syntax error', () => {
    expect(() => parametersIn(parseFile('p', 'a: ['))).toThrow(/^p:1: column \d+: /);
  });
});
