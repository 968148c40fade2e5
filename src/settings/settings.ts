import type { InstallationSettings as Row } from '../../prisma/generated/client/client.ts';
import type { Config } from '../config.ts';
import type { PrismaClient, Tx } from '../database/database.ts';

/** What an organization holds of which there can be too many. */
export const quotaNames = ['servers', 'instances', 'members', 'projects'] as const;
export type QuotaName = (typeof quotaNames)[number];
/** null: without a limit, or, of an organization, as the installation has it. */
export type Quotas = Readonly<Record<QuotaName, number | null>>;

export interface MailServer {
  host: string;
  port: number;
  tls: 'tls' | 'starttls' | 'none';
  user: string | null;
  /** Sealed. */
  passwordEnc: string | null;
}

/** What the administrator decides while the program runs, with what the environment says where nothing is decided. */
export interface Settings {
  /** Whether anyone may sign up. */
  signupOpen: boolean;
  /** Whether that is the administrator's word, or SIGNUP_OPEN's. */
  signupOpenIsSet: boolean;
  /** null: that of the environment. */
  mailServer: MailServer | null;
  mailFrom: string | null;
  quotas: Quotas;
  /** How long the audit log of a new organization is kept. */
  auditRetentionDays: number;
  operationLogRetentionDays: number;
  brand: { name: string; logoUrl: string | null };
  /** While it is on, only administrators change anything. */
  maintenance: boolean;
  maintenanceMessage: string | null;
  /** Where servers may be; empty: wherever the environment allows. */
  sshNetworks: readonly string[];
}

export const smtpPasswordOwner = (): string => 'installation:smtp';

function mailServerOf(row: Row | null): MailServer | null {
  if (!row?.smtpHost) return null;
  return {
    host: row.smtpHost,
    port: row.smtpPort ?? 587,
    tls: row.smtpTls === 'tls' || row.smtpTls === 'none' ? row.smtpTls : 'starttls',
    user: row.smtpUser,
    passwordEnc: row.smtpPasswordEnc,
  };
}

export async function readSettings(db: PrismaClient | Tx, { config }: { config: Config }): Promise<Settings> {
  const row = await db.installationSettings.findUnique({ where: { id: 1 } });
  return {
    signupOpen: row?.signupOpen ?? config.SIGNUP_OPEN,
    signupOpenIsSet: typeof row?.signupOpen === 'boolean',
    mailServer: mailServerOf(row),
    mailFrom: row?.smtpFrom ?? null,
    quotas: {
      servers: row?.maxServers ?? null,
      instances: row?.maxInstances ?? null,
      members: row?.maxMembers ?? null,
      projects: row?.maxProjects ?? null,
    },
    auditRetentionDays: row?.auditRetentionDays ?? 365,
    operationLogRetentionDays: row?.operationLogRetentionDays ?? config.OPERATION_LOG_RETENTION / 86400,
    brand: { name: row?.brandName ?? 'oCore', logoUrl: row?.brandLogoUrl ?? null },
    maintenance: row?.maintenance ?? false,
    maintenanceMessage: row?.maintenanceMessage ?? null,
    sshNetworks: row?.sshNetworks ?? [],
  };
}
