import { parse } from 'yaml';
import type { Answers } from '../answers/answers.ts';
import { isObject } from '../../../common/is-object.ts';
import { Open, type Question } from '../source.ts';

/**
 * Variables in manifests, as `envsubst` and `sed` substitute them: `${NAME}`, `${NAME:-default}`, and `$NAME` in capitals. A
 * variable without a value stays in the text until the conversion ends, so that names that contain it still match each other.
 */
export type Variables = {
  /** Substitutes the known variables in a value, at any depth. */
  readonly fill: (value: unknown, file: string) => unknown;
  /** Returns the answer to a question. Without one, returns the question's variable, which `open` replaces later. */
  readonly ask: (question: Question) => string;
  /** Replaces each text that contains an unanswered variable with an open value. */
  readonly open: (value: unknown, file: string) => unknown;
};

const VARIABLE = /\$\{([^{}\s]+)\}|\$([A-Z_][A-Z0-9_]*)/g;

/** Creates variables with values from the answers. Literal files have no variables. */
export function createVariables(answers: Answers, isLiteral: (file: string) => boolean): Variables {
  const questions = new Map<string, Question>();
  const valueOf = (text: string, file: string): string | undefined => {
    const [, name = '', otherwise] = /^(.*?)(?::[-=](.*))?$/s.exec(text) ?? [];
    return answers.take(name, file) ?? otherwise;
  };
  const fillText = (text: string, file: string): unknown => {
    const filled = text.replaceAll(VARIABLE, (whole, braced?: string, bare?: string) => {
      return valueOf(braced ?? bare ?? '', file) ?? whole;
    });
    return isVariable(text) && filled !== text ? collectionIn(filled) : filled;
  };
  return {
    fill: (value, file) => (isLiteral(file) ? value : map(value, (text) => fillText(text, file))),
    ask: (question) => {
      const given = answers.take(question.key);
      if (given !== undefined) return given;
      questions.set(question.key, question);
      return `\${${question.key}}`;
    },
    open: (value, file) =>
      isLiteral(file)
        ? value
        : map(value, (text) => {
            const names = [...text.matchAll(VARIABLE)].map(([, braced, bare]) => braced ?? bare ?? '');
            if (names.length === 0) return text;
            return new Open(names.map((name) => questions.get(name) ?? questionOf(name)));
          }),
  };
}

function questionOf(key: string): Question {
  return { key, why: `variable ${key} has no value`, flags: [`--parameter ${key}=VALUE`] };
}

function isVariable(text: string): boolean {
  return text.trim().replaceAll(VARIABLE, '') === '';
}

// The value of a variable may be a list or map in YAML.
function collectionIn(text: string): unknown {
  if (!/^\s*(?:[[{]|- )/.test(text) && !text.includes('\n')) return text;
  try {
    const value: unknown = parse(text);
    return typeof value === 'object' && value !== null ? value : text;
  } catch {
    return text;
  }
}

function map(value: unknown, text: (text: string) => unknown): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((each) => map(each, text));
  if (!isObject(value) || value instanceof Open) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [String(text(name)), map(part, text)]),
  );
}
