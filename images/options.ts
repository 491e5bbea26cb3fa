import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };

/** The images, by the Dockerfile's names for them. */
export const TARGETS = ['envoy', 'proxy-route-manager', 'controlplane'] as const;

/** One of them. */
export type Target = (typeof TARGETS)[number];

/** How the script is called. */
export const USAGE = `images/build.sh [--name NAME] [--tag TAG] [--only TARGET] [-- ARGUMENTS OF docker build]
images/build.sh --stage FOLDER

Builds the images NAME-envoy, NAME-proxy-route-manager and NAME-controlplane (NAME: daybreak) with the tag TAG (${manifest.version}), for
this machine's architecture. --build-arg BASE_IMAGE=…, ENVOY_IMAGE=… and ENVOY_PATH=… choose what they are made from.
--stage writes what is installed into FOLDER, which has to be new or empty, paths as below /, and builds nothing.
`;

/** The task that the arguments ask for. */
export type Options =
  | { readonly kind: 'help' }
  | { readonly kind: 'stage'; readonly folder: string }
  | {
      readonly kind: 'build';
      readonly images: readonly { readonly target: Target; readonly reference: string }[];
      /** Passed on to every `docker build`. */
      readonly dockerArgs: readonly string[];
    };

/**
 * Reads the arguments. `images` come in the order to build them in.
 * @throws Error that names the argument and what is allowed.
 */
export function readOptions(args: readonly string[]): Options {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const { values } = parseArgs({
    args: args.slice(0, end),
    options: {
      name: { type: 'string', default: 'daybreak' },
      tag: { type: 'string', default: manifest.version },
      only: { type: 'string' },
      stage: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return { kind: 'help' };
  if (values.stage !== undefined) return { kind: 'stage', folder: values.stage };
  const targets = TARGETS.filter((target) => values.only === undefined || target === values.only);
  if (targets.length === 0) throw new Error(`--only ${values.only}: it is one of ${TARGETS.join(', ')}`);
  return {
    kind: 'build',
    images: targets.map((target) => ({ target, reference: `${values.name}-${target}:${values.tag}` })),
    dockerArgs: args.slice(end + 1),
  };
}
