export { rolesFeature } from './feature.ts';
export { deleteRole } from './delete.ts';
export {
  createInput as createRoleInput,
  createRole,
  getRole,
  listRoles,
  updateInput as updateRoleInput,
  updateRole,
} from './service.ts';
