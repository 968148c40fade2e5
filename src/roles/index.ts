export { rolesFeature } from './feature.ts';
export {
  createInput as createRoleInput,
  createRole,
  deleteRole,
  getRole,
  listRoles,
  updateInput as updateRoleInput,
  updateRole,
} from './service.ts';
