import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundle, type Bundle } from './bundle.ts';

/** The folder of the programs that vitest's set-up has bundled for all files of a run. */
const VARIABLE = 'BUNDLE_OF_DAYBREAK';

/** Bundles the programs for vitest's tests with hosts: once, and again before a run that watches files repeats tests. */
export async function setup(project: TestProject): Promise<void> {
  const share = async (): Promise<void> => {
    process.env[VARIABLE] = (await bundle()).folder;
  };
  await share();
  project.onTestsRerun(share);
}

/** Returns the programs that the set-up has bundled; outside vitest, as in the demo, bundles them. */
export async function sharedBundle(): Promise<Pick<Bundle, 'folder' | 'daybreak'>> {
  const folder = process.env[VARIABLE];
  return folder === undefined ? bundle() : { folder, daybreak: join(folder, 'daybreak.mjs') };
}
