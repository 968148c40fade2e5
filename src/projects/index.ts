export { createEnvironment, deleteEnvironment, getEnvironment, listEnvironments, updateEnvironment } from './environments.ts';
export { archiveProject, createProject, deleteProject, getProject, listProjects, odooVersion, updateProject } from './service.ts';
