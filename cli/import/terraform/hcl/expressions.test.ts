import { describe, expect, it } from 'vitest';
import { Open } from '../../source.ts';
import { evaluateExpression } from './evaluate.ts';
import { instancesValue, Lazy, stepInto, UNKNOWN } from './lazy.ts';
import { expressionsIn } from './syntax.ts';

const QUESTION = new Open([{ key: 'region', why: 'variable region has no value', flags: [] }]);
const NODES = instancesValue(
  new Map(['a', 'b'].map((key) => [key, new Lazy((name) => (name === 'name' ? `node-${key}` : UNKNOWN))])),
);
const NAMES: Readonly<Record<string, unknown>> = {
  local: {
    env: 'prod',
    ports: { web: 80, db: 5432 },
    list: ['b', 'a', 'b'],
    nodes: [{ name: 'x', port: 1 }],
    absent: null,
  },
  var: { region: QUESTION },
  aws_appmesh_virtual_node: { n: NODES },
  data: UNKNOWN,
};

/** Evaluates the text of an expression. */
async function evaluate(text: string): Promise<unknown> {
  const file = { file: 'main.tf', text: '', body: { value: `\${${text}}` } };
  const expression = (await expressionsIn([file])).get(text);
  if (expression === undefined) throw new Error(`${text} is a literal or a reference`);
  return evaluateExpression(
    expression,
    (steps, bindings) => stepInto({ ...NAMES, ...Object.fromEntries(bindings) }, steps),
    new Map(),
  );
}

// The results are those of the examples and rules in the Terraform language's documentation.
describe('functions', () => {
  it.each([
    ['format("%s-vn", local.env)', 'prod-vn'],
    ['format("%03d|%-4s|%q|%%|%.2f|%v", 7, "ab", "c", 1.5, true)', '007|ab  |"c"|%|1.50|true'],
    ['formatlist("%s.%s", ["a", "b"], local.env)', ['a.prod', 'b.prod']],
    ['formatlist("%s-%d", ["a", "b"], [1, 2])', ['a-1', 'b-2']],
    ['formatlist("%s", [])', []],
    ['lower("ABC")', 'abc'],
    ['title("hello world")', 'Hello World'],
    ['trimspace("  x ")', 'x'],
    ['trim("?!hello?!", "!?")', 'hello'],
    ['trimprefix("helloworld", "hello")', 'world'],
    ['trimsuffix("helloworld", "world")', 'hello'],
    ['replace("1 + 2 + 3", "+", "-")', '1 - 2 - 3'],
    ['replace("hello world", "/w.*d/", "everybody")', 'hello everybody'],
    ['replace("a-b", "/(a)-(b)/", "$2-$1")', 'b-a'],
    ['substr("hello world", 1, 4)', 'ello'],
    ['substr("hello world", -5, -1)', 'world'],
    ['split(",", "foo,bar,baz")', ['foo', 'bar', 'baz']],
    ['join("-", ["foo", "bar"], ["baz"])', 'foo-bar-baz'],
    ['length("é😀")', 2],
    ['concat(["a"], [], ["b"])', ['a', 'b']],
    ['flatten([["a", "b"], [], ["c", ["d"]]])', ['a', 'b', 'c', 'd']],
    ['compact(["a", "", null, "c"])', ['a', 'c']],
    ['distinct(local.list)', ['b', 'a']],
    ['toset(local.list)', ['a', 'b']],
    ['sort(["e", "d", "a"])', ['a', 'd', 'e']],
    ['contains(local.list, "c")', false],
    ['element(["a", "b", "c"], 3)', 'a'],
    ['slice(["a", "b", "c", "d"], 1, 3)', ['b', 'c']],
    ['range(1, 8, 2)', [1, 3, 5, 7]],
    ['range(4, 1)', [4, 3, 2]],
    ['keys(local.ports)', ['db', 'web']],
    ['values(local.ports)', [5432, 80]],
    ['lookup(local.ports, "mail", 25)', 25],
    ['merge({ a = 1, b = 2 }, null, { b = 3 })', { a: 1, b: 3 }],
    ['zipmap(["a", "b"], [1, 2])', { a: 1, b: 2 }],
    ['coalesce("", null, "b")', 'b'],
    ['coalescelist([], ["c"])', ['c']],
    ['one([])', null],
    ['one(["a"])', 'a'],
    ['max([12, 54, 3]...)', 54],
    ['tonumber("15") + 1', 16],
    ['tobool("true") && true', true],
    ['tostring(1)', '1'],
    ['alltrue(["true", true])', true],
    ['anytrue([])', false],
    ['sum([10, 13, 6, 4.5])', 33.5],
    ['setunion(["a", "b"], ["c", "b"])', ['a', 'b', 'c']],
    ['setintersection(["a", "b"], ["c", "b"])', ['b']],
    ['setsubtract(["a", "b", "c"], ["a", "c"])', ['b']],
    [
      'setproduct(["dev", "prod"], ["a", "b"])',
      [
        ['dev', 'a'],
        ['dev', 'b'],
        ['prod', 'a'],
        ['prod', 'b'],
      ],
    ],
    ['chunklist(["a", "b", "c"], 2)', [['a', 'b'], ['c']]],
    ['chomp("hello\\n")', 'hello'],
    ['strrev("a☃")', '☃a'],
    ['basename("foo/bar/baz.txt")', 'baz.txt'],
    ['dirname("foo/bar/baz.txt")', 'foo/bar'],
    ['base64decode(base64encode("Hello World"))', 'Hello World'],
    ['jsondecode("{\\"hello\\": 1}").hello', 1],
    ['jsonencode({ b = [1, null], a = "<&>" })', '{"a":"\\u003c\\u0026\\u003e","b":[1,null]}'],
    ['regex("[a-z]+", "53453453.345345aaabbbccc23454")', 'aaabbbccc'],
    ['regex("(\\\\d\\\\d\\\\d\\\\d)-(\\\\d\\\\d)", "2019-02-01")', ['2019', '02']],
    ['try(regex("x", "abc"), "none")', 'none'],
    ['coalesce("", "a", data.x.y)', 'a'],
    ['lookup(local.ports, "web", data.x.y)', 80],
  ])('%s', async (text, value) => {
    expect(await evaluate(text)).toEqual(value);
  });

  it.each([
    ['an argument of another kind', 'lower([1])'],
    ['a verb without an argument', 'format("%s %s", "a")'],
    ['an argument without a verb', 'format("a", "b")'],
    ['lists of different lengths', 'formatlist("%s%s", ["a"], ["b", "c"])'],
    ['an empty list', 'element([], 0)'],
    ['a list that is no list', 'concat("a", ["b"])'],
    ['a text that is no number', 'tonumber("x")'],
    ['a division by zero', '1 / 0'],
    ['more than one item', 'one(["a", "b"])'],
  ])('%s has no value', async (_, text) => {
    expect(await evaluate(text)).toBeUndefined();
  });
});

