import type { OperationErrorHelp } from './help.ts';

/** What copies and restore tests find out. */
export const cloneHelp = {
  not_neutralized: {
    title: 'The copy could not be neutralised',
    happened:
      'A copy of an instance was not, or not verifiably, kept from sending e-mails, fetching, paying and running scheduled actions. It was removed, and nothing of Odoo ran on it.',
    causes: [
      'A module is installed in the database that the image does not have: its part of the neutralisation would be left out.',
      'A module’s own neutralisation failed.',
      'The Odoo is older than 16, which is the first release that can neutralise a database.',
    ],
    todo: [
      'Read `message`: it names the modules, or what is not neutral.',
      'Clone with an image that has all modules, or uninstall them in the original.',
      'The log of the operation has the lines of Odoo: `GET /api/operations/{id}/logs`.',
    ],
    message: 'The image does not have modules that are installed in the database: acme_sync',
    hint: 'Clone with an image that has these modules, or uninstall them in the original first.',
  },
  not_anonymized: {
    title: 'The copy could not be anonymised',
    happened: 'A rule of the anonymisation does not fit the database. The copy was removed; nothing of Odoo ran on it.',
    causes: [
      'The table or the column does not exist in this database, for example because its module is not installed.',
      'The column is no text, or must not be empty, so that it does not take the replacement.',
    ],
    todo: ['Correct the rules that `message` names, and clone again.'],
    message: 'The database has no such column, or not of a type that takes the replacement: crm_lead.contact (name)',
    hint: 'Correct the rules and clone again.',
  },
  restore_test_failed: {
    title: 'The restore test failed',
    happened:
      'A backup was restored for a test, and what was restored did not start, or is not what the backup says. The backup and the instance were not changed; what the test made was removed.',
    causes: [
      'The backup is damaged, or its destination could not be reached from the server of the test.',
      'The image of the instance has changed since the backup was made.',
      'The server of the test has too little memory or disk.',
    ],
    todo: [
      'Read `message` and the log of the operation: `GET /api/operations/{id}/logs`.',
      'Take another backup and test that one. If it fails as well, the environment has no backup to rely on.',
    ],
    message: 'Odoo did not answer at /web/login within ten minutes',
    hint: 'Read the log of the operation.',
  },
} as const satisfies Record<string, OperationErrorHelp>;
