/** What hosts send of a push to `main`, as their documentation and their own deliveries have it; shortened in lists. */
export const before = '28e1879d029cb852e4844d9c718537df08844e03';
export const after = 'bffeb74224043ba2feb48d137756c8a9331c449a';
export const none = '0'.repeat(40);

export const github = {
  ref: 'refs/heads/main',
  before,
  after,
  created: false,
  deleted: false,
  forced: false,
  base_ref: null,
  compare: 'https://github.com/acme/erp/compare/28e1879d029c...bffeb7422404',
  commits: [
    {
      id: after,
      tree_id: '31b122c26a97cf9af023e9ddab94a82c6e77b0ea',
      distinct: true,
      message: 'Größere Rechnungen 💶',
      timestamp: '2026-11-27T12:32:44+01:00',
      author: { name: 'Ada Lovelace', email: 'ada@example.com', username: 'ada' },
      committer: { name: 'GitHub', email: 'noreply@github.com', username: 'web-flow' },
      added: [],
      removed: [],
      modified: ['sale/__manifest__.py'],
    },
  ],
  head_commit: { id: after, message: 'Größere Rechnungen 💶' },
  repository: { id: 186853002, name: 'erp', full_name: 'acme/erp', private: true, pushed_at: 1795779164 },
  pusher: { name: 'ada', email: 'ada@example.com' },
  sender: { login: 'ada', id: 21031067, type: 'User' },
};

export const gitlab = {
  object_kind: 'push',
  event_name: 'push',
  before,
  after,
  ref: 'refs/heads/main',
  ref_protected: true,
  checkout_sha: after,
  message: null,
  user_id: 4,
  user_name: 'Ada Lovelace',
  user_username: 'ada',
  user_email: '',
  project_id: 15,
  project: { id: 15, name: 'erp', path_with_namespace: 'acme/erp', default_branch: 'main' },
  commits: [{ id: after, message: 'Invoices\n', timestamp: '2026-11-27T12:32:44+01:00', added: [], modified: ['a'] }],
  total_commits_count: 1,
  push_options: {},
  repository: { name: 'erp', url: 'git@gitlab.example.com:acme/erp.git' },
};

export const gitea = {
  ref: 'refs/heads/main',
  before,
  after,
  compare_url: 'https://gitea.example.com/acme/erp/compare/28e18...bffeb',
  commits: [{ id: after, message: 'Invoices', author: { name: 'Ada', email: 'ada@example.com', username: 'ada' } }],
  total_commits: 1,
  head_commit: { id: after, message: 'Invoices' },
  repository: { id: 140, name: 'erp', full_name: 'acme/erp' },
  pusher: { id: 1, login: 'ada', full_name: '', email: 'ada@example.com', username: 'ada' },
  sender: { id: 1, login: 'ada', full_name: '', username: 'ada' },
};

const branch = (name: string, hash: string) => ({
  type: 'branch',
  name,
  target: { type: 'commit', hash, message: 'Invoices\n', date: '2026-11-27T11:32:44+00:00' },
  links: { html: { href: `https://bitbucket.org/acme/erp/branch/${name}` } },
});
export const bitbucket = {
  push: {
    changes: [
      {
        new: branch('main', after),
        old: branch('main', before),
        created: false,
        closed: false,
        forced: false,
        truncated: false,
      },
      { new: null, old: branch('old', before), created: false, closed: true, forced: false },
      { new: { ...branch('v1', after), type: 'annotated_tag' }, old: null, created: true, closed: false },
      { new: { ...branch('x', after), type: 'bookmark' }, old: null },
    ],
  },
  repository: { type: 'repository', full_name: 'acme/erp', uuid: '{5b6cc2a1-4841-469e-aebe-b0b58e14ffd3}' },
  actor: {
    type: 'user',
    display_name: 'Ada Lovelace',
    nickname: 'ada',
    uuid: '{58e8bb1e-704e-4239-b082-b4ceaf8cc369}',
  },
};

export const bitbucketServer = {
  eventKey: 'repo:refs_changed',
  date: '2026-11-27T12:32:44+0100',
  actor: { name: 'ada', emailAddress: 'ada@example.com', id: 1, displayName: 'Ada Lovelace', active: true },
  repository: { slug: 'erp', id: 84, name: 'erp', scmId: 'git', project: { key: 'ACME' } },
  changes: [
    {
      ref: { id: 'refs/heads/main', displayId: 'main', type: 'BRANCH' },
      refId: 'refs/heads/main',
      fromHash: before,
      toHash: after,
      type: 'UPDATE',
    },
  ],
};
