import { builder } from './builder.ts';

export const InstanceStatus = builder.enumType('InstanceStatus', {
  description: 'The status of an instance.',
  values: {
    provisioning: { description: 'Being created, or provisioned again.' },
    running: { description: 'Odoo is running.' },
    stopping: { description: 'Being stopped.' },
    stopped: { description: 'Stopped. Its data is kept.' },
    restarting: { description: 'Starting or being configured.' },
    failed: { description: 'It failed; statusMessage gives the reason.' },
    removing: { description: 'Being deleted.' },
    removed: { description: 'Removed.' },
  } as const,
});
