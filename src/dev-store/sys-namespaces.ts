import { listKeys } from './list-keys.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'
import { addNamespace, type Namespace, type State } from './state.ts'
import { randomText } from './tokens.ts'

/** `sys/namespaces`: each has its own mounts, policies and tokens. */
export const namespaceRoutes: readonly Route[] = [
  {
    operations: ['list'],
    pattern: 'namespaces',
    run: call => listKeys(call.store.state.namespaces, call.namespace.path),
  },
  { operations: ['read'], pattern: 'namespaces/*name', run: call => describe(find(call) ?? refuse(404)) },
  { operations: ['write'], pattern: 'namespaces/*name', run: create },
  { operations: ['delete'], pattern: 'namespaces/*name', run: remove },
]

/** The deepest namespace a full path lies in, and the path below it. */
export function splitNamespace(state: State, fullPath: string): { namespace: Namespace; path: string } {
  const containing = Object.values(state.namespaces).filter(({ path }) => fullPath.startsWith(path))
  const namespace =
    containing.sort((a, b) => b.path.length - a.path.length)[0] ?? refuse(404, 'namespace not found')
  return { namespace, path: fullPath.slice(namespace.path.length) }
}

function pathOf(call: Call): string {
  return `${call.namespace.path}${param(call, 'name').replace(/\/*$/, '/')}`
}

function find(call: Call): Namespace | undefined {
  return call.store.state.namespaces[pathOf(call)]
}

function create(call: Call): Answer {
  return describe(find(call) ?? addNamespace(call.store.state, pathOf(call), randomText(6)))
}

function remove(call: Call): undefined {
  const { namespaces, tokens } = call.store.state
  const path = pathOf(call)
  for (const below of Object.keys(namespaces)) if (below.startsWith(path)) delete namespaces[below]
  for (const token of Object.values(tokens)) if (token.namespace.startsWith(path)) delete tokens[token.id]
}

function describe({ id, path }: Namespace): Answer {
  return { data: { custom_metadata: {}, id, locked: false, path, tainted: false } }
}
