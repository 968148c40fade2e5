import type { FakeContainer, Labelled } from './state.ts';

const never = '0001-01-01T00:00:00Z';
const imageId = `sha256:${'1'.repeat(64)}`;

export const versionInfo = {
  Platform: { Name: 'Docker Engine - Community' },
  Components: [
    {
      Name: 'Engine',
      Version: '24.0.7',
      Details: { ApiVersion: '1.43', Arch: 'amd64', Os: 'linux', MinAPIVersion: '1.12' },
    },
  ],
  Version: '24.0.7',
  ApiVersion: '1.43',
  MinAPIVersion: '1.12',
  GitCommit: '311b9ff',
  GoVersion: 'go1.20.10',
  Os: 'linux',
  Arch: 'amd64',
  KernelVersion: '6.1.0-18-amd64',
  BuildTime: '2023-10-26T09:08:02.000000000+00:00',
};

export const engineInfo = {
  ID: '7TRN:IPZB:QYBB:VPBQ:UMPP:KARE:6ZNR:XE6T:7EWV:PKF4:ZOJD:TPYS',
  Driver: 'overlay2',
  OperatingSystem: 'Debian GNU/Linux 12 (bookworm)',
  Architecture: 'x86_64',
  ServerVersion: '24.0.7',
};

export function imageInfo(name: string) {
  return {
    Id: imageId,
    RepoTags: [name],
    RepoDigests: [],
    Created: never,
    Architecture: 'amd64',
    Os: 'linux',
    Size: 1,
    Config: { Env: [], Cmd: ['odoo'], Entrypoint: null, Labels: null, Volumes: null },
    RootFS: { Type: 'layers', Layers: [] },
  };
}

export function networkInfo(network: Labelled) {
  return {
    Name: network.name,
    Id: network.id,
    Created: network.created.toISOString(),
    Scope: 'local',
    Driver: 'bridge',
    EnableIPv6: false,
    IPAM: { Driver: 'default', Options: {}, Config: [{ Subnet: '172.18.0.0/16' }] },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: {},
    Options: {},
    Labels: network.labels,
  };
}

export function volumeInfo(volume: Labelled) {
  return {
    CreatedAt: volume.created.toISOString(),
    Driver: 'local',
    Labels: volume.labels,
    Mountpoint: `/var/lib/docker/volumes/${volume.name}/_data`,
    Name: volume.name,
    Options: null,
    Scope: 'local',
  };
}

function mounts(container: FakeContainer) {
  return container.body.HostConfig.Mounts.map((mount) => ({
    Type: mount.Type,
    Name: mount.Source,
    Source: `/var/lib/docker/volumes/${mount.Source}/_data`,
    Destination: mount.Target,
    Driver: 'local',
    Mode: 'z',
    RW: true,
    Propagation: '',
  }));
}

export function containerInfo(container: FakeContainer) {
  const { body } = container;
  const running = container.status === 'running';
  return {
    Id: container.id,
    Created: container.created.toISOString(),
    Path: body.Cmd?.[0] ?? '',
    Args: body.Cmd?.slice(1) ?? [],
    State: {
      Status: container.status,
      Running: running,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      Pid: running ? 4242 : 0,
      ExitCode: container.exitCode,
      Error: '',
      StartedAt: container.startedAt?.toISOString() ?? never,
      FinishedAt: container.finishedAt?.toISOString() ?? never,
    },
    Image: imageId,
    Name: `/${container.name}`,
    RestartCount: 0,
    Driver: 'overlay2',
    Platform: 'linux',
    Mounts: mounts(container),
    Config: {
      Hostname: container.id.slice(0, 12),
      Env: body.Env ?? [],
      Cmd: body.Cmd ?? [],
      Image: body.Image,
      Labels: body.Labels,
      Volumes: null,
      WorkingDir: '',
      Entrypoint: null,
    },
    HostConfig: body.HostConfig,
    NetworkSettings: {
      Ports: body.HostConfig.PortBindings,
      Networks: {
        [body.HostConfig.NetworkMode]: {
          NetworkID: '',
          EndpointID: '',
          Gateway: '172.18.0.1',
          IPAddress: '172.18.0.2',
        },
      },
    },
  };
}

export function containerSummary(container: FakeContainer) {
  const { body } = container;
  return {
    Id: container.id,
    Names: [`/${container.name}`],
    Image: body.Image,
    ImageID: imageId,
    Command: body.Cmd?.join(' ') ?? '',
    Created: Math.floor(container.created.getTime() / 1000),
    Ports: [],
    Labels: body.Labels,
    State: container.status,
    Status: container.status === 'running' ? 'Up 1 second' : 'Exited (0) 1 second ago',
    HostConfig: { NetworkMode: body.HostConfig.NetworkMode },
    NetworkSettings: { Networks: {} },
    Mounts: mounts(container),
  };
}
