import { z } from 'zod';

/** What a value is replaced with. Each is made of the row's id, so that rows stay apart and a repetition changes nothing. */
const fakes = {
  name: `'Person ' || id`,
  email: `'person-' || id || '@example.invalid'`,
  login: `'user-' || id || '@example.invalid'`,
  phone: `'+1 555 ' || lpad((id % 10000000)::text, 7, '0')`,
  text: `'Anonymised'`,
  empty: 'NULL',
} as const;

export const fakeNames = ['name', 'email', 'phone', 'text', 'empty'] as const;
export const presetNames = ['contacts', 'users', 'employees'] as const;
type Fake = keyof typeof fakes;
type Preset = (typeof presetNames)[number];

const identifier = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be the name of a table or column as PostgreSQL has it, such as crm_lead');

export const anonymisation = z.object({
  presets: z.array(z.enum(presetNames)).max(presetNames.length).nullish(),
  rules: z
    .array(z.object({ table: identifier, column: identifier, replacement: z.enum(fakeNames) }))
    .max(200)
    .nullish(),
  /** Of users who stay who they are. */
  keepLogins: z.array(z.string().min(1).max(254)).max(100).nullish(),
});
export type Anonymisation = z.infer<typeof anonymisation>;

export interface ColumnRule {
  table: string;
  column: string;
  fake: Fake;
  /** Only these rows. */
  where: string | null;
  /** Whether the database may have no such column: releases differ, and not every module is installed. */
  optional: boolean;
}

/** Users that Odoo itself signs in as, or copies, by their login. */
const technical = `login NOT IN ('__system__', 'public', 'portaltemplate', 'default')`;
/** The logins that are kept stand in a temporary table of the session. */
const keptUsers = 'SELECT id FROM res_users WHERE login IN (SELECT login FROM ocore_kept_logins)';
const users = `${technical} AND id NOT IN (${keptUsers})`;
/** A company is no person; and who keeps the login keeps the name. */
const contacts = `id NOT IN (SELECT partner_id FROM res_company) AND id NOT IN (SELECT partner_id FROM res_users WHERE NOT (${technical}) OR id IN (${keptUsers}))`;
const employees = `user_id IS NULL OR user_id NOT IN (${keptUsers})`;

type Columns = readonly (readonly [
  table: string,
  where: string | null,
  columns: Partial<Record<Fake, readonly string[]>>,
])[];

const presets: Readonly<Record<Preset, Columns>> = {
  contacts: [
    [
      'res_partner',
      contacts,
      {
        name: ['name', 'display_name', 'complete_name'],
        email: ['email', 'email_normalized'],
        phone: ['phone', 'mobile', 'phone_sanitized'],
        text: ['street'],
        empty: ['street2', 'zip', 'city', 'vat', 'website', 'comment', 'company_registry', 'signup_token'],
      },
    ],
    ['res_partner_bank', null, { text: ['acc_holder_name'], empty: ['sanitized_acc_number'] }],
    [
      'crm_lead',
      null,
      {
        name: ['contact_name', 'partner_name'],
        email: ['email_from', 'email_normalized'],
        phone: ['phone', 'mobile', 'phone_sanitized'],
        empty: ['street', 'street2', 'zip', 'city', 'website', 'email_cc'],
      },
    ],
  ],
  // The logins last: the conditions of the others are about them.
  users: [['res_users', users, { empty: ['signature', 'password', 'totp_secret'], login: ['login'] }]],
  employees: [
    [
      'hr_employee',
      employees,
      {
        name: ['name'],
        email: ['work_email', 'private_email'],
        phone: ['work_phone', 'mobile_phone', 'private_phone', 'phone'],
        empty: [
          'private_street',
          'private_street2',
          'private_city',
          'private_zip',
          'identification_id',
          'passport_id',
          'ssnid',
          'sinid',
          'permit_no',
          'visa_no',
          'emergency_contact',
          'emergency_phone',
          'birthday',
          'place_of_birth',
          'spouse_complete_name',
          'spouse_birthdate',
          'barcode',
          'pin',
          'notes',
          'legal_name',
        ],
      },
    ],
    // Since Odoo 19, where the private data of employees is.
    [
      'hr_version',
      null,
      {
        empty: [
          'private_street',
          'private_street2',
          'private_city',
          'private_zip',
          'identification_id',
          'passport_id',
          'ssnid',
          'sinid',
          'spouse_complete_name',
          'spouse_birthdate',
        ],
      },
    ],
  ],
};

const isFake = (name: string): name is Fake => Object.hasOwn(fakes, name);

/** All that is replaced, in this order. */
export function columnRules({ presets: names, rules }: Anonymisation): ColumnRule[] {
  const chosen = presetNames.filter((name) => names?.includes(name) && name !== 'users');
  // Users last: which of them are kept is asked by their login.
  const all = [...chosen, ...(names?.includes('users') ? (['users'] as const) : [])];
  return [
    ...(rules ?? []).map(({ table, column, replacement }) => ({
      table,
      column,
      fake: replacement,
      where: null,
      optional: false,
    })),
    ...all.flatMap((name) =>
      presets[name].flatMap(([table, where, columns]) =>
        Object.entries(columns).flatMap(([fake, names]) =>
          isFake(fake) ? names.map((column) => ({ table, column, fake, where, optional: true })) : [],
        ),
      ),
    ),
  ];
}

/** Pictures of people are files of their records. */
export const pictureModels: Readonly<Record<Preset, readonly string[]>> = {
  contacts: ['res.partner'],
  users: [],
  employees: ['hr.employee', 'hr.employee.public'],
};

/** Replaces one column. Table and column are plain names: the schema of the input lets nothing else through. */
export const updateSql = ({ table, column, fake, where }: ColumnRule): string =>
  `UPDATE "${table}" SET "${column}" = ${fakes[fake]} WHERE "${column}" IS NOT NULL${where === null ? '' : ` AND (${where})`}`;
