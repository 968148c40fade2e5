import type { RepositoryRef as RefRow } from '../prisma/generated/client/client.ts';
import type { HostKey } from '../src/git/index.ts';
import { fingerprintOfLine } from '../src/openssh-key.ts';
import {
  firstRepository,
  getRepository,
  hostKeysOf,
  listRefs,
  listRepositories,
  presentedHostKeysOf,
  type RepositoryRow,
  webhookUrlOf,
} from '../src/repositories/index.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { orgScope } from './context.ts';
import { visibleProject } from './loaders.ts';
import { Node } from './node.ts';
import { Project } from './project.ts';

export const RepositoryProvider = builder.enumType('RepositoryProvider', {
  description: 'Who serves a Git repository.',
  values: {
    github: { description: 'GitHub, or GitHub Enterprise Server.' },
    gitlab: { description: 'GitLab.com, or a GitLab of one’s own.' },
    bitbucket: { description: 'Bitbucket.' },
    gitea: { description: 'Gitea or Forgejo.' },
    git: { description: 'Any other Git server.' },
  } as const,
});
export const RepositoryAccess = builder.enumType('RepositoryAccess', {
  description: 'How oCore gets into a Git repository.',
  values: {
    none: { description: 'Over HTTPS without credentials, which public repositories allow.' },
    token: { description: 'Over HTTPS with an access token.' },
    deploy_key: { description: 'Over SSH with a key of oCore, whose public half the host is given.' },
  } as const,
});
export const RepositoryStatus = builder.enumType('RepositoryStatus', {
  description: 'The status of a Git repository.',
  values: {
    pending: { description: 'Not read yet, or reached another way since.' },
    syncing: { description: 'Being validated or synchronized.' },
    valid: { description: 'It is reached, and its branch is there.' },
    failed: { description: 'It was not read the last time; statusMessage gives the reason.' },
  } as const,
});
const RefKind = builder.enumType('RefKind', {
  description: 'What a name in a Git repository is.',
  values: {
    branch: { description: 'A branch.' },
    tag: { description: 'A tag.' },
  } as const,
});

const RepositoryHostKey = builder.objectRef<HostKey>('RepositoryHostKey').implement({
  description: 'A key with which the host of a Git repository proves itself over SSH.',
  fields: (t) => ({
    type: t.exposeString('type', { description: 'Its type, such as ssh-ed25519.' }),
    fingerprint: t.exposeString('fingerprint', { description: 'Its SHA-256 fingerprint, as ssh-keygen -l prints it.' }),
  }),
});

