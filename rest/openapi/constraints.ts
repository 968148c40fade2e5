import { z } from 'zod';
import { adminUserInput } from '../../src/admin/index.ts';
import { createApiKeyInput, updateApiKeyInput } from '../../src/api-keys/index.ts';
import { deleteAccountInput, loginInput, profileInput, secondFactorInput, signUpInput, sshKeyInput } from '../../src/identity/index.ts';
import { configureInstanceInput, createInstanceInput } from '../../src/instances/index.ts';
import { assignInput, inviteInput, inviteLinkInput, memberRoleInput } from '../../src/members/index.ts';
import { createOrganizationInput, settingsInput, updateOrganizationInput } from '../../src/orgs/index.ts';
import { createEnvironmentInput, createProjectInput, updateEnvironmentInput, updateProjectInput } from '../../src/projects/index.ts';
import { createRoleInput, updateRoleInput } from '../../src/roles/index.ts';
import { createServerInput, updateServerInput } from '../../src/servers/index.ts';
import { isObject, type JsonObject } from './json-schema.ts';

/** What parses each input: its bounds and patterns are the documented ones. */
const parsers: Readonly<Record<string, z.ZodType>> = {
  AddSshKeyInput: sshKeyInput,
  AdminCreateUserInput: adminUserInput,
  AssignRoleInput: assignInput,
  ChangeMemberRoleInput: memberRoleInput,
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
  InviteMemberInput: inviteInput,
  LoginInput: loginInput,
  LoginSecondFactorInput: secondFactorInput,
  SignUpInput: signUpInput,
  UpdateApiKeyInput: updateApiKeyInput,
  UpdateEnvironmentInput: updateEnvironmentInput,
  UpdateOrganizationInput: updateOrganizationInput,
  UpdateOrganizationSettingsInput: settingsInput,
  UpdateProfileInput: profileInput,
  UpdateProjectInput: updateProjectInput,
  UpdateRoleInput: updateRoleInput,
  UpdateServerInput: updateServerInput,
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

/** Gives, by the name of an input's field, the bounds that its parser asks for. */
export function constraintsOf(input: string): (field: string) => JsonObject {
  const parser = parsers[input];
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
