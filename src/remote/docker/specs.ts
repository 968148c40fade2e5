/** What containers are made from: of the engine's many fields, those that are set here. */
export interface ContainerSpec {
  Image: string;
  /** Runs in place of the image's own entrypoint, which may do more than start a program. */
  Entrypoint?: readonly string[];
  Cmd?: readonly string[];
  Env?: readonly string[];
  User?: string;
  Hostname?: string;
  Labels: Record<string, string>;
  StopSignal?: string;
  ExposedPorts?: Record<string, object>;
  HostConfig: {
    NetworkMode: string;
    /** The engine removes it when it ends. */
    AutoRemove?: boolean;
    /** One without a source is anonymous: the engine removes it with the container. */
    Mounts?: readonly {
      /** `bind`: a directory of the server, which must exist. */
      Type: 'volume' | 'bind';
      Source?: string;
      Target: string;
      ReadOnly?: boolean;
      VolumeOptions?: { Labels: Record<string, string> };
    }[];
    LogConfig?: { Type: string; Config: Record<string, string> };
    Memory?: number;
    MemorySwap?: number;
    CpuPeriod?: number;
    CpuQuota?: number;
    CpuShares?: number;
    PidsLimit?: number;
    ShmSize?: number;
    /** In memory, with mount options such as `size=1048576`. */
    Tmpfs?: Record<string, string>;
    CapDrop?: readonly string[];
    CapAdd?: readonly string[];
    SecurityOpt?: readonly string[];
    PortBindings?: Record<string, readonly { HostIp?: string; HostPort: string }[]>;
  };
}

/** A program that runs in a container. */
export interface ExecSpec {
  Cmd: readonly string[];
  AttachStdin: boolean;
  AttachStdout: boolean;
  AttachStderr: boolean;
  User?: string;
  Env?: readonly string[];
}

/** What a registry asks for. Only its own engine call carries it. */
export interface PullCredentials {
  host: string;
  username: string;
  password: string;
}
