import { textField } from './fields.ts'
import type { Struct } from './go-json.ts'
import { refuse } from './refusal.ts'
import type { Answer, Call, Route } from './route.ts'
import type { Store } from './state.ts'

const version = '2.0.0'

/** What a server without high availability says; the command line asks for it. */
const noLeader: Struct = new Map<string, unknown>([
  ['ha_enabled', false],
  ['is_self', false],
  ['active_time', '0001-01-01T00:00:00Z'],
  ['leader_address', ''],
  ['leader_cluster_address', ''],
  ['performance_standby', false],
])

/** Whether the store answers at all: health, seal and their kin, which work while everything else is sealed. */
export const sealRoutes: readonly Route[] = [
  { operations: ['read'], pattern: 'health', open: true, whileSealed: true, run: health },
  { operations: ['read'], pattern: 'seal-status', open: true, whileSealed: true, run: sealStatus },
  {
    operations: ['read'],
    pattern: 'init',
    open: true,
    whileSealed: true,
    run: () => ({ bare: new Map([['initialized', true]]) }),
  },
  { operations: ['read'], pattern: 'leader', open: true, run: () => ({ bare: noLeader }) },
  { operations: ['write'], pattern: 'seal', run: seal },
  { operations: ['write'], pattern: 'unseal', open: true, whileSealed: true, run: unseal },
]

function health({ store, query }: Call): Answer {
  const status = Number(query.get(store.sealed ? 'sealedcode' : 'activecode') ?? (store.sealed ? 503 : 200))
  if (!(status >= 200 && status <= 599)) refuse(400)
  const replication = store.sealed ? 'unknown' : 'disabled'
  const bare: Struct = new Map<string, unknown>([
    ['initialized', true],
    ['sealed', store.sealed],
    ['standby', store.sealed],
    ['replication_performance_mode', replication],
    ['replication_dr_mode', replication],
    ['server_time_utc', Math.floor(store.now() / 1000)],
    ['version', version],
    ...clusterFields(store),
  ])
  return { status, bare }
}

function sealStatus({ store }: Call): Answer {
  const bare: Struct = new Map<string, unknown>([
    ['type', 'shamir'],
    ['initialized', true],
    ['sealed', store.sealed],
    ['t', 1],
    ['n', 1],
    ['progress', 0],
    ['nonce', ''],
    ['version', version],
    ['migration', false],
    ...clusterFields(store),
    ['recovery_seal', false],
    ['storage_type', 'inmem'],
  ])
  return { bare }
}

function seal({ store, namespace }: Call): undefined {
  if (namespace.path !== '') refuse(400, 'operation unavailable in namespaces')
  store.sealed = true
}

function unseal(call: Call): Answer {
  if (textField(call.body, 'key') !== call.store.state.unsealKey) refuse(400, 'invalid key: unseal failed')
  call.store.sealed = false
  return sealStatus(call)
}

function clusterFields({ sealed, state }: Store): [string, unknown][] {
  return sealed
    ? []
    : [
        ['cluster_name', 'keyturn-dev-store'],
        ['cluster_id', state.clusterId],
      ]
}
