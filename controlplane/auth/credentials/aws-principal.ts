/** Returns the ARN of a role without its path, as GetCallerIdentity names it: names of roles are unique in an account. */
export function withoutPath(roleArn: string): string {
  return roleArn.replace(/:role\/.*\/(?=[^/]+$)/, ':role/');
}
