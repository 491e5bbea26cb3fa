/**
 * Returns why the tasks of `npm run` cannot work on a machine, in words for people; undefined if they can. Asked before anything is
 * downloaded.
 * @param {{ platform: string, arch: string, versions: { node: string } }} machine a Node process, as `process` describes it
 */
export function whyUnsuitable({ platform, arch, versions }) {
  if (platform !== 'linux' || !['x64', 'arm64'].includes(arch)) {
    return `this is ${platform} on ${arch}: Daybreak needs Linux on x64 or arm64`;
  }
  if (Number.parseInt(versions.node, 10) < 20)
    return `this is Node ${versions.node}: the set-up needs Node 20 or later`;
  return undefined;
}
