/**
 * The mesh in the id of a proxy, `M` or `M@OWNER`, as the source of a regular expression with the groups `mesh` and `owner`. The name of a mesh
 * may have an `@`, unless only digits follow it, which would be an owner.
 */
export const MESH_IN_ID = String.raw`(?<mesh>(?:[^/@]|@(?!\d*/))+)(?:@(?<owner>\d{12}))?`;
