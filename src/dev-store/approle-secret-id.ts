import { randomUUID } from 'node:crypto'
import { appRole, liveSecretId, type SecretId, secretIds } from './approle.ts'
import { mapField, numberField, textField } from './fields.ts'
import { formatTime, parseSeconds } from './go-time.ts'
import { multiError, refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'

/** The secret half of an AppRole credential. */
export const secretIdRoutes: readonly Route[] = [
  { operations: ['write'], pattern: 'role/:name/secret-id', run: call => issue(call, randomUUID()) },
  { operations: ['write'], pattern: 'role/:name/custom-secret-id', run: issueCustom },
  { operations: ['list'], pattern: 'role/:name/secret-id', run: list },
  { operations: ['write'], pattern: 'role/:name/secret-id/lookup', run: call => describe(call, byId(call)) },
  {
    operations: ['write', 'delete'],
    pattern: 'role/:name/secret-id/destroy',
    run: call => destroy(call, byId(call)),
  },
  {
    operations: ['write'],
    pattern: 'role/:name/secret-id-accessor/lookup',
    run: call => describe(call, byAccessor(call)),
  },
  {
    operations: ['write', 'delete'],
    pattern: 'role/:name/secret-id-accessor/destroy',
    run: call => destroy(call, byAccessor(call)),
  },
]

function issueCustom(call: Call): Answer {
  const id = textField(call.body, 'secret_id')
  if (id === '') refuse(400, 'secret_id is required')
  if (secretIds(call)[id] !== undefined)
    refuse(500, multiError('failed to store secret_id: SecretID is already registered'))
  return issue(call, id)
}

function issue(call: Call, id: string): Answer {
  const { body, store } = call
  const role = appRole(call)
  if (!role.bind_secret_id) refuse(400, 'bind_secret_id is not set on the role')
  const uses = body['num_uses'] === undefined ? role.secret_id_num_uses : numberField(body, 'num_uses')
  if (role.secret_id_num_uses > 0 && (uses === 0 || uses > role.secret_id_num_uses)) {
    refuse(400, "num_uses cannot be higher than the role's secret_id_num_uses")
  }
  const ttl = body['ttl'] === undefined ? role.secret_id_ttl : parseSeconds(body['ttl'], 'ttl')
  if (role.secret_id_ttl > 0 && (ttl === 0 || ttl > role.secret_id_ttl)) {
    refuse(400, "ttl cannot be longer than the role's secret_id_ttl")
  }
  const now = store.now()
  const secretId: SecretId = {
    role: param(call, 'name'),
    accessor: randomUUID(),
    createdAt: now,
    updatedAt: now,
    expiresAt: ttl > 0 ? now + ttl * 1000 : null,
    ttl,
    metadata: mapField(body, 'metadata') ?? {},
    usesLeft: uses,
  }
  secretIds(call)[id] = secretId
  return {
    data: {
      secret_id: id,
      secret_id_accessor: secretId.accessor,
      secret_id_num_uses: uses,
      secret_id_ttl: ttl,
    },
  }
}

function list(call: Call): Answer {
  appRole(call)
  const accessors = Object.entries(secretIds(call))
    .filter(([id]) => liveSecretId(call, param(call, 'name'), id))
    .map(([, { accessor }]) => accessor)
  return accessors.length === 0 ? refuse(404) : { data: { keys: accessors.sort() } }
}

function byId(call: Call): string | undefined {
  appRole(call)
  const id = textField(call.body, 'secret_id')
  if (id === '') refuse(400, 'missing secret_id')
  return liveSecretId(call, param(call, 'name'), id) && id
}

function byAccessor(call: Call): string | undefined {
  const accessor = textField(call.body, 'secret_id_accessor')
  const id = Object.entries(secretIds(call)).find(([, secretId]) => secretId.accessor === accessor)?.[0]
  return id !== undefined && liveSecretId(call, param(call, 'name'), id)
    ? id
    : refuse(404, 'invalid secret id accessor')
}

function describe(call: Call, id: string | undefined): Answer | undefined {
  const secretId = id === undefined ? undefined : secretIds(call)[id]
  if (secretId === undefined) return undefined
  return {
    data: {
      cidr_list: [],
      creation_time: formatTime(secretId.createdAt),
      expiration_time: secretId.expiresAt === null ? '0001-01-01T00:00:00Z' : formatTime(secretId.expiresAt),
      last_updated_time: formatTime(secretId.updatedAt),
      metadata: secretId.metadata,
      secret_id_accessor: secretId.accessor,
      secret_id_num_uses: secretId.usesLeft,
      secret_id_ttl: secretId.ttl,
      token_bound_cidrs: [],
    },
  }
}

function destroy(call: Call, id: string | undefined): undefined {
  if (id !== undefined) delete secretIds(call)[id]
}
