import { isObject } from '../../../common/is-object.ts';
import { describePlace, type Path } from '../place.ts';
import { Open } from '../source.ts';
import { fault, once, type Export, type Stack } from './stack.ts';
import { placeIn } from './template.ts';
import { textOf, type Value } from './value.ts';

/** Returns the value of an export: from the answers, a given template, or `--outputs`, in this order. */
export function importedValue(stack: Stack, name: string, path: Path): Value {
  const { exports, answers, template } = stack;
  const key = `ImportValue:${name}`;
  const answer = answers.take(key, template.file);
  if (answer !== undefined) return answer;
  exports.index ??= indexOf(exports.stacks);
  const found = exports.index.get(name) ?? [];
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    return fault(
      stack,
      path,
      `export ${name} is exported twice: in ${placeOf(first)} and in ${placeOf(second)}`,
    );
  }
  if (first !== undefined) return outputValue(first.stack, first.output, path);
  const [said, other] = exports.answers.exports.get(name) ?? [];
  if (said !== undefined && other !== undefined) {
    return fault(
      stack,
      path,
      `export ${name} has two values: ${said.value} in ${said.file}, ${other.value} in ${other.file}`,
    );
  }
  if (said !== undefined) return said.value;
  return new Open([
    {
      key,
      why: `none of the given templates exports ${name}`,
      flags: ['--outputs FILE', `--parameter ${key}=VALUE`],
    },
  ]);
}

/** Returns the value of an output of a stack; `path` leads to the reference. */
export function outputValue(stack: Stack, output: string, path: Path): Value {
  const declared = stack.template.outputs[output];
  const own = ['Outputs', output, 'Value'];
  return once(stack, `output ${output}`, path, () =>
    stack.evaluate(isObject(declared) ? declared['Value'] : undefined, own),
  );
}

function indexOf(stacks: readonly Stack[]): ReadonlyMap<string, readonly Export[]> {
  const index = new Map<string, readonly Export[]>();
  for (const stack of stacks) {
    for (const [output, declared] of Object.entries(stack.template.outputs)) {
      const exported = isObject(declared) ? declared['Export'] : undefined;
      if (!isObject(exported)) continue;
      const name = textOf(stack.evaluate(exported['Name'], ['Outputs', output, 'Export', 'Name']));
      if (name !== undefined) index.set(name, [...(index.get(name) ?? []), { stack, output }]);
    }
  }
  return index;
}

function placeOf({ stack, output }: Export): string {
  return describePlace(placeIn(stack.template, ['Outputs', output], stack.prefix));
}
