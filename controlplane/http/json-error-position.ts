/** The position of the first JSON error: the offset, in UTF-16 units, and what is allowed there. */
export type JsonError = { readonly offset: number; readonly expected: string };

const BLANKS = /[ \t\n\r]*/y;
const TOKEN =
  // oxlint-disable-next-line no-control-regex
  /[{}[\],:]|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

type State = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or }' | ', or ]' | 'the end';

const EXPECTED: Readonly<Record<State, string>> = {
  value: 'a value',
  'value or ]': 'a value or "]"',
  name: 'a name in double quotes',
  'name or }': 'a name in double quotes or "}"',
  ':': '":"',
  ', or }': '"," or "}"',
  ', or ]': '"," or "]"',
  'the end': 'nothing more',
};

/** Finds the first error in a text that JSON.parse refused: the engine's own messages often have no position. */
export function findJsonError(text: string): JsonError {
  const open: ('{' | '[')[] = [];
  let state: State = 'value';
  let offset = 0;
  for (;;) {
    offset += match(BLANKS, text, offset).length;
    const token = match(TOKEN, text, offset);
    const next = follow(state, token, open);
    if (next === undefined) return { offset, expected: EXPECTED[state] };
    state = next;
    offset += token.length;
  }
}

function match(pattern: RegExp, text: string, offset: number): string {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0] ?? '';
}

// Returns the state after a token, undefined if the token is not allowed. `open`: the stack of open brackets.
function follow(state: State, token: string, open: ('{' | '[')[]): State | undefined {
  const closed = (): State => {
    const around = open.at(-1);
    if (around === undefined) return 'the end';
    return around === '{' ? ', or }' : ', or ]';
  };
  switch (state) {
    case 'value or ]':
      if (token !== ']') return follow('value', token, open);
      open.pop();
      return closed();
    case 'value':
      if (token === '' || '}],:'.includes(token)) return undefined;
      if (token !== '{' && token !== '[') return closed();
      open.push(token);
      return token === '{' ? 'name or }' : 'value or ]';
    case 'name or }':
      if (token !== '}') return follow('name', token, open);
      open.pop();
      return closed();
    case 'name':
      return token.startsWith('"') ? ':' : undefined;
    case ':':
      return token === ':' ? 'value' : undefined;
    case ', or }':
    case ', or ]':
      if (token === ',') return state === ', or }' ? 'name' : 'value';
      if (token !== state.at(-1)) return undefined;
      open.pop();
      return closed();
    case 'the end':
      break;
  }
  return undefined;
}
