import { builder } from './builder.ts';

export interface PersonRow {
  id: string;
  email: string;
  name: string;
  avatarUrl: string | null;
}

export const Person = builder.objectRef<PersonRow>('Person').implement({
  description: 'A member of the organization, as other members see them.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of the account.' }),
    name: t.exposeString('name', { description: 'The name.' }),
    email: t.exposeString('email', { description: 'The e-mail address.' }),
    avatarUrl: t.exposeString('avatarUrl', { nullable: true, description: 'A picture.' }),
  }),
});
