import { dirname, join } from 'node:path';
import { isObject } from '../is-object.ts';
import type { ParsedFile } from '../reading/parsed.ts';

/** A stack that a CDK app was synthesized to. */
export type SynthesizedStack = {
  /** The path of its template. */
  readonly template: string;
  readonly name: string | undefined;
  readonly account: string | undefined;
  readonly region: string | undefined;
};

/** What a `manifest.json` of CDK's leads to: stacks, and the manifests of stages. */
export type Manifest = {
  readonly stacks: readonly SynthesizedStack[];
  readonly manifests: readonly string[];
};

/** Reads a manifest; undefined for any other file. */
export function manifestIn({ file, documents }: ParsedFile): Manifest | undefined {
  const [value] = documents.map((document) => document.value);
  if (!isObject(value) || typeof value['version'] !== 'string' || !isObject(value['artifacts']))
    return undefined;
  const folder = dirname(file);
  const stacks: SynthesizedStack[] = [];
  const manifests: string[] = [];
  for (const [id, artifact] of Object.entries(value['artifacts'])) {
    if (!isObject(artifact)) continue;
    const properties = isObject(artifact['properties']) ? artifact['properties'] : {};
    const { templateFile, stackName, directoryName } = properties;
    if (artifact['type'] === 'aws:cloudformation:stack' && typeof templateFile === 'string') {
      const name = typeof stackName === 'string' ? stackName : id;
      stacks.push({ template: join(folder, templateFile), name, ...environmentOf(artifact['environment']) });
    } else if (artifact['type'] === 'cdk:cloud-assembly' && typeof directoryName === 'string') {
      manifests.push(join(folder, directoryName, 'manifest.json'));
    }
  }
  return { stacks, manifests };
}

/** Whether a file is one of those that CDK writes beside templates and manifests. */
export function isByProduct({ documents }: ParsedFile): boolean {
  const [value] = documents.map((document) => document.value);
  if (!isObject(value) || typeof value['version'] !== 'string') return false;
  return isObject(value['tree']) || (isObject(value['files']) && isObject(value['dockerImages']));
}

// `aws://111122223333/eu-west-1`, or `aws://unknown-account/unknown-region`.
function environmentOf(value: unknown): Pick<SynthesizedStack, 'account' | 'region'> {
  const [, account, region] = /^aws:\/\/([^/]+)\/([^/]+)$/.exec(String(value)) ?? [];
  return {
    account: /^\d{12}$/.test(account ?? '') ? account : undefined,
    region: region === 'unknown-region' ? undefined : region,
  };
}
