import { z } from 'zod';
import { adminUserInput } from '../../src/admin/index.ts';
import { confirmSignUpInput, deleteAccountInput, oauthExchangeInput, signUpInput } from '../../src/accounts/index.ts';
import { createApiKeyInput, rotateApiKeyInput, updateApiKeyInput } from '../../src/api-keys/index.ts';
import {
  beginPasskeyLoginInput, beginPasskeyRegistrationInput, changeEmailInput, changePasswordInput, disableTotpInput, finishPasskeyLoginInput, finishPasskeyRegistrationInput, forgotPasswordInput, githubKeysInput,
  installationSettingsInput, loginInput, oauthProgramInput, passkeyNameInput, passwordInput, profileInput, refreshInput, resetPasswordInput, secondFactorInput, sshKeyInput, totpCodeInput, verifyInput,
} from '../../src/identity/index.ts';
import { configureInstanceInput, createInstanceInput, envVarInput } from '../../src/instances/index.ts';
import { longestFilter } from '../../src/lists.ts';
import { acceptInvitationInput, acceptInviteLinkInput, assignInput, inviteInput, inviteLinkInput, memberRoleInput } from '../../src/members/index.ts';
import { createOrganizationInput, settingsInput, updateOrganizationInput } from '../../src/orgs/index.ts';
import { createEnvironmentInput, createProjectInput, updateEnvironmentInput, updateProjectInput } from '../../src/projects/index.ts';
import { createRoleInput, updateRoleInput } from '../../src/roles/index.ts';
import { createServerInput, updateServerInput, updateServerProjectsInput } from '../../src/servers/index.ts';
import { isObject, type JsonObject } from './json.ts';

const filter = z.string().max(longestFilter);
const searched = z.object({ search: filter });
const ofKind = z.object({ kind: filter });
const trail = z.object({ action: filter, resourceType: filter });

/** What parses each input, and the named arguments of each field: its bounds and patterns are the documented ones. */
export const parsers: Readonly<Record<string, z.ZodType>> = {
  AddSshKeyInput: sshKeyInput,
  AdminCreateUserInput: adminUserInput,
  AssignRoleInput: assignInput,
  ChangeMemberRoleInput: memberRoleInput,
  ChangeEmailInput: changeEmailInput,
  ChangePasswordInput: changePasswordInput,
  ConfirmSignUpInput: confirmSignUpInput,
  ConfigureInstanceInput: configureInstanceInput,
  CreateApiKeyInput: createApiKeyInput,
  CreateEnvironmentInput: createEnvironmentInput,
  CreateInstanceInput: createInstanceInput,
  CreateInviteLinkInput: inviteLinkInput,
  CreateOrganizationInput: createOrganizationInput,
  CreateProjectInput: createProjectInput,
  CreateRoleInput: createRoleInput,
  CreateServerInput: createServerInput,
  DeleteAccountInput: deleteAccountInput,
  DisableTotpInput: disableTotpInput,
  EnvVarInput: envVarInput,
  InstallationSettingsInput: installationSettingsInput,
  InviteMemberInput: inviteInput,
  LoginInput: loginInput,
  LoginSecondFactorInput: secondFactorInput,
  OAuthExchangeInput: oauthExchangeInput,
  ResetPasswordInput: resetPasswordInput,
  SignUpInput: signUpInput,
  UpdateApiKeyInput: updateApiKeyInput,
  UpdateEnvironmentInput: updateEnvironmentInput,
  UpdateOrganizationInput: updateOrganizationInput,
  UpdateOrganizationSettingsInput: settingsInput,
  UpdateProfileInput: profileInput,
  UpdateProjectInput: updateProjectInput,
  UpdateRoleInput: updateRoleInput,
  UpdateServerInput: updateServerInput,

  acceptInvitation: acceptInvitationInput,
  acceptInviteLink: acceptInviteLinkInput,
  acceptServerHostKey: z.object({ fingerprint: createServerInput.shape.hostKeyFingerprint }),
  adminJobs: ofKind,
  adminOrganizations: searched,
  adminUsers: searched,
  auditLogExport: trail,
  auditLogs: trail,
  beginOAuth: oauthProgramInput.extend({ flow: z.string().regex(/^(login|link)$/) }),
  beginPasskeyLogin: beginPasskeyLoginInput,
  beginPasskeyRegistration: beginPasskeyRegistrationInput,
  // What has to be typed to confirm is one of these, or wrong.
  deleteInstance: z.object({ confirmName: createInstanceInput.shape.name }),
  deleteOrganization: passwordInput.extend({ confirmSlug: createOrganizationInput.shape.slug }),
  deletePasskey: passwordInput,
  enableTotp: totpCodeInput,
  finishPasskeyLogin: finishPasskeyLoginInput,
  finishPasskeyRegistration: finishPasskeyRegistrationInput,
  forgotPassword: forgotPasswordInput,
  importGithubSshKeys: githubKeysInput,
  instances: searched,
  linkOAuth: passwordInput,
  members: searched,
  operations: ofKind,
  projects: searched,
  refreshToken: refreshInput,
  renamePasskey: passkeyNameInput,
  renameSshKey: sshKeyInput,
  renewRecoveryCodes: totpCodeInput,
  rotateApiKey: rotateApiKeyInput,
  setUpTotp: passwordInput,
  transferOwnership: passwordInput,
  updateServerProjects: updateServerProjectsInput,
  verifyEmail: verifyInput,
};

const bounds = new Set(['minLength', 'maxLength', 'pattern', 'minimum', 'maximum', 'minItems', 'maxItems']);

// Their patterns say the same at length.
const formats = ['email', 'uri'];

const shape = z.object({ properties: z.record(z.string(), z.record(z.string(), z.json())) });

/** Without the null that an optional field may also be. */
function present(schema: JsonObject): JsonObject {
  const options = schema['anyOf'];
  const found = Array.isArray(options) ? options.find((option) => isObject(option) && option['type'] !== 'null') : undefined;
  return isObject(found) ? found : schema;
}

/** Gives, by the name of an input's field or a field's argument, the bounds that its parser asks for. */
export function constraintsOf(owner: string): (field: string) => JsonObject {
  const parser = parsers[owner];
  if (!parser) return () => ({});
  const { properties } = shape.parse(z.toJSONSchema(parser, { io: 'input', unrepresentable: 'any' }));
  return (field) => {
    const schema = present(properties[field] ?? {});
    if (schema['type'] === 'object') return {};
    const format = formats.find((known) => known === schema['format']);
    const kept = Object.entries(schema).filter(([name]) => bounds.has(name) && !(name === 'pattern' && format));
    return { ...Object.fromEntries(kept), ...(format ? { format } : {}) };
  };
}
