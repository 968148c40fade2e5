import { z } from 'zod';

/**
 * Variables that decide which code runs, or where Odoo finds its configuration and database. The list closes the known
 * ways past the settings of oCore; who may run own code at all is decided by the permission `manage:instance_code`.
 */
const reserved: readonly (readonly [names: RegExp, reason: string])[] = [
  [/^PYTHON/, 'Python loads code and settings from it'],
  [/^LD_/, 'the loader takes libraries from it'],
  [
    /^(GLIBC_|MALLOC_|LIBC_|RES_)|^(GCONV_PATH|GETCONF_DIR|HOSTALIASES|LOCALDOMAIN|LOCPATH|NLSPATH|TZDIR)$/,
    'the C library loads code, files or addresses from it',
  ],
  [
    /^(BASH|ZSH)|^(ENV|IFS|PS[0-4]|SHELL|SHELLOPTS|CDPATH|GLOBIGNORE|EXECIGNORE|POSIXLY_CORRECT|PROMPT_COMMAND)$/,
    'the shell of the entrypoint runs or reads it',
  ],
  [
    /^(PATH|HOME|BROWSER|EDITOR|VISUAL|PAGER)$|^(XDG|GIT)_|^LESS(OPEN|CLOSE)$/,
    'programs and their settings are found by it',
  ],
  [/^(PERL|RUBY|NODE_|NPM_|JAVA_|_JAVA_|JDK_)/, 'an interpreter that Odoo starts loads code from it'],
  [/^OPENSSL_|^(QT|GTK|GIO|GDK)_/, 'libraries of Odoo load modules from it'],
  [/^(ODOO_RC|OPENERP_.*)$/, 'Odoo takes its configuration from it'],
  // What the entrypoint of the public image turns into options, and what libpq and Odoo 19 read by themselves.
  [/^(HOST|PORT|USER|PASSWORD|PASSWORD_FILE|DB_.*|POSTGRES.*|PG.*)$/, 'the image takes its database from it'],
];

/** Why a variable cannot be set, or undefined for one that can. */
function reservedFor(name: string): string | undefined {
  return reserved.find(([names]) => names.test(name))?.[1];
}

/** One variable as the API has it. */
export const envVarInput = z.object({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be a variable name'),
  value: z
    .string()
    .max(32768)
    .regex(/^[^\u0000]*$/, 'must not contain NUL'),
});

/** All variables of an instance, by their names. */
export const envVars = z
  .record(envVarInput.shape.name, envVarInput.shape.value)
  .refine((value) => Object.keys(value).length <= 100, 'at most 100 variables')
  .superRefine((value, context) => {
    for (const name of Object.keys(value)) {
      const reason = reservedFor(name);
      if (reason === undefined) continue;
      const message = `${name} cannot be set, because ${reason}`;
      context.addIssue({ code: 'custom', path: [name], message, params: { constraint: 'reserved' } });
    }
  });
