import { RenderError } from '../../core/errors.ts'
import type { Pass } from '../execute/pass.ts'
import type { FunctionGroup } from '../template-function.ts'

/**
 * consul-template's `env`, `mustEnv` and `envOrDefault`: the environment that the agent was started with. The messages
 * quote no name, for what is asked for may come from a secret.
 */
export const environmentFunctions: FunctionGroup = {
  env: { parameters: ['string'], call: ([name]: readonly [string], pass) => variable(name, pass) ?? '' },
  mustEnv: {
    parameters: ['string'],
    call([name]: readonly [string], pass) {
      const value = variable(name, pass)
      if (value) return value
      throw new RenderError('the variable is not set, or empty', {
        hint: "set it in the agent's environment",
      })
    },
  },
  envOrDefault: {
    parameters: ['string', 'string'],
    call: ([name, otherwise]: readonly [string, string], pass) => variable(name, pass) ?? otherwise,
  },
}

/** By these somebody could be the agent. */
const credentials: ReadonlySet<string> = new Set([
  ...['VAULT_TOKEN', 'VAULT_SECRET_ID', 'VAULT_ROLE_ID', 'VAULT_JWT', 'BAO_TOKEN'],
  ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'],
  ...['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PASSWORD', 'AZURE_PASSWORD', 'IDENTITY_HEADER'],
])

function variable(name: string, { outside: { environment } }: Pass): string | undefined {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined
  if (!credentials.has(name) && !isProxyWithPassword(name, value)) return value
  throw new RenderError('the variable is a credential of the agent, which no template gets', {
    hint: 'declare what the application needs under "secrets"',
  })
}

function isProxyWithPassword(name: string, value = ''): boolean {
  return /_proxy$/i.test(name) && value.includes('@')
}
