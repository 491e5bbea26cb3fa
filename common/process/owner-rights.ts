/**
 * Removes the owner's bits from the umask, which would keep this process out of its own folders and sockets: `UMask=0177` of a unit is meant
 * for files. The bits of the group and of others stay.
 */
export function keepOwnerRights(): void {
  const given = process.umask(0o077);
  process.umask(given & 0o077);
}
