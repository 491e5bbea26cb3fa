import { it } from 'vitest';
import { awsClient, awsInOneProcess } from './aws-client.ts';
import { boto3Client } from './boto3-client.ts';
import { whyNot } from './built.ts';
import type { ClientMaker } from './client.ts';
import { GO, goClients } from './go-client.ts';
import { JAVA, javaClients } from './java-client.ts';
import { sdkClient } from './sdk-client.ts';
import { sdkV2Client } from './sdk-v2-client.ts';

/** A client that users of App Mesh have. */
export type UsersClient = {
  readonly name: string;
  readonly make: ClientMaker;
  /** A variant for many calls, if one process per call takes too long. */
  readonly fast: ClientMaker;
};

const ready = (name: string, make: ClientMaker, fast = make): UsersClient => ({ name, make, fast });

const BUILT = [
  { name: 'aws-sdk-go-v2', why: whyNot(GO), prepare: goClients },
  { name: 'software.amazon.awssdk', why: whyNot(JAVA), prepare: javaClients },
];
const makers = new Map<string, ClientMaker>();

/** The clients that this machine has. The outcomes of the first are the expected ones of the others. */
export const PRESENT: readonly UsersClient[] = [
  ready('@aws-sdk/client-app-mesh', sdkClient),
  ready('aws-sdk', sdkV2Client),
  ready('aws', awsClient, awsInOneProcess),
  ready('boto3', boto3Client),
  ...BUILT.filter(({ why }) => why === undefined).map(({ name }) => ready(name, preparedMaker(name))),
];

const LEFT_OUT: readonly { readonly name: string; readonly why: string }[] = BUILT.flatMap(({ name, why }) =>
  why === undefined ? [] : [{ name, why }],
);

/** Adds to a file's report which clients it skips, and why. */
export function reportLeftOut(): void {
  for (const { name, why } of LEFT_OUT) {
    it(`${name} is left out: ${why}`, ({ skip }) => skip());
    process.stderr.write(`${name} is left out: ${why}\n`);
  }
}

/** Builds the clients that need it; has to end before any of them is created. */
export async function prepareClients(): Promise<void> {
  const built = BUILT.filter(({ why }) => why === undefined);
  await Promise.all(built.map(async ({ name, prepare }) => makers.set(name, await prepare())));
}

function preparedMaker(name: string): ClientMaker {
  return (plane, key) => {
    const make = makers.get(name);
    if (make === undefined) throw new Error(`the client ${name} was not built`);
    return make(plane, key);
  };
}
