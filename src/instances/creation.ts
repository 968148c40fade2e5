import { z } from 'zod';
import type { Instance } from '../../prisma/generated/client/client.ts';
import { type OrgScope, requireIn } from '../access/scope.ts';
import type { App } from '../app.ts';
import { AppError, validationError } from '../errors.ts';
import { odooVersion } from '../projects/index.ts';
import { imageOfEnterprise, imageReference, usualImage } from './image.ts';
import { checkLanguage, country, language } from './localisation.ts';

/** What the database is created with: it can be corrected until a provisioning has succeeded. */
export const creationFields = {
  odooVersion: odooVersion.nullish(),
  edition: z.enum(['community', 'enterprise']).nullish(),
  language: language.nullish(),
  country: country.nullish(),
  demo: z.boolean().nullish(),
  modules: z
    .array(z.string().regex(/^[a-z0-9_]{1,100}$/, 'must be the technical name of a module, such as sale_management'))
    .max(200)
    .nullish(),
  adminEmail: z.email().max(254).nullish(),
};

/** The image can be changed as long as no container runs it. */
export const imageField = { image: imageReference.nullish() };

type Correction = z.output<z.ZodObject<typeof creationFields & typeof imageField>>;

/** Null is a choice there: no country, the public image. */
const nullable: ReadonlySet<string> = new Set(['country', 'image']);

/** The names of what an input wants to correct. */
export const changedCreation = (input: Correction): string[] =>
  Object.entries(input).flatMap(([name, value]) =>
    (name in creationFields || name in imageField) && value !== undefined && (value !== null || nullable.has(name))
      ? [name]
      : [],
  );

/** The columns of what is corrected. A database that exists has been created with what it was created with. */
export function correct(app: App, scope: OrgScope, before: Instance, input: Correction) {
  const late = changedCreation(input).filter((name) => name in creationFields);
  if (before.provisionedAt !== null && late.length > 0)
    throw new AppError(
      'conflict',
      `The database of the instance exists: ${late.join(', ')} cannot be changed any more. Change it in Odoo, or create another instance`,
      { resource: 'instance', id: before.id, fields: late },
    );
  const version = input.odooVersion ?? before.odooVersion;
  const language = input.language ?? before.language;
  if (input.language || input.odooVersion) checkLanguage(language, version);
  const followed = before.image === usualImage(app, before.odooVersion) ? usualImage(app, version) : before.image;
  const image = input.image === undefined ? followed : (input.image ?? usualImage(app, version));
  if (image !== before.image && image !== usualImage(app, version))
    requireIn(scope, 'manage:instance_code', before.projectId);
  const edition = input.edition ?? before.edition;
  if (edition === 'enterprise' && image === usualImage(app, version))
    throw validationError([{ field: 'image', constraint: 'required', message: `image: ${imageOfEnterprise}` }]);
  return {
    odooVersion: version,
    language,
    image,
    edition,
    country: input.country === undefined ? before.country : input.country,
    demo: input.demo ?? before.demo,
    modules: input.modules ?? before.modules,
    adminEmail: input.adminEmail ?? before.adminEmail,
  };
}
