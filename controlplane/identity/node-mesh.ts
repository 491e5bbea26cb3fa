/** Returns the mesh in the path of a node, `mesh/M/virtualNode/N`. */
export function meshOf(node: string): string {
  return node.split('/')[1] ?? '';
}
