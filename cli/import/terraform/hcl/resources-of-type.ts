import type { ParsedFile } from '../../reading/parsed.ts';
import type { ImportProblem, Place } from '../../place.ts';
import type { ImportContext } from '../../source.ts';
import { lineOf, rootScopes } from './configurations.ts';
import { suffixOf } from './repetition.ts';
import type { Scope } from './scope.ts';

/** An evaluated resource of a configuration. A value that the files do not give is an `Open`, at any depth. */
export type EvaluatedResource = {
  readonly address: string;
  readonly attributes: unknown;
  readonly place: Place;
};

/** Returns the resources of one type in configurations, in all modules that are among the files. */
export async function resourcesOfType(
  files: readonly ParsedFile[],
  context: ImportContext,
  type: string,
): Promise<{
  readonly resources: readonly EvaluatedResource[];
  readonly problems: readonly ImportProblem[];
}> {
  const { roots, problems } = await rootScopes(files, context);
  const resources: EvaluatedResource[] = [];
  const collect = (scope: Scope): void => {
    for (const [key, resource] of scope.module.resources) {
      if (resource.type !== type) continue;
      const address = `${scope.prefix}${key}`;
      const place = {
        file: resource.file.file,
        line: lineOf(resource.file, type, resource.name),
        id: address,
      };
      const found = scope.instancesOf(resource, address);
      if (found.kind === 'wrong') problems.push({ place, message: found.message });
      if (found.kind === 'open')
        for (const { why, flags } of found.open.questions)
          problems.push({
            place,
            message: `it is not known whether there is one: ${why}; answer with ${flags.join(' or ')}`,
          });
      if (found.kind !== 'known') continue;
      for (const { key: own, bindings } of found.instances) {
        const id = address + suffixOf(own);
        resources.push({
          address: id,
          attributes: scope.evaluate(resource.body, id, [], bindings),
          place: { ...place, id },
        });
      }
    }
    for (const name of scope.module.calls.keys()) {
      const children = scope.children(name);
      if (children?.kind === 'known') for (const child of children.scopes.values()) collect(child);
    }
  };
  for (const root of roots) collect(root);
  return { resources, problems };
}
