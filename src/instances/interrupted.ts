import type { ContainerInfo } from '../remote/index.ts';

/** SIGINT, SIGKILL, SIGTERM, and what an engine says of a container that it lost. */
const fromOutside = [130, 137, 143, 255];

/** Whether a container ended because the engine or the machine went down under it, not by itself. */
export function wasInterrupted({ State }: ContainerInfo): boolean {
  return !State.Running && !State.OOMKilled && fromOutside.includes(State.ExitCode);
}
