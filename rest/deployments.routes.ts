import { z } from 'zod';
import { deployInput, rollbackInput, statisticsInput } from '../src/deployments/index.ts';
import type { Category, Examples, Parsers } from './category.ts';
import { ids } from './openapi/shared-examples.ts';
import type { Route } from './route.ts';

const ended = z.object({ completedAt: z.date() });

const source = 'repositoryId name repositoryUrl position ref sha subject author committedAt compareUrl';
const plan = 'modules { name repositoryId change fromVersion toVersion reasons migrations } commits { repositoryId sha subject author committedAt } database updateAll image expectedDowntimeMs';
/** What lists have: not the parts that can be long. */
const listed = `id projectId environmentId instanceId instanceName serverId status statusMessage errorCode trigger dryRun operationId branch tag commitSha commitMessage commitAuthor committedAt updateAll install snapshotRequested sources { ${source} } image snapshotId previousId rollbackMode targetId restoreId downtimeMs durationMs serving createdById createdByName createdAt startedAt completedAt updatedAt`;
const fields = `${listed} plan { ${plan} } findings { severity module file line message traceback }`;
const payload = 'deployment { id status } operation { id } message';
const category = 'Deployments';
const filterArgs = '$first: Int, $after: String, $instanceId: ID, $status: [DeploymentStatus!], $trigger: [DeploymentTrigger!], $dryRun: Boolean';
const filters = 'first: $first, after: $after, instanceId: $instanceId, statuses: $status, triggers: $trigger, dryRun: $dryRun';
const page = `nodes { ${listed} } pageInfo { hasNextPage endCursor }`;
const begins = (message: string) => ({ as: 'accepted', resource: 'deployment', message, waitsAt: '/deployments' }) as const;
const deploying = { category, document: `mutation ($id: ID!, $input: DeployInput!) { deploy(projectId: $id, input: $input) { ${payload} } }`, answer: begins('Deployment in progress') } as const;

const routes: readonly Route[] = [
  { method: 'post', path: '/projects/{id}/deploy', summary: 'Deploy a branch, tag or commit', ...deploying },
  { method: 'post', path: '/projects/{id}/deployments', summary: 'Deploy a branch, tag or commit, as /projects/{id}/deploy does', ...deploying },
  {
    method: 'get',
    path: '/projects/{id}/deployments',
    category,
    summary: 'List the deployments of a project',
    document: `query ($id: ID!, $environmentId: ID, ${filterArgs}) { projectDeployments(projectId: $id, environmentId: $environmentId, ${filters}) { ${page} } }`,
    answer: { as: 'list' },
  },
  {
    method: 'get',
    path: '/projects/{id}/deployments/statistics',
    category,
    summary: 'Get the statistics of the deployments of a project',
    document: 'query ($id: ID!, $environmentId: ID, $days: Int) { deploymentStatistics(projectId: $id, environmentId: $environmentId, days: $days) { days total succeeded failed rolledBack cancelled perDay failureRate medianDurationMs medianDowntimeMs meanTimeToRestoreMs } }',
    answer: { as: 'object' },
  },
  {
    method: 'get',
    path: '/deployments',
    category,
    summary: 'List all deployments',
    document: `query ($projectId: ID, $environmentId: ID, ${filterArgs}) { deployments(projectId: $projectId, environmentId: $environmentId, ${filters}) { ${page} } }`,
    answer: { as: 'list' },
  },
  {
    method: 'get',
    path: '/deployments/{id}',
    category,
    summary: 'Get a deployment',
    document: `query ($id: ID!) { deployment(id: $id) { ${fields} } }`,
    answer: { as: 'object' },
    waits: { topics: (id) => [`deployment:${id}`], isLast: (value) => ended.safeParse(value).success },
  },
  {
    method: 'post',
    path: '/deployments/{id}/cancel',
    category,
    summary: 'Cancel a deployment',
    document: `mutation ($id: ID!) { cancelDeployment(id: $id) { ${payload} } }`,
    answer: { as: 'accepted', resource: 'deployment', message: 'Cancellation in progress', mayBeDone: true },
  },
  {
    method: 'get',
    path: '/deployments/{id}/rollback-preview',
    category,
    summary: 'See what a rollback to a deployment would lose',
    document: 'query ($id: ID!) { rollbackPreview(deploymentId: $id) { deploymentId snapshotId snapshotTakenAt secondsSinceSnapshot rowsLost tables { table rowsThen rowsNow } } }',
    answer: { as: 'object' },
    errors: ['unprocessable', 'invalid_state'],
  },
  {
    method: 'get',
    path: '/environments/{id}/deployments',
    category,
    summary: 'List the deployments of an environment',
    document: `query ($id: ID!, ${filterArgs}) { environmentDeployments(environmentId: $id, ${filters}) { ${page} } }`,
    answer: { as: 'list' },
  },
  {
    method: 'post',
    path: '/environments/{id}/rollback',
    category,
    summary: 'Go back to an earlier deployment',
    document: `mutation ($id: ID!, $input: RollbackInput!) { rollbackEnvironment(environmentId: $id, input: $input) { ${payload} } }`,
    answer: begins('Rollback in progress'),
  },
];

