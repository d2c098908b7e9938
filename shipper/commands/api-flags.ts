import * as z from 'zod';
import { flagForm } from '../config/settings';
import { list } from '../config/units';

/** How to reach the API server, and what to watch. */
export const apiFlags = {
  kubeconfig: z
    .string()
    .optional()
    .describe('kubeconfig (default: KUBECONFIG, else the service account of the pod, else ~/.kube/config)')
    .register(flagForm, { value: 'file' }),
  context: z
    .string()
    .optional()
    .describe('context of the kubeconfig (default: its current-context)')
    .register(flagForm, { value: 'name' }),
  namespace: list
    .prefault([])
    .describe('watch only this namespace; repeat the flag for several (default: all namespaces)')
    .register(flagForm, { value: 'name', repeatable: true }),
};

/** The Lease of the leader election. */
export const leaseFlags = {
  name: z
    .string()
    .prefault('afterlog-watch')
    .describe('name of the Lease for leader election')
    .register(flagForm, { value: 'name' }),
  namespace: z
    .string()
    .optional()
    .describe('namespace of the Lease (default: the namespace of the pod or of the context)')
    .register(flagForm, { value: 'name' }),
};
