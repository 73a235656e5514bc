import { listKeys } from './list-keys.ts'
import { removeRow, table } from './mounts.ts'
import { refuse } from './refusal.ts'
import { type Call, param, type Route } from './route.ts'

/** The routes of an auth method that has a configuration, and roles by which one logs in. */
export function methodRoutes(
  writeConfig: Route['run'],
  writeRole: Route['run'],
  login: Route['run'],
): readonly Route[] {
  const pattern = 'role/:name'
  return [
    { operations: ['read'], pattern: 'config', run: call => ({ data: configOf(call) ?? refuse(404) }) },
    { operations: ['write'], pattern: 'config', run: writeConfig },
    { operations: ['list'], pattern: 'role', run: call => listKeys(rolesOf(call), '') },
    {
      operations: ['read'],
      pattern,
      run: call => ({ data: rolesOf<object>(call)[param(call, 'name')] ?? refuse(404) }),
    },
    { operations: ['write'], pattern, run: writeRole },
    { operations: ['delete'], pattern, run: call => removeRow(rolesOf(call), param(call, 'name')) },
    { operations: ['write'], pattern: 'login', open: true, run: login },
  ]
}

export function configOf<Config extends object>(call: Call): Config | undefined {
  return table<Config>(call.mount, 'config')['settings']
}

export function setConfig<Config extends object>(call: Call, settings: Config): void {
  table<Config>(call.mount, 'config')['settings'] = settings
}

export function rolesOf<Role>(call: Call): Record<string, Role> {
  return table<Role>(call.mount, 'roles')
}
