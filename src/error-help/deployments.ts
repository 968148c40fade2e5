import type { OperationErrorHelp } from './help.ts';

const readLog = 'The log of the operation has the lines of Odoo: `GET /api/operations/{id}/logs`.';

/** What deployments find out. */
export const deploymentHelp = {
  addons_invalid: {
    title: 'The addons cannot be deployed',
    happened: 'The repositories have modules that Odoo could not load. Nothing was changed: the old version serves.',
    causes: [
      'A `__manifest__.py` cannot be read, for example because of a syntax error.',
      'A module that is installed in the database says that it is not installable.',
    ],
    todo: ['Correct the file and the line that `message` names, push, and deploy again.'],
    message: 'addons/acme_sale/__manifest__.py, line 4: a value is missing',
    hint: 'Correct the module and deploy again.',
  },
  dependency_missing: {
    title: 'A module depends on one that is not there',
    happened:
      'A module that is installed, or is to be installed, needs another one that neither the repositories nor the image have. Nothing was changed.',
    causes: [
      'The repository of that module is not connected with the project.',
      'The name of the module is misspelt in `depends`.',
    ],
    todo: [
      'Read `message`: it names both modules.',
      'Connect the repository with `POST /api/projects/{id}/repositories`, or correct the manifest, and deploy again.',
    ],
    message: 'acme_sale depends on acme_base, which neither the repositories nor the image have',
    hint: 'Connect the repository that has it, or correct the manifest.',
  },
  module_missing: {
    title: 'The commit lacks an installed module',
    happened:
      'A module that is installed in the database is not in the commit any more, or was to be installed and is nowhere. Nothing was changed.',
    causes: [
      'The module was deleted or renamed in Git while it is still installed.',
      'Another branch was deployed than the one that has the module.',
    ],
    todo: ['Uninstall the module in Odoo first, or bring it back to the branch, and deploy again.'],
    message: 'Installed modules are not in the commit: acme_old',
    hint: 'Uninstall them in Odoo first, or bring them back.',
  },
  image_build_failed: {
    title: 'The image could not be built',
    happened:
      'The packages of `requirements.txt` or `apt.txt` could not be installed within the limits. Nothing was changed: the old version serves.',
    causes: [
      'A package or a version does not exist, or does not fit the Python of the image.',
      'The server does not reach the package index.',
      'The installation needed more memory or time than it may have.',
    ],
    todo: ['Read `message`, which has the last lines of pip or apt.', 'Correct the file and deploy again.'],
    message: 'pip ended with exit code 1: ERROR: No matching distribution found for acme-lib==9.9',
    hint: 'Correct requirements.txt or apt.txt and deploy again.',
  },
  module_update_failed: {
    title: 'The modules could not be updated',
    happened:
      'Odoo did not update or install the modules of the new version. It worked on a copy of the data: the old version serves again, with the data that it had.',
    causes: [
      'A view, a data file or Python code of a module is wrong.',
      'A migration script raised an error.',
      'A Python package is missing that a module needs: name it in `requirements.txt`.',
    ],
    todo: ['Read the findings of the deployment: they name the module, the file and the line.', readLog],
    message: 'ValueError: Invalid field acme_rank on model res.partner (acme_sale/views/partner.xml, line 12)',
    hint: 'Correct the module and deploy again.',
  },
  module_update_timeout: {
    title: 'The update of the modules took too long',
    happened:
      'Odoo did not end the update within the limit. It worked on a copy of the data: the old version serves again, with the data that it had.',
    causes: ['A migration script hangs, or works on far more rows than it was tried with.'],
    todo: [readLog, 'Make the migration faster, or raise `DEPLOYMENT_UPDATE_TIMEOUT` of this installation.'],
    message: 'Odoo did not update the modules within 3600 s',
    hint: 'Read the log of the operation for what it was doing.',
  },
} as const satisfies Record<string, OperationErrorHelp>;
