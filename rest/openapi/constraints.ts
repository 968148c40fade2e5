import { z } from 'zod';
import { loginInput, signUpInput } from '../../src/identity/index.ts';
import { configureInstanceInput, createInstanceInput } from '../../src/instances/index.ts';
import { createEnvironmentInput, createProjectInput, updateEnvironmentInput, updateProjectInput } from '../../src/projects/index.ts';
import { createServerInput, updateServerInput } from '../../src/servers/index.ts';
import type { Json, JsonObject } from './json-schema.ts';

/** What parses each input: its bounds and patterns are the documented ones. */
const parsers: Readonly<Record<string, z.ZodType>> = {
  ConfigureInstanceInput: configureInstanceInput,
  CreateEnvironmentInput: createEnvironmentInput,
  CreateInstanceInput: createInstanceInput,
  CreateProjectInput: createProjectInput,
  CreateServerInput: createServerInput,
  LoginInput: loginInput,
  SignUpInput: signUpInput,
  UpdateEnvironmentInput: updateEnvironmentInput,
  UpdateProjectInput: updateProjectInput,
  UpdateServerInput: updateServerInput,
};

const bounds = new Set(['minLength', 'maxLength', 'pattern', 'minimum', 'maximum', 'minItems', 'maxItems']);

const shape = z.object({ properties: z.record(z.string(), z.record(z.string(), z.json())) });

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

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
    const kept = Object.entries(schema).filter(([name]) => bounds.has(name) && !(name === 'pattern' && schema['format'] === 'email'));
    return { ...Object.fromEntries(kept), ...(schema['format'] === 'email' ? { format: 'email' } : {}) };
  };
}
