import { listOf, partOf, type Session, textOf } from './session.ts';

/** Something of the organization that requests name by its id. */
export interface Known {
  id: string;
  name: string;
}

const query = `query Newest {
  active: servers(first: 1, status: active) { nodes { id name } }
  servers(first: 1) { nodes { id name } }
  projects(first: 1) { nodes { id name } }
  environments(first: 1) { nodes { id name } }
  instances(first: 20) { nodes { id name status } }
  operations(first: 1) { nodes { id name: kind } }
}`;

/** The organization's newest resources, by the names that variables have for their ids: `serverId` and the like. */
export async function newestOf(session: Session): Promise<Map<string, Known>> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${session.accessToken}`,
      'X-Org-Slug': session.slug,
    },
    body: JSON.stringify({ query }),
  });
  // Whoever may not see the servers still gets the rest.
  const data = partOf(await response.json(), 'data');
  const first = (field: string): unknown =>
    listOf(partOf(data, field), 'nodes').find((node) => !textOf(node, 'status').startsWith('remov'));
  const found = {
    serverId: first('active') ?? first('servers'),
    projectId: first('projects'),
    environmentId: first('environments'),
    instanceId: first('instances'),
    operationId: first('operations'),
  };
  return new Map(
    Object.entries(found).flatMap(([name, node]): [string, Known][] => {
      const id = textOf(node, 'id');
      return id ? [[name, { id, name: textOf(node, 'name') }]] : [];
    }),
  );
}
