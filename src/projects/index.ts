export { projectsFeature } from './feature.ts';
export {
  createEnvironment,
  createInProjectInput as createProjectEnvironmentInput,
  createInput as createEnvironmentInput,
  deleteEnvironment,
  type EnvironmentFilter,
  environmentsOfEach,
  getEnvironment,
  listEnvironments,
  updateEnvironment,
  updateInput as updateEnvironmentInput,
} from './environments.ts';
export {
  archiveProject,
  createProject,
  createInput as createProjectInput,
  deleteProject,
  getProject,
  listProjects,
  odooVersion,
  updateProject,
  updateInput as updateProjectInput,
} from './service.ts';
