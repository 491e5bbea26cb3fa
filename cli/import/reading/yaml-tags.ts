import { Pair, Scalar, YAMLMap, type CollectionTag, type ScalarTag, type Tags, type YAMLSeq } from 'yaml';

/** The long forms of CloudFormation's functions that do not begin with `Fn::`. */
const OTHER_NAMES: Readonly<Record<string, string>> = { Ref: 'Ref', Condition: 'Condition' };

/** The functions of CloudFormation with short forms, such as `!Sub`. */
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
 * Returns the tags for parsing: the core schema, and CloudFormation's short forms, each converted to its long form. A number that
 * JavaScript would write differently stays a text: an account that begins with 0, a version 1.0.
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
  // `!GetAtt A.B.C` means the attribute B.C of A.
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

// Inside the long form the collection has no tag.
function untagged<C extends YAMLMap | YAMLSeq>(collection: C): C {
  delete collection.tag;
  return collection;
}
