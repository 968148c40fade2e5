export { createRole, deleteRole, getRole, listRoles, updateRole } from './service.ts';