const id = '0197a1f9-2b64-7c05-8d17-3a9e5f0b6c24';
const earlier = '0197a1f8-6e13-7b94-9c02-1d8f4a7e5b36';
const sha = '9fceb02d0ae598e95dc970b74767f19372d61af8';
const started = '2026-11-24T09:30:01.000Z';
const examples: Examples = {
  '/deployments/{id}': id,
  'Deployment.id': id,
  'Deployment.instanceId': ids.instance,
  'Deployment.instanceName': 'ERP production',
  'Deployment.status': 'succeeded',
  'deploy.status': 'queued',
  'rollbackEnvironment.status': 'queued',
  'cancelDeployment.status': 'building',
  'cancelDeployment.200': { status: 'cancelled', message: 'Deployment cancelled' },
  'Deployment.errorCode': null,
  'Deployment.trigger': 'manual',
  'Deployment.dryRun': false,
  'Deployment.branch': 'main',
  'Deployment.tag': null,
  'Deployment.commitSha': sha,
  'Deployment.commitMessage': 'Invoices show the customer’s reference',
  'Deployment.commitAuthor': 'Ada Lovelace',
  'Deployment.updateAll': false,
  'Deployment.install': [],
  'Deployment.snapshotRequested': null,
  'Deployment.image': null,
  'Deployment.snapshotId': '0197a1f6-8c42-7b93-9d1e-6f8a0c2e4b65',
  'Deployment.previousId': earlier,
  'Deployment.rollbackMode': null,
  'Deployment.targetId': null,
  'Deployment.restoreId': null,
  'Deployment.downtimeMs': 4200,
  'Deployment.durationMs': 72500,
  'Deployment.serving': true,
  'Deployment.createdById': ids.user,
  'Deployment.createdByName': 'Ada Lovelace',
  'Deployment.startedAt': started,
  'DeploymentSource.name': 'erp',
  'DeploymentSource.repositoryUrl': 'ssh://git@github.com/acme/erp.git',
  'DeploymentSource.position': 1,
  'DeploymentSource.ref': 'main',
  'DeploymentSource.sha': sha,
  'DeploymentSource.subject': 'Invoices show the customer’s reference',
  'DeploymentSource.author': 'Ada Lovelace',
  'DeploymentSource.compareUrl': `https://github.com/acme/erp/compare/3b18e512dba79e4c8300dd08aeb37f8e728b8dad...${sha}`,
  'PlannedModule.name': 'acme_invoice',
  'PlannedModule.change': 'update',
  'PlannedModule.fromVersion': '19.0.1.2.0',
  'PlannedModule.toVersion': '19.0.1.3.0',
  'PlannedModule.reasons': ['views/invoice.xml changed'],
  'PlannedModule.migrations': ['19.0.1.3.0/post-migration.py'],
  'PlannedCommit.sha': sha,
  'PlannedCommit.subject': 'Invoices show the customer’s reference',
  'PlannedCommit.author': 'Ada Lovelace',
  'DeploymentPlan.database': true,
  'DeploymentPlan.image': false,
  'DeploymentPlan.expectedDowntimeMs': 4000,
  'Deployment.findings': [],
  'DeploymentFinding.severity': 'warning',
  'DeploymentFinding.module': 'acme_invoice',
  'DeploymentFinding.file': 'acme_invoice/models/invoice.py',
  'DeploymentFinding.line': 12,
  'DeploymentFinding.message': 'Two fields have the same label',
  'DeploymentFinding.traceback': null,
  'DeployInput.instanceId': ids.instance,
  'DeployInput.environmentId': null,
  'DeployInput.branch': 'main',
  'DeployInput.tag': null,
  'DeployInput.commitSha': null,
  'DeployInput.install': null,
  'DeployInput.snapshot': true,
  'DeployInput.updateAll': false,
  'DeployInput.dryRun': false,
  'RollbackInput.deploymentId': earlier,
  'RollbackInput.snapshotId': null,
  'RollbackInput.mode': 'code_and_database',
  'RollbackInput.createSafetySnapshot': true,
  'RollbackInput.confirmName': 'ERP production',
  'DeploymentStatistics.days': 30,
  'deploymentStatistics.days': 30,
  'DeploymentStatistics.total': 42,
  'DeploymentStatistics.succeeded': 38,
  'DeploymentStatistics.failed': 2,
  'DeploymentStatistics.rolledBack': 1,
  'DeploymentStatistics.cancelled': 1,
  'DeploymentStatistics.perDay': 1.27,
  'DeploymentStatistics.failureRate': 0.0732,
  'DeploymentStatistics.medianDurationMs': 68000,
  'DeploymentStatistics.medianDowntimeMs': 3900,
  'DeploymentStatistics.meanTimeToRestoreMs': 1740000,
  'RollbackPreview.deploymentId': earlier,
  'RollbackPreview.snapshotId': '0197a1f6-8c42-7b93-9d1e-6f8a0c2e4b65',
  'RollbackPreview.snapshotTakenAt': '2026-11-24T09:30:12.000Z',
  'RollbackPreview.secondsSinceSnapshot': 5400,
  'RollbackPreview.rowsLost': 31,
  'TableRowLoss.table': 'public.account_move',
  'TableRowLoss.rowsThen': 1204,
  'TableRowLoss.rowsNow': 1223,
};

const parsers: Parsers = {
  DeployInput: deployInput,
  RollbackInput: rollbackInput,
  deploymentStatistics: statisticsInput,
};

export default { routes, examples, parsers } satisfies Category;
