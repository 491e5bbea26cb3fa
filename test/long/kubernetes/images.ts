import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Docker } from '../../docker/testing/dockerd.ts';
import { CACHE } from '../../../images/options.ts';

const BASE = join(import.meta.dirname, '../../../images/base.sh');

/** Makes an image from a folder, which is its whole file system. */
async function build(
  docker: Docker,
  image: string,
  folder: string,
  changes: readonly string[],
): Promise<void> {
  const flags = changes.flatMap((each) => ['--change', each]);
  const archive = `${folder}.tar`;
  await execa('tar', ['--create', '--file', archive, '--directory', folder, '.']);
  await execa('docker', ['import', ...flags, archive, image], { env: docker.env });
}

/** Makes the image of Amazon's controller: its program and the authorities of the machine. */
export async function buildController(
  docker: Docker,
  image: string,
  program: string,
  folder: string,
): Promise<void> {
  const root = join(folder, 'controller');
  await mkdir(join(root, 'etc/ssl/certs'), { recursive: true });
  await mkdir(join(root, 'tmp'));
  await cp(program, join(root, 'controller'));
  await cp('/etc/ssl/certs/ca-certificates.crt', join(root, 'etc/ssl/certs/ca-certificates.crt'));
  await build(docker, image, root, []);
}

/** Makes images with a public application of the walkthroughs each: Debian's Python and its `serve.py`. `apps` has image and folder. */
export async function buildPythonApps(
  docker: Docker,
  apps: readonly (readonly [image: string, folder: string])[],
  folder: string,
): Promise<void> {
  const root = join(folder, 'python');
  await execa(BASE, ['--cache', CACHE, root, join(import.meta.dirname, 'python.txt')], {
    timeout: 3_600_000,
  });
  for (const [image, source] of apps) {
    const text = await readFile(join(source, 'Dockerfile'), 'utf8');
    if (!text.includes('CMD ["python3", "-u", "./serve.py"]'))
      throw new Error(`${source}: another Dockerfile than expected`);
    await cp(join(source, 'serve.py'), join(root, 'serve.py'));
    await build(docker, image, root, ['CMD ["/usr/bin/python3.11", "-u", "./serve.py"]', 'WORKDIR /']);
  }
}
