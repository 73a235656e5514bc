import { nextOccurrence } from './cron.ts'
import { textField } from './fields.ts'
import { formatTime, parseSeconds } from './go-time.ts'
import { listKeys } from './list-keys.ts'
import { removeRow, table } from './mounts.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'
import { randomText } from './tokens.ts'

interface StaticRole {
  readonly db_name: string
  readonly username: string
  /** Seconds; 0 where the schedule counts. */
  readonly rotation_period: number
  /** Cron's five fields, in UTC; empty where the period counts. */
  readonly rotation_schedule: string
  /** Seconds. */
  readonly rotation_window: number
  password: string
  lastRotation: number
}

/** The database engine's static roles: one user whose password the store itself changes when it is due. */
export const staticRoleRoutes: readonly Route[] = [
  { operations: ['list'], pattern: 'static-roles', run: call => listKeys(roles(call), '') },
  { operations: ['read'], pattern: 'static-roles/:name', run: read },
  { operations: ['write'], pattern: 'static-roles/:name', run: write },
  {
    operations: ['delete'],
    pattern: 'static-roles/:name',
    run: call => removeRow(roles(call), param(call, 'name')),
  },
  { operations: ['read'], pattern: 'static-creds/:name', run: credentials },
  { operations: ['write'], pattern: 'rotate-role/:name', run: rotateNow },
]

function roles(call: Call): Record<string, StaticRole> {
  return table<StaticRole>(call.mount, 'static-roles')
}

function write(call: Call): undefined {
  const { body, store } = call
  const name = param(call, 'name')
  const before = roles(call)[name]
  const period = parseSeconds(body['rotation_period'], 'rotation_period')
  const schedule = textField(body, 'rotation_schedule')
  if (period === 0 && schedule === '') {
    refuse(400, 'one of rotation_schedule or rotation_period must be provided to create a static account')
  }
  if (period > 0 && schedule !== '') {
    refuse(400, 'mutually exclusive fields rotation_period and rotation_schedule were both specified')
  }
  if (schedule !== '') nextOccurrence(schedule, store.now())
  else if (period < 5) refuse(400, 'rotation_period must be 5 seconds or more')
  roles(call)[name] = {
    db_name: textField(body, 'db_name'),
    username: textField(body, 'username') || before?.username || refuse(400, 'username is a required field'),
    rotation_period: period,
    rotation_schedule: schedule,
    rotation_window: parseSeconds(body['rotation_window'], 'rotation_window'),
    password: before?.password ?? randomText(20),
    lastRotation: before?.lastRotation ?? store.now(),
  }
}

function read(call: Call): Answer {
  const role = current(call) ?? refuse(404)
  const { db_name, username } = role
  return {
    data: {
      credential_type: 'password',
      db_name,
      last_vault_rotation: formatTime(role.lastRotation),
      ...rotationOf(role),
      rotation_statements: [],
      username,
    },
  }
}

function credentials(call: Call): Answer {
  const role = current(call) ?? refuse(400, `unknown role: ${param(call, 'name')}`)
  return {
    data: {
      last_vault_rotation: formatTime(role.lastRotation),
      password: role.password,
      ...rotationOf(role),
      ttl: Math.round((dueAt(role) - call.store.now()) / 1000),
      username: role.username,
    },
  }
}

function rotateNow(call: Call): undefined {
  rotate(current(call) ?? refuse(400, 'no static role found for role name'), call.store.now())
}

/** The role after the rotations that were due meanwhile: nobody can tell whether they were made in time or just now. */
function current(call: Call): StaticRole | undefined {
  const role = roles(call)[param(call, 'name')]
  if (role === undefined) return undefined
  for (let due = dueAt(role); due <= call.store.now(); due = dueAt(role)) {
    rotate(role, due)
    call.store.changed = true
  }
  return role
}

function rotate(role: StaticRole, at: number): void {
  role.password = randomText(20)
  role.lastRotation = at
}

function dueAt({ rotation_schedule, rotation_period, lastRotation }: StaticRole): number {
  return rotation_schedule === ''
    ? lastRotation + rotation_period * 1000
    : nextOccurrence(rotation_schedule, lastRotation)
}

function rotationOf({ rotation_period, rotation_schedule, rotation_window }: StaticRole): object {
  if (rotation_schedule === '') return { rotation_period }
  return { rotation_schedule, ...(rotation_window === 0 ? {} : { rotation_window }) }
}
