import { execa } from 'execa';

const ROOT = import.meta.dirname;

/**
 * Returns the commit of the sources, and the time of all files of the images in seconds: `SOURCE_DATE_EPOCH`
 * (https://reproducible-builds.org/specs/source-date-epoch/), else that of the commit. Outside of a checkout the time is 0.
 * @throws Error if the variable is no number
 */
export async function sourceOf(
  variable: string | undefined,
): Promise<{ readonly epoch: number; readonly revision: string | undefined }> {
  const { stdout, failed } = await execa('git', ['log', '-1', '--format=%ct %H'], {
    cwd: ROOT,
    reject: false,
  });
  const [time, revision] = failed ? ['0', undefined] : stdout.trim().split(' ');
  const text = variable === undefined || variable === '' ? time : variable;
  if (text === undefined || !/^\d{1,11}$/.test(text)) {
    throw new Error(`SOURCE_DATE_EPOCH=${JSON.stringify(text)}: it is a number of seconds`);
  }
  return { epoch: Number(text), revision };
}
