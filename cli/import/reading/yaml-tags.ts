import { Pair, Scalar, YAMLMap, type CollectionTag, type ScalarTag, type Tags, type YAMLSeq } from 'yaml';

/** The short forms of CloudFormation that are not `Fn::` and their name. */
const OTHER_NAMES: Readonly<Record<string, string>> = { Ref: 'Ref', Condition: 'Condition' };

/** The short forms of CloudFormation: `!Sub` and the like. */
const FUNCTIONS = [
  'And',
  'Base64',
  'Cidr',
  'Condition',
  'Contains',
  'EachMemberEquals',
  'EachMemberIn',
  'Equals',
  'FindInMap',
  'ForEach',
  'GetAZs',
  'GetAtt',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Ref',
  'RefAll',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
  'ValueOf',
  'ValueOfAll',
] as const;

/**
 * The tags that files are read with: the core schema, where a number that its digits do not give back (an account that
 * begins with 0, a version 1.0) stays a text; and CloudFormation's short forms, each as its long one.
 */
export function yamlTags(standard: Tags): Tags {
  const exact = standard.map((tag) => (isNumber(tag) ? exactNumber(tag) : tag));
  return [...exact, ...FUNCTIONS.flatMap(shortForm)];
}

function isNumber(tag: Tags[number]): tag is ScalarTag {
  return typeof tag === 'object' && tag.collection === undefined && /:(?:int|float)$/.test(tag.tag);
}

function exactNumber(tag: ScalarTag): ScalarTag {
  return { ...tag, resolve: (text) => (String(Number(text)) === text ? Number(text) : text) };
}

function shortForm(name: string): (ScalarTag | CollectionTag)[] {
  const long = OTHER_NAMES[name] ?? `Fn::${name}`;
  const tag = `!${name}`;
  // `!GetAtt A.B.C` is the attribute B.C of A.
  const argument = (text: string): unknown => (name === 'GetAtt' ? splitOnce(text) : text);
  return [
    { tag, resolve: (text) => ({ [long]: argument(text) }) },
    { tag, collection: 'map', resolve: (value) => wrapped(long, untagged(value as YAMLMap)) },
    { tag, collection: 'seq', resolve: (value) => wrapped(long, untagged(value as YAMLSeq)) },
  ];
}

function splitOnce(text: string): readonly string[] {
  const dot = text.indexOf('.');
  return dot === -1 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

function wrapped(long: string, collection: YAMLMap | YAMLSeq): YAMLMap {
  const map = new YAMLMap();
  map.items.push(new Pair(new Scalar(long), collection));
  return map;
}

// The parser writes the tag on the collection that it gave; as a part of the long form it has none.
function untagged<C extends YAMLMap | YAMLSeq>(collection: C): C {
  delete collection.tag;
  return collection;
}
