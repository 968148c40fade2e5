export { createEnvironment, createEnvironmentInput, deleteEnvironment, getEnvironment, listEnvironments, updateEnvironment, updateEnvironmentInput } from './environments.ts';
export { archiveProject, createProject, createProjectInput, deleteProject, getProject, listProjects, odooVersion, updateProject, updateProjectInput } from './service.ts';