export const Repository = builder.objectRef<RepositoryRow>('Repository').implement({
  interfaces: [Node],
  description: 'A Git repository that a project takes code from.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    projectId: t.exposeID('projectId', { description: 'The project that it belongs to.' }),
    project: t.field({
      type: Project,
      nullable: true,
      description: 'The project that it belongs to; null without the permission view:projects.',
      resolve: (row, _args, context) => visibleProject(context, row.projectId),
    }),
    position: t.exposeInt('position', {
      description: 'Its place among the repositories of the project, from 1. A module in an earlier one is preferred.',
    }),
    name: t.exposeString('name', { description: 'Its name, unique in the project.' }),
    provider: t.expose('provider', { type: RepositoryProvider, description: 'Who serves it.' }),
    repositoryUrl: t.exposeString('url', { description: 'Its URL, as `ssh://git@host/path` or `https://host/path`.' }),
    branch: t.exposeString('branch', { description: 'The branch that is followed.' }),
    access: t.expose('access', { type: RepositoryAccess, description: 'How oCore gets in.' }),
    username: t.exposeString('username', {
      nullable: true,
      description: 'The user name beside the token, which is never shown; null for what the provider expects.',
    }),
    deployKey: t.exposeString('publicKey', {
      nullable: true,
      description: 'The public key that its host must be given, for reading; null with another access.',
    }),
    deployKeyFingerprint: t.string({
      nullable: true,
      description: 'The SHA-256 fingerprint of the deploy key; null with another access.',
      resolve: ({ publicKey }) => (publicKey === null ? null : fingerprintOfLine(publicKey)),
    }),
    hostKeys: t.field({
      type: [RepositoryHostKey],
      description: 'The pinned keys of its host; empty before the first contact, and over HTTPS.',
      resolve: hostKeysOf,
    }),
    presentedHostKeys: t.field({
      type: [RepositoryHostKey],
      description: 'What the host presented instead of the pinned keys; empty if they match.',
      resolve: presentedHostKeysOf,
    }),
    webhookUrl: t.string({
      description: 'Where its host sends pushes to.',
      resolve: ({ id }, _args, { app }) => webhookUrlOf(app, id),
    }),
    webhookSecret: t.string({
      nullable: true,
      description:
        'The secret of its webhook. Only the response that connects it or regenerates the secret has it; null otherwise.',
      resolve: (row) => row.webhookSecret ?? null,
    }),
    status: t.expose('status', { type: RepositoryStatus, description: 'The status.' }),
    statusMessage: t.exposeString('statusMessage', { nullable: true, description: 'Why it was not read.' }),
    statusCode: t.exposeString('statusCode', {
      nullable: true,
      description: 'The code of that error, such as git_access_denied; null without one.',
    }),
    defaultBranch: t.exposeString('defaultBranch', {
      nullable: true,
      description: 'Its default branch; null before the first synchronization.',
    }),
    validatedAt: t.expose('validatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last found to be valid; null if it was not since it is reached this way.',
    }),
    lastSyncedAt: t.expose('lastSyncedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its branches and tags were last read; null if they were not.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was connected.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

const RepositoryRef = builder.objectRef<RefRow>('RepositoryRef').implement({
  interfaces: [Node],
  description: 'A branch or tag of a Git repository, as it was at the last synchronization.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id.' }),
    repositoryId: t.exposeID('repositoryId', { description: 'The repository.' }),
    kind: t.expose('kind', { type: RefKind, description: 'Whether it is a branch or a tag.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    sha: t.exposeString('sha', { description: 'The commit that it names.' }),
  }),
});

builder.queryFields((t) => ({
  repository: t.field({
    type: Repository,
    authScopes: { permission: 'view:repositories' },
    description: 'One Git repository.',
    args: { id: t.arg.id({ required: true, description: 'The repository.' }) },
    resolve: (_root, { id }, context) => getRepository(orgScope(context), id),
  }),
  projectRepository: t.field({
    type: Repository,
    authScopes: { permission: 'view:repositories' },
    description: 'The first Git repository of a project.',
    args: { projectId: t.arg.id({ required: true, description: 'The project.' }) },
    resolve: (_root, { projectId }, context) => firstRepository(orgScope(context), projectId),
  }),
  repositories: t.connection(
    {
      type: Repository,
      authScopes: { permission: 'view:repositories' },
      description: 'The Git repositories of a project, in their order.',
      args: { projectId: t.arg.id({ required: true, description: 'The project.' }) },
      resolve: async (_root, args, context) => connectionOf(await listRepositories(orgScope(context), args)),
    },
    { description: 'A page of Git repositories.' },
    { description: 'One Git repository of a page.' },
  ),
  repositoryRefs: t.connection(
    {
      type: RepositoryRef,
      authScopes: { permission: 'view:repositories' },
      description:
        'The branches and tags of a Git repository by their names, as they were at its last synchronization: up to 5000 of each.',
      args: {
        repositoryId: t.arg.id({ required: true, description: 'The repository.' }),
        kind: t.arg({ type: RefKind, description: 'Only branches, or only tags.' }),
        search: t.arg.string({ description: 'Only those with this text in their name.' }),
      },
      resolve: async (_root, args, context) => connectionOf(await listRefs(orgScope(context), args)),
    },
    { description: 'A page of branches and tags.' },
    { description: 'One branch or tag of a page.' },
  ),
}));
