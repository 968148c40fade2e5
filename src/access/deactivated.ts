import { AppError } from '../errors.ts';

/** The administrator of the installation let the organization rest: it can be looked at. */
export function organizationDeactivated({ slug }: { slug: string }): AppError {
  return new AppError(
    'organization_deactivated',
    'The organization is deactivated: it can be read, not changed; ask the administrator of this installation',
    { organization: slug },
  );
}
