import { listField, textField } from './fields.ts'
import { capabilitiesAt, parsePolicy, policyText } from './policies.ts'
import { refuse } from './refusal.ts'
import { type Answer, type Call, param, type Route } from './route.ts'

/** `sys/policies/acl` and its older form `sys/policy`; what a token may do. */
export const policyRoutes: readonly Route[] = [
  { operations: ['list'], pattern: 'policies/acl', run: call => ({ data: { keys: names(call) } }) },
  { operations: ['list', 'read'], pattern: 'policy', run: listOld },
  {
    operations: ['read'],
    pattern: 'policies/acl/:name',
    run: call => ({ data: { name: name(call), policy: text(call) } }),
  },
  {
    operations: ['read'],
    pattern: 'policy/:name',
    run: call => ({ data: { name: name(call), rules: text(call) }, spread: true }),
  },
  { operations: ['write'], pattern: 'policies/acl/:name', run: write },
  { operations: ['write'], pattern: 'policy/:name', run: write },
  { operations: ['delete'], pattern: 'policies/acl/:name', run: remove },
  { operations: ['delete'], pattern: 'policy/:name', run: remove },
  { operations: ['write'], pattern: 'capabilities-self', run: ownCapabilities },
]

function name(call: Call): string {
  return param(call, 'name').toLowerCase()
}

function names({ namespace }: Call): string[] {
  const builtIn = namespace.path === '' ? ['default', 'root'] : ['default']
  return [...new Set([...Object.keys(namespace.policies), ...builtIn])].sort()
}

function listOld(call: Call): Answer {
  return { data: { keys: names(call), policies: names(call) }, spread: true }
}

function text(call: Call): string {
  return policyText(call.namespace, name(call)) ?? refuse(404)
}

function write(call: Call): undefined {
  const policy = textField(call.body, 'policy') || textField(call.body, 'rules')
  if (policy === '') refuse(400, "'policy' parameter not supplied or empty")
  if (name(call) === 'root') refuse(400, 'cannot update "root" policy')
  parsePolicy(policy)
  call.namespace.policies[name(call)] = policy
}

function remove(call: Call): undefined {
  if (name(call) === 'root' || name(call) === 'default') refuse(400, `cannot delete "${name(call)}" policy`)
  delete call.namespace.policies[name(call)]
}

function ownCapabilities(call: Call): Answer {
  const { store, token, namespace, body } = call
  const paths = listField(body, 'paths').concat(listField(body, 'path'))
  if (token === undefined || paths.length === 0) return refuse(400, 'paths must be supplied')
  const answers = paths.map(path => {
    const capabilities = capabilitiesAt(store.state, token, namespace.path + path)
    return [path, capabilities.length === 0 ? ['deny'] : capabilities] as const
  })
  const first = answers.length === 1 ? { capabilities: answers[0]?.[1] } : {}
  return { data: { ...Object.fromEntries(answers), ...first }, spread: true }
}
