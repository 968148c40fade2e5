import { z } from 'zod';
import { isIpRange } from '../access/ip-range.ts';
import { permissionSchema } from '../access/permissions.ts';
import { displayName } from '../display-name.ts';

export const name = displayName(100);
export const permissions = z
  .array(permissionSchema)
  .min(1)
  .max(100)
  .transform((given) => [...new Set(given)].sort());
export const allowedIps = z
  .array(
    z
      .string()
      .trim()
      .max(64)
      .refine(isIpRange, {
        message: 'must be an IP address or a CIDR range such as 203.0.113.0/24',
        params: { constraint: 'ip_range' },
      }),
  )
  .max(50)
  .transform((given) => [...new Set(given)]);
