import type { Problem } from '../core/problem.ts'
import type { DataPath } from './source.ts'

/** A setting, and the option or variable that it comes from. Undefined where it is not given. */
export interface Setting {
  readonly path: DataPath
  readonly option: string
  readonly value: unknown
}

interface VaultRequest {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly fileExists: (file: string) => boolean
}

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** The provider `vault` from the standard variables: each is honoured, or refused with a hint. An empty one is not set. */
export function vaultFromEnvironment(request: VaultRequest, problems: Problem[]): Setting[] {
  const { environment } = request
  const { VAULT_CLIENT_TIMEOUT, VAULT_SKIP_VERIFY } = environment
  for (const [variable, hint] of Object.entries(refused)) {
    if (environment[variable])
      problems.push({ option: variable, message: 'keyturn does not read this', hint })
  }
  const setting = (
    path: readonly string[],
    option: string,
    value: unknown = environment[option],
  ): Setting => ({
    path: ['providers', 'vault', ...path],
    option,
    value: value === '' ? undefined : value,
  })
  return [
    setting(['type'], 'VAULT_ADDR', 'vault'),
    setting(['address'], 'VAULT_ADDR'),
    setting(['namespace'], 'VAULT_NAMESPACE'),
    setting(['timeout'], 'VAULT_CLIENT_TIMEOUT', withUnit(VAULT_CLIENT_TIMEOUT)),
    setting(['tls', 'ca_file'], 'VAULT_CACERT'),
    setting(['tls', 'ca_dir'], 'VAULT_CAPATH'),
    setting(['tls', 'cert_file'], 'VAULT_CLIENT_CERT'),
    setting(['tls', 'key_file'], 'VAULT_CLIENT_KEY'),
    setting(['tls', 'server_name'], 'VAULT_TLS_SERVER_NAME'),
    setting(['tls', 'skip_verify'], 'VAULT_SKIP_VERIFY', booleanOf(VAULT_SKIP_VERIFY)),
    ...authSettings(request, problems).map(({ key, option, value }) => setting(['auth', key], option, value)),
  ]
}

interface AuthSetting {
  readonly key: string
  readonly option: string
  readonly value: string | undefined
}

const loginVariables = ['VAULT_JWT_FILE', 'VAULT_SECRET_ID_FILE', 'VAULT_TOKEN_FILE'] as const

function authSettings({ environment, fileExists }: VaultRequest, problems: Problem[]): AuthSetting[] {
  const from = (key: string, option: string) => ({ key, option, value: environment[option] })
  const method = (option: string, value: string) => ({ key: 'method', option, value })
  const [login, other] = loginVariables.filter(name => environment[name])
  if (other !== undefined) {
    problems.push({ option: other, message: `it stands beside ${login}`, hint: 'set only one of the two' })
  }
  if (login === 'VAULT_JWT_FILE') {
    return [
      method(login, 'jwt'),
      from('mount', 'VAULT_AUTH_MOUNT'),
      from('role', 'VAULT_ROLE'),
      from('token_file', login),
    ]
  }
  if (login === 'VAULT_SECRET_ID_FILE') {
    const { VAULT_ROLE_ID_FILE } = environment
    const roleId = VAULT_ROLE_ID_FILE
      ? from('role_id_file', 'VAULT_ROLE_ID_FILE')
      : from('role_id', 'VAULT_ROLE')
    return [
      method('VAULT_ROLE or VAULT_ROLE_ID_FILE', 'approle'),
      from('mount', 'VAULT_AUTH_MOUNT'),
      roleId,
      from('secret_id_file', login),
    ]
  }
  if (login === 'VAULT_TOKEN_FILE') return [method(login, 'token_file'), from('token_file', login)]
  if (fileExists(serviceAccountToken)) {
    return [
      method('VAULT_ROLE', 'kubernetes'),
      from('mount', 'VAULT_AUTH_MOUNT'),
      from('role', 'VAULT_ROLE'),
      { key: 'token_file', option: 'VAULT_ROLE', value: serviceAccountToken },
    ]
  }
  return [{ key: 'method', option: `one of ${loginVariables.join(', ')}`, value: undefined }]
}

/** Vault's own client takes a bare number for seconds. */
function withUnit(timeout: string | undefined): string | undefined {
  return timeout !== undefined && /^\d+$/.test(timeout) ? `${timeout}s` : timeout
}

/** What Go's strconv.ParseBool accepts. Anything else stays a text, which the schema refuses. */
function booleanOf(text: string | undefined): boolean | string | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text ?? '')) return true
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text ?? '')) return false
  return text
}

const filesOnly = 'put it into a file'

/** Standard names that would change what is asked of the server, or hold a credential. What only prints is ignored. */
const refused: Readonly<Record<string, string>> = {
  VAULT_TOKEN: `${filesOnly} and set VAULT_TOKEN_FILE, or log in by a role`,
  VAULT_SECRET_ID: `${filesOnly} and set VAULT_SECRET_ID_FILE`,
  VAULT_ROLE_ID: 'set VAULT_ROLE to the role id, or VAULT_ROLE_ID_FILE',
  VAULT_JWT: `${filesOnly} and set VAULT_JWT_FILE`,
  VAULT_CACERT_BYTES: `${filesOnly} and set VAULT_CACERT`,
  VAULT_AGENT_ADDR: 'set VAULT_ADDR to the server',
  VAULT_PROXY_ADDR: 'set HTTPS_PROXY',
  VAULT_HTTP_PROXY: 'set HTTPS_PROXY',
  VAULT_SRV_LOOKUP: 'set VAULT_ADDR to the server itself',
  VAULT_HEADERS: 'unset it; keyturn sends no headers of its own',
  VAULT_MFA: 'unset it; a role for machines asks for no second factor',
  VAULT_WRAP_TTL: 'unset it; keyturn reads answers that are not wrapped',
  VAULT_RATE_LIMIT: 'unset it, or write a configuration file with max_connections',
  VAULT_MAX_RETRIES: 'unset it; keyturn tries again until it is stopped',
  VAULT_DISABLE_REDIRECTS: 'unset it; keyturn never follows a redirect with a token',
}
