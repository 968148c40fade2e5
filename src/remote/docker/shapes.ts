import { z } from 'zod';

/**
 * What is read of the engine's responses, and nothing else: unknown fields are passed over, names that go into a path
 * again are only names.
 */
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/);
const text = z.string().max(1024);
const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});

export const versionShape = z.object({ Version: text, ApiVersion: z.string().regex(/^\d{1,3}\.\d{1,3}$/) });
export const infoShape = z.object({
  /** Where the engine keeps images, containers and volumes. */
  DockerRootDir: z
    .string()
    .max(4096)
    .regex(/^\/[^\p{Cc}]*$/u),
});
export const createdShape = z.object({ Id: id });
export const imageShape = z.object({
  Id: text,
  RepoDigests: z.array(text).max(1000).nullish(),
  Config: z
    .object({
      Env: z.array(z.string()).nullish(),
      Volumes: z.record(z.string(), z.unknown()).nullish(),
      User: z.string().nullish(),
      Entrypoint: z.array(z.string()).nullish(),
      Cmd: z.array(z.string()).nullish(),
      WorkingDir: z.string().nullish(),
      ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
      Labels: labels,
    })
    .nullish(),
});
export const imagesShape = z.array(z.object({ RepoTags: z.array(text).nullish(), Labels: labels })).max(1000);
export const committedShape = z.object({ Id: text });
export type ImageConfig = NonNullable<z.infer<typeof imageShape>['Config']>;
export const networksShape = z.array(z.object({ Id: id, Name: text, Labels: labels })).max(1000);
export const volumesShape = z.object({
  Volumes: z
    .array(z.object({ Name: id, Labels: labels }))
    .max(1000)
    .nullish()
    .transform((value) => value ?? []),
});
export const volumeShape = z.object({ Name: id });
const portsShape = z
  .array(z.object({ PrivatePort: z.number().int(), PublicPort: z.number().int().optional() }))
  .max(200)
  .nullish()
  .transform((value) => value ?? []);
export const containersShape = z.array(z.object({ Id: id, State: text, Labels: labels, Ports: portsShape })).max(1000);
export const containerShape = z.object({
  Id: id,
  Config: z.object({ Labels: labels }).optional(),
  RestartCount: z.number().int().default(0),
  State: z.object({
    Status: text,
    Running: z.boolean(),
    Restarting: z.boolean().default(false),
    OOMKilled: z.boolean().default(false),
    ExitCode: z.number().int().default(0),
    StartedAt: text.default(''),
  }),
  /** The addresses of a container, by the names of its networks; empty while it does not run. */
  NetworkSettings: z
    .object({ Networks: z.record(z.string(), z.object({ IPAddress: z.union([z.ipv4(), z.literal('')]) })).default({}) })
    .optional(),
});
export const exitShape = z.object({ StatusCode: z.number().int() });
export const execShape = z.object({ Running: z.boolean(), ExitCode: z.number().int().nullish() });
export const pullEventShape = z.object({
  id: z.string().max(256).optional(),
  status: z.string().max(4096).optional(),
  error: z.string().optional(),
  progressDetail: z
    .object({ current: z.number().nonnegative().optional(), total: z.number().nonnegative().optional() })
    .optional(),
});

export type ContainerInfo = z.infer<typeof containerShape>;
