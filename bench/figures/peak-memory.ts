/** A module for `node --import` that writes the peak memory of a process to its stderr when it ends: `peak KB`. */
export const TELL_MEMORY = `data:text/javascript,process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS))`;

/** Returns the peak memory that such a process wrote, in MB. */
export function peakMegabytes(stderr: string): number {
  return Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024;
}
