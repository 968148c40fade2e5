import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scene } from './invariants.ts';

interface Marked {
  name: string;
  /** The file in each volume of the instance, by the volume's name. */
  files: ReadonlyMap<string, string>;
  content: string;
}

/** Provisioned once, and no deletion of it has begun: its data must be there. */
const owned = `
  SELECT i.id, i.name, i.database_volume, s.docker_socket FROM instances i JOIN servers s ON s.id = i.server_id
  WHERE EXISTS (SELECT 1 FROM operations o WHERE o.resource_id = i.id AND o.kind = 'instance.provision' AND o.status = 'succeeded')
    AND NOT EXISTS (SELECT 1 FROM operations o WHERE o.resource_id = i.id AND o.kind IN ('instance.delete', 'instance.backup_and_delete') AND o.attempt > 0)`;

const ownParts = ['database', 'filestore'];

/** Data of users: something is put into each volume once its instance is there, and must stay until it is deleted. */
export class Markers {
  readonly #scene: Scene;
  readonly #marked = new Map<string, Marked>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Marks what is new. */
  async put(): Promise<void> {
    for (const { id, name, docker_socket: socket } of await this.#scene.sql<{
      id: string;
      name: string;
      docker_socket: string;
    }>(owned)) {
      if (this.#marked.has(id)) continue;
      const engine = this.#scene.engines.find((one) => one.socket === socket);
      const filters = { label: [`sh.ocore.instance=${id}`] };
      const all = (await engine?.docker.listVolumes({ filters }))?.Volumes ?? [];
      const Volumes = all.filter(({ Labels }) => ownParts.includes(Labels?.['sh.ocore.part'] ?? ''));
      if (Volumes.length === 0) continue;
      const marked = {
        name,
        files: new Map(Volumes.map(({ Name, Mountpoint }) => [Name, join(Mountpoint, 'of-the-user')])),
        content: randomUUID(),
      };
      for (const file of marked.files.values()) await writeFile(file, marked.content);
      this.#marked.set(id, marked);
    }
  }

  /** What is lost. */
  async violations(): Promise<string[]> {
    const lost: string[] = [];
    for (const { id, database_volume: volume } of await this.#scene.sql<{ id: string; database_volume: string | null }>(
      owned,
    )) {
      const marked = this.#marked.get(id);
      for (const [name, file] of marked?.files ?? []) {
        // The volume of a primary goes when a replica is promoted, whose copy is from before the mark.
        if (volume !== null && name !== volume && name.startsWith(`ocore-${id}-db`)) continue;
        const content = await readFile(file, 'utf8').catch(() => undefined);
        if (content !== marked?.content) lost.push(`Data of instance ${marked?.name} ${id} is lost: ${file}`);
      }
    }
    return lost;
  }
}
