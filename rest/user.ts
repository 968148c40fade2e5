import type { Route } from './route.ts';

export const userRoutes: readonly Route[] = [
  { method: 'get', path: '/user', category: 'User', summary: 'Get the signed-in user', document: '{ me { id email emailVerified name isAdmin createdAt } }', answer: { as: 'object' } },
  { method: 'get', path: '/user/orgs', category: 'User', summary: 'List the organizations of the signed-in user', document: '{ myOrganizations { id name slug createdAt } }', answer: { as: 'whole', key: 'data' } },
  { method: 'post', path: '/user/change-email', category: 'User', summary: 'Change the e-mail address', document: 'mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) }', answer: { as: 'message', message: 'A letter to the new address asks to confirm it' } },
  { method: 'post', path: '/user/change-password', category: 'User', summary: 'Change the password', document: 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }', answer: { as: 'message', message: 'The password is changed' } },
  { method: 'get', path: '/user/connected-accounts', category: 'User', summary: 'List the connected accounts of providers', document: '{ connectedAccounts { hasPassword accounts { provider email name avatarUrl createdAt } } }', answer: { as: 'object' } },
  { method: 'delete', path: '/user/connected-accounts/{provider}', category: 'User', summary: 'Disconnect a provider\'s account', document: 'mutation ($provider: String!) { disconnectAccount(provider: $provider) }', answer: { as: 'message', message: 'The account is disconnected' } },
];
