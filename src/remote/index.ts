export { Destinations } from './destinations.ts';
export { RemoteError, dockerStatus, toRemoteError } from './errors.ts';
export { execInContainer, putFile, runOneOff } from './exec.ts';
export type { RemoteHost } from './host.ts';
export { type ContainerLine, containerLogs } from './logs.ts';
export { RemotePool } from './pool.ts';
export { pullImage } from './pull.ts';
export { HostScript, hostScript } from './script.ts';
export type { RemoteTarget } from './target.ts';
