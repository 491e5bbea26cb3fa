import { join } from 'node:path';
import { built, type Built } from './built.ts';
import type { ClientMaker } from './client.ts';
import { lineClient, optionsFor } from './line-client.ts';

/** The program in `java/`. */
export const JAVA: Built = {
  name: 'java',
  needs: ['mvn', 'javac', 'java'],
  build: (folder) => ['mvn', '--batch-mode', '--quiet', `-Dbuilt=${folder}`, 'compile'],
};

/** Builds the program with the AWS SDK for Java v2. Returns a maker of its clients. */
export async function javaClients(): Promise<ClientMaker> {
  const folder = await built(JAVA);
  const classes = [join(folder, 'classes'), join(folder, 'lib', '*')].join(':');
  return (plane, key) =>
    lineClient('java', [
      // A short-lived process: no time for full compilation, and no need for a parallel collector.
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      '-cp',
      classes,
      'daybreak.operations.Main',
      JSON.stringify(optionsFor(plane, key)),
    ]);
}
