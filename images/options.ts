import { join } from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { ARCHITECTURES, thisArchitecture, type Architecture } from './assemble/architecture.ts';
import type { BuildOptions } from './assemble/build-options.ts';
import { ON_REQUEST, TARGETS } from './assemble/definitions.ts';
import { envoySource } from './assemble/envoy-binary.ts';

/** The release of Envoy that the images have by default: the newest that is tested. */
export const ENVOY = '1.40.0';

/** How the script is called. */
export const USAGE = `images/build.sh [--name NAME] [--tag TAG] [--only TARGET]… [--arch ARCHITECTURE] [--envoy VERSION|IMAGE|FILE]
                [--xds-endpoint ENDPOINT [--xds-ca FILE]] [--pins FILE] [--mirror URL]… [--output FILE]
images/build.sh --stage FOLDER

Builds the images NAME-envoy, NAME-envoy-slim, NAME-proxy-route-manager, NAME-controlplane and NAME-color (the
application of docker-compose.yml) with the tag TAG, and has Docker load them.
  --name          (default: daybreak)
  --tag           (default: ${manifest.version})
  --only          one of ${TARGETS.join(', ')}; may be repeated
                  (default: all but ${ON_REQUEST.join(' and ')}, which docker-compose.yml's profiles need)
  --arch          ${ARCHITECTURES.join(' or ')} (default: this machine's)
  --envoy         a release of Envoy, an image that has one, or the path of a binary, which begins with / or . (default: ${ENVOY})
  --envoy-path    the path of Envoy in that image (default: /usr/local/bin/envoy)
  --xds-endpoint  the value of APPMESH_XDS_ENDPOINT in the Envoy images, for tools that cannot set it
  --xds-ca        a file with the certificates of the authorities that sign that control plane's
  --pins          a file with lines "PACKAGE VERSION SHA256", exactly which Debian packages to use (default: the newest). Each image has such
                  files in /usr/share/daybreak/packages
  --mirror        a mirror of Debian with suite and component, such as "http://debian.example.com/debian bookworm main"; may be repeated
                  (default: the mirrors of Debian that this machine's apt has)
  --output        writes the images to FILE, for "docker load", without Docker
--stage writes what is installed into FOLDER, which has to be new or empty, paths as below /, and builds nothing.
The variable SOURCE_DATE_EPOCH is the time of all files, in seconds (default: that of the newest commit): the same inputs make the same images.
`;

/** The task that the arguments ask for. */
export type Options =
  | { readonly kind: 'help' }
  | { readonly kind: 'stage'; readonly folder: string }
  | { readonly kind: 'build'; readonly build: Omit<BuildOptions, 'epoch'> };

/** Place of Debian's packages, for further builds. */
export const CACHE = join(import.meta.dirname, '../.daybreak/debian-packages');

/**
 * Reads the arguments. `images` come in the order to build them in.
 * @throws Error that names the argument and what is allowed.
 */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      name: { type: 'string', default: 'daybreak' },
      tag: { type: 'string', default: manifest.version },
      only: { type: 'string', multiple: true, default: [] },
      arch: { type: 'string' },
      envoy: { type: 'string', default: ENVOY },
      'envoy-path': { type: 'string', default: '/usr/local/bin/envoy' },
      'xds-endpoint': { type: 'string' },
      'xds-ca': { type: 'string' },
      pins: { type: 'string' },
      mirror: { type: 'string', multiple: true, default: [] },
      output: { type: 'string' },
      stage: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return { kind: 'help' };
  if (values.stage !== undefined) return { kind: 'stage', folder: values.stage };
  if (values['xds-ca'] !== undefined && values['xds-endpoint'] === undefined) {
    throw new Error('--xds-ca: it needs --xds-endpoint, the control plane whose certificate it is for');
  }
  return {
    kind: 'build',
    build: {
      images: targets(values.only).map((target) => ({
        target,
        reference: `${values.name}-${target}:${values.tag}`,
      })),
      architecture: architecture(values.arch),
      envoy: envoySource(values.envoy, values['envoy-path']),
      xdsEndpoint: values['xds-endpoint'],
      xdsCa: values['xds-ca'],
      pins: values.pins,
      mirrors: values.mirror,
      cache: CACHE,
      output: values.output,
    },
  };
}

function targets(only: readonly string[]): BuildOptions['images'][number]['target'][] {
  const unknown = only.find((each) => !TARGETS.some((target) => target === each));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: it is one of ${TARGETS.join(', ')}`);
  return TARGETS.filter((target) =>
    only.length === 0 ? !ON_REQUEST.includes(target) : only.includes(target),
  );
}

function architecture(text: string | undefined): Architecture {
  const found = text === undefined ? thisArchitecture() : ARCHITECTURES.find((each) => each === text);
  if (found === undefined)
    throw new Error(`--arch ${text ?? process.arch}: it is one of ${ARCHITECTURES.join(', ')}`);
  return found;
}
