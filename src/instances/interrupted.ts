import type { ContainerInfo } from '../remote/index.ts';

/** SIGINT, SIGKILL, SIGTERM, and what an engine says of a container that it lost. */
const fromOutside = [130, 137, 143, 255];

/** Whether a container ended because the engine or the machine went down under it, not by itself. */
export function wasInterrupted({ State }: ContainerInfo): boolean {
  return !State.Running && !State.OOMKilled && fromOutside.includes(State.ExitCode);
}

/** The same of a server: it ends with 0, too, when the engine goes down in good order, and never by itself. */
export function serverWasInterrupted(info: ContainerInfo): boolean {
  return wasInterrupted(info) || (!info.State.Running && info.State.ExitCode === 0);
}
