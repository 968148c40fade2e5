import './auth.ts';
import './organization.ts';
import './user.ts';
import './operation.ts';
import './server.ts';
import './project.ts';
import './environment.ts';
import './instance.ts';
import { builder } from './builder.ts';
import { guardRootFields } from './deny-by-default.ts';

export const schema = builder.toSchema();
guardRootFields(schema);