describe('operators and collections', () => {
  it.each([
    ['local.env == "prod" ? "a" : "b"', 'a'],
    ['!(1 > 2) && 3 >= 3', true],
    ['1 + 2 * 3 - 4 % 3', 6],
    ['-local.ports["web"]', -80],
    ['"${local.env}:${local.ports.web}"', 'prod:80'],
    ['upper("x\\ty\\u00e9 $${z}")', 'X\tYÉ ${Z}'],
    ['[for s in local.list : upper(s) if s != "a"]', ['B', 'B']],
    ['[for k, v in local.ports : "${k}=${v}"]', ['db=5432', 'web=80']],
    ['{ for k, v in local.ports : upper(k) => v if v > 100 }', { DB: 5432 }],
    ['{ for index, s in local.list : s => index... }', { a: [1], b: [0, 2] }],
    ['{ Name = "x", (local.env) = 1, "a-${local.env}" = [1] }', { Name: 'x', prod: 1, 'a-prod': [1] }],
    ['local.nodes[*].name', ['x']],
    ['local.absent[*]', []],
    ['local.ports[local.env == "prod" ? "web" : "db"]', 80],
    ['aws_appmesh_virtual_node.n[lower("A")].name', 'node-a'],
    ['values(aws_appmesh_virtual_node.n)[*].name', ['node-a', 'node-b']],
    ['length(aws_appmesh_virtual_node.n)', 2],
  ])('%s', async (text, value) => {
    expect(await evaluate(text)).toEqual(value);
  });
});

describe('values that are not known', () => {
  it.each([
    ['a member that does not exist is caught by try', 'try(local.ports.mail, 25)', 25],
    ['can tells whether a value exists', 'can(local.ports.mail)', false],
    ['a value that import does not evaluate is not caught by try', 'try(data.x.y, 1)', UNKNOWN],
    ['a function that import does not evaluate is not caught by try', 'try(file("x"), 1)', UNKNOWN],
    ['a part that is not evaluated makes the whole unknown', '"${data.x.y}-${local.env}"', UNKNOWN],
    ['a question stays one through functions', 'lower("${var.region}-x")', QUESTION],
    ['a branch that is not taken is not evaluated', 'local.env == "prod" ? 1 : data.x.y', 1],
  ])('%s', async (_, text, value) => {
    expect(await evaluate(text)).toEqual(value);
  });
});
