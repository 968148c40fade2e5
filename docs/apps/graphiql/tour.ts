/**
 * A tour of real operations. `<serverId>` and the like in variables are filled in when the tab runs: with what an earlier tab
 * made, else with the organization's newest. What stands in other angle brackets is for the reader to write.
 */
export const tour = [
  {
    query: `# 1. What the organization has; nothing is changed.
# Sign in with the bar above first.
query Overview {
  me { name email }
  organization { name slug }
  servers(first: 5) { nodes { name host status } }
  projects(first: 5) { nodes { name } }
  instances(first: 5) { nodes { name status url } }
}`,
  },
  {
    query: `# 2. Register a server: write its host and key into
# the variables below, line breaks of the key as \\n.
# If there is a server already, go on to the next tab.
mutation RegisterServer($input: CreateServerInput!) {
  createServer(input: $input) {
    server { id name status }
    operation { id status }
  }
}`,
    variables: {
      input: { name: 'berlin-1', host: '<host>', port: 22, sshUser: 'root', sshPrivateKey: '<sshPrivateKey>' },
    },
  },
  {
    query: `# 3. A project groups the environments of one Odoo.
mutation CreateProject($input: CreateProjectInput!) {
  createProject(input: $input) { id name slug }
}`,
    variables: { input: { name: 'ERP' } },
  },
  {
    query: `# 4. An environment is a stage of the project.
mutation CreateEnvironment($input: CreateEnvironmentInput!) {
  createEnvironment(input: $input) { id name type deletionProtected }
}`,
    variables: { input: { projectId: '<projectId>', name: 'development', type: 'development' } },
  },
  {
    query: `# 5. Provision an Odoo on the server. Watch it in the next tab.
mutation Provision($input: CreateInstanceInput!) {
  createInstance(input: $input) {
    instance { id name status }
    operation { id status progress }
  }
}`,
    variables: {
      input: {
        name: 'ERP development',
        serverId: '<serverId>',
        environmentId: '<environmentId>',
        adminEmail: 'admin@example.com',
      },
    },
  },
  {
    query: `# 6. Watch the latest operation live.
subscription Watch($id: ID!) {
  operationUpdated(id: $id) {
    kind
    status
    progress
    steps { title status progress message }
    error { code message hint }
  }
}`,
    variables: { id: '<operationId>' },
  },
  {
    query: `# 7. Configure the instance. If Odoo is not healthy
# afterwards, the old settings are restored.
mutation Configure($id: ID!, $input: UpdateInstanceInput!) {
  updateInstance(id: $id, input: $input) {
    instance { id status workers logLevel }
    operation { id status }
  }
}`,
    variables: { id: '<instanceId>', input: { workers: 2, logLevel: 'info' } },
  },
  {
    query: `# 8. Odoo’s log, live.
subscription Logs($id: ID!) {
  instanceLogs(id: $id, source: odoo, lines: 50) { at level message }
}`,
    variables: { id: '<instanceId>' },
  },
];
