import { appRoleRoutes } from './approle.ts'
import { secretIdRoutes } from './approle-secret-id.ts'
import { certRoutes } from './cert.ts'
import { databaseRoutes } from './database.ts'
import { jwtRoutes } from './jwt.ts'
import { kubernetesRoutes } from './kubernetes.ts'
import { kv1Routes } from './kv1.ts'
import { kv2DataRoutes } from './kv2.ts'
import { kv2MetadataRoutes } from './kv2-metadata.ts'
import { leaseRoutes } from './leases.ts'
import type { Mount } from './mounts.ts'
import { pkiRoutes } from './pki.ts'
import type { Route } from './route.ts'
import { sealRoutes } from './seal.ts'
import { staticRoleRoutes } from './static-roles.ts'
import { mountRoutes } from './sys-mounts.ts'
import { namespaceRoutes } from './sys-namespaces.ts'
import { policyRoutes } from './sys-policies.ts'
import { tokenRoutes } from './token-auth.ts'
import { transitRoutes } from './transit.ts'
import { wrappingRoutes } from './wrapping.ts'

const engines: Readonly<Record<string, readonly Route[]>> = {
  system: [
    ...sealRoutes,
    ...mountRoutes,
    ...policyRoutes,
    ...namespaceRoutes,
    ...leaseRoutes,
    ...wrappingRoutes,
  ],
  token: tokenRoutes,
  approle: [...appRoleRoutes, ...secretIdRoutes],
  jwt: jwtRoutes,
  kubernetes: kubernetesRoutes,
  cert: certRoutes,
  database: [...databaseRoutes, ...staticRoleRoutes],
  pki: pkiRoutes,
  transit: transitRoutes,
}

/** The routes of a mount; of those that fit a path, the first counts. */
export function routesOf(mount: Mount): readonly Route[] {
  if (mount.type === 'kv')
    return mount.options?.['version'] === '2' ? [...kv2DataRoutes, ...kv2MetadataRoutes] : kv1Routes
  return engines[mount.type] ?? []
}
