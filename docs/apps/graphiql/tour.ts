/** A tour of real operations: `<name>` in variables is what an earlier tab gave, filled in when the tab runs. */
export const tour = [
  {
    query: `# 1. Sign in. The bar above does the same and sets the headers of every tab.
mutation Login($input: LoginInput!) {
  login(input: $input) {
    requiresTOTP
    partialToken
    accessToken
    expiresIn
    user { name email }
    organizations { name slug }
  }
}`,
    variables: { input: { email: 'you@example.com', password: '…' } },
  },
  {
    query: `# 2. Register a server. oCore validates it over SSH at once.
mutation RegisterServer($input: CreateServerInput!) {
  createServer(input: $input) {
    server { id name status }
    operation { id status }
  }
}`,
    variables: {
      input: {
        name: 'berlin-1',
        host: 'berlin-1.example.com',
        port: 22,
        sshUser: 'root',
        sshPrivateKey: '-----BEGIN OPENSSH PRIVATE KEY-----\n…\n-----END OPENSSH PRIVATE KEY-----\n',
      },
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
    query: `# 7. Configure the instance. If Odoo is not healthy with the new settings, the old settings are restored.
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
