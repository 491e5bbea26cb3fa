import { basename, dirname, join } from 'node:path';
import { isObject } from '../../../common/is-object.ts';
import type { ParsedFile } from '../reading/parsed.ts';

/** A stack in the output of `cdk synth`. */
export type SynthesizedStack = {
  /** The path of its template. */
  readonly template: string;
  readonly name: string | undefined;
  readonly account: string | undefined;
  readonly region: string | undefined;
};

/** The contents of a `manifest.json` of CDK: stacks, and the paths of stage manifests and of asset manifests. */
export type Manifest = {
  readonly stacks: readonly SynthesizedStack[];
  readonly manifests: readonly string[];
  readonly assets: readonly string[];
};

/** Reads a manifest; returns undefined for any other file. */
export function manifestIn({ file, documents }: ParsedFile): Manifest | undefined {
  const [value] = documents.map((document) => document.value);
  if (!isObject(value) || typeof value['version'] !== 'string' || !isObject(value['artifacts']))
    return undefined;
  const folder = dirname(file);
  const stacks: SynthesizedStack[] = [];
  const manifests: string[] = [];
  const assets: string[] = [];
  for (const [id, artifact] of Object.entries(value['artifacts'])) {
    if (!isObject(artifact)) continue;
    const properties = isObject(artifact['properties']) ? artifact['properties'] : {};
    const { templateFile, stackName, directoryName, file: assetFile } = properties;
    if (artifact['type'] === 'aws:cloudformation:stack' && typeof templateFile === 'string') {
      const name = typeof stackName === 'string' ? stackName : id;
      stacks.push({ template: join(folder, templateFile), name, ...environmentOf(artifact['environment']) });
    } else if (artifact['type'] === 'cdk:cloud-assembly' && typeof directoryName === 'string') {
      manifests.push(join(folder, directoryName, 'manifest.json'));
    } else if (artifact['type'] === 'cdk:asset-manifest' && typeof assetFile === 'string') {
      assets.push(join(folder, assetFile));
    }
  }
  return { stacks, manifests, assets };
}

/** Reads an asset manifest: pairs of the path under the file's uploaded name and its actual path. */
export function assetsIn({ file, documents }: ParsedFile): readonly (readonly [string, string])[] {
  const [value] = documents.map((document) => document.value);
  const assets = isObject(value) && isObject(value['files']) ? Object.values(value['files']) : [];
  return assets.filter(isObject).flatMap(({ source, destinations }) => {
    const path = isObject(source) ? source['path'] : undefined;
    if (typeof path !== 'string' || !isObject(destinations)) return [];
    const keys = Object.values(destinations).map((each) => (isObject(each) ? String(each['objectKey']) : ''));
    return keys.map((key) => [join(dirname(file), basename(key)), join(dirname(file), path)] as const);
  });
}

/** Whether CDK wrote the file for its own use: tree, assets, metadata, reports. */
export function isByProduct({ documents }: ParsedFile): boolean {
  const [value] = documents.map((document) => document.value);
  if (!isObject(value)) return false;
  if (typeof value['version'] !== 'string') return isMetadata(value);
  return isObject(value['tree']) || isObject(value['dockerImages']) || Array.isArray(value['pluginReports']);
}

function isMetadata(value: Readonly<Record<string, unknown>>): boolean {
  const entries = Object.entries(value);
  return (
    entries.length > 0 &&
    entries.every(
      ([path, list]) => path.startsWith('/') && Array.isArray(list) && list.every(isMetadataEntry),
    )
  );
}

function isMetadataEntry(entry: unknown): boolean {
  return isObject(entry) && String(entry['type']).startsWith('aws:cdk:');
}

// `aws://111122223333/eu-west-1`, or `aws://unknown-account/unknown-region`.
function environmentOf(value: unknown): Pick<SynthesizedStack, 'account' | 'region'> {
  const [, account, region] = /^aws:\/\/([^/]+)\/([^/]+)$/.exec(String(value)) ?? [];
  return {
    account: /^\d{12}$/.test(account ?? '') ? account : undefined,
    region: region === 'unknown-region' ? undefined : region,
  };
}
