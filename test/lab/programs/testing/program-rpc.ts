import { Metadata } from '@grpc/grpc-js';

/** Shows that a CommonJS package works in the bundle. */
export function say(): void {
  const metadata = new Metadata();
  metadata.set('color', 'white');
  process.stdout.write(`${metadata.get('color').join()}\n`);
}
