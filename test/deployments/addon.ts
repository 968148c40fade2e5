import type { Content } from '../fleet/git-server/repository.ts';

/** What of the module of the tests differs from one version to the next. */
export interface Version {
  /** What the page says. */
  says?: string;
  version?: string;
  depends?: readonly string[];
  /** Below the directory of the module. */
  files?: Readonly<Record<string, string>>;
  /** In place of what the model is. */
  model?: string;
  view?: string;
}

const manifest = (version: string, depends: readonly string[]): string => `{
    'name': 'Notes',
    'version': '${version}',
    'depends': [${depends.map((name) => `'${name}'`).join(', ')}],
    'data': ['views/note.xml'],
    'license': 'LGPL-3',
}
`;

export const plainModel = `from odoo import fields, models


class Note(models.Model):
    _name = 'ocore.note'
    _description = 'Note'

    name = fields.Char()
`;

const plainView = `<odoo>
    <record id="view_note_form" model="ir.ui.view">
        <field name="name">ocore.note.form</field>
        <field name="model">ocore.note</field>
        <field name="arch" type="xml">
            <form><field name="name"/></form>
        </field>
    </record>
</odoo>
`;

const controller = (says: string): string => `from odoo import http


class Notes(http.Controller):
    @http.route('/ocore_note/version', auth='none')
    def version(self):
        return '${says}'
`;

/** The files of the module `ocore_note`, in the folder `addons` of a repository. */
export function noteModule(version: Version = {}): Record<string, Content> {
  const { says = 'one', depends = ['web'], model = plainModel, view = plainView } = version;
  const files: Record<string, string> = {
    '__manifest__.py': manifest(version.version ?? '19.0.1.0.0', depends),
    '__init__.py': 'from . import controllers, models\n',
    'models/__init__.py': 'from . import note\n',
    'models/note.py': model,
    'controllers/__init__.py': 'from . import version\n',
    'controllers/version.py': controller(says),
    'views/note.xml': view,
    ...version.files,
  };
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`addons/ocore_note/${path}`, content]));
}
