import type { Settings } from './draft.ts'
import type { Login } from './import-login.ts'
import { present } from './present.ts'
import type { Section } from './section.ts'

/** What the provider `vault` is made of: the root of the files, and the login where there is one. */
export interface VaultSource {
  readonly root: Section
  readonly login: Login | undefined
  /** How often secrets without a lease were read. */
  readonly refresh: string | undefined
  readonly maxConnections: number | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** The provider `vault`, from the block of that name. Of consul-template also the login, which stands in it. */
export function importVault({ root, login, refresh, maxConnections, environment }: VaultSource): Settings {
  const { report } = root
  const vault = root.section('vault')
  if (vault !== undefined) report.mapped(vault.origin, 'vault', 'providers.vault')
  const address = addressOf(root, vault, environment)
  const namespace = namespaceOf(vault, login)
  const tls = present({ ...login?.tls, ...present(tlsOf(vault)) })
  const auth = login?.auth ?? (vault && tokenOf(vault)) ?? noLogin(root)
  const seconds = refresh ?? vault?.duration('default_lease_duration') ?? agentsInterval
  for (const [key, severity, remedy] of withoutCounterpart) vault?.list(key, severity, remedy)
  if (vault?.flag('unwrap_token') === true)
    report.todo(vault.originOf('unwrap_token'), 'vault.unwrap_token', unwrapRemedy)
  if (vault?.flag('enabled') === false)
    report.todo(vault.originOf('enabled'), 'vault.enabled', 'it was off, and is on now')
  return present({
    address,
    namespace,
    auth,
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    max_connections: maxConnections,
    refresh: seconds,
  })
}

/** Both agents poll what has no lease in this interval; keyturn's own would be shorter. */
const agentsInterval = '5m'

function addressOf(
  { origin, report }: Section,
  vault: Section | undefined,
  environment: VaultSource['environment'],
): string {
  const written = vault?.text('address')
  const variable = ['VAULT_ADDR', 'BAO_ADDR'].find(name => environment[name]) ?? ''
  const address = written ?? environment[variable]
  if (address === undefined || !/^https?:\/\//.test(address)) {
    const reason = address === undefined ? fromVariable : 'it is not an http or https URL'
    const remedy = `${reason}: write the server's in place of ${defaultAddress}`
    report.todo(vault?.originOf('address') ?? origin, 'vault.address', remedy)
    return defaultAddress
  }
  if (written === undefined) {
    report.mapped({ file: variable, line: undefined }, 'environment', 'providers.vault.address')
  }
  return address
}

const fromVariable = 'it came from VAULT_ADDR or BAO_ADDR, which keyturn reads only without a file'

/** Where the agents look without an address. */
const defaultAddress = 'https://127.0.0.1:8200'

function namespaceOf(vault: Section | undefined, login: Login | undefined): string | undefined {
  const own = vault?.text('namespace')
  const ofLogin = login?.namespace
  if (vault !== undefined && own !== undefined && ofLogin !== undefined && own !== ofLogin) {
    const remedy = `the login was in another one, "${ofLogin}", and keyturn has one for both`
    vault.report.todo(vault.originOf('namespace'), 'vault.namespace', remedy)
  }
  return own ?? ofLogin
}

function tlsOf(vault: Section | undefined): Settings {
  const ssl = vault?.section('ssl')
  ssl?.list(
    'ca_cert_bytes',
    'todo',
    'put it into a file, and write its path as "providers.vault.tls.ca_file"',
  )
  if (ssl?.flag('enabled') === false)
    ssl.report.difference(ssl.originOf('enabled'), 'vault.ssl.enabled', 'the address says whether it is TLS')
  const skipVerify = vault?.flag('tls_skip_verify') === true || ssl?.flag('verify') === false
  return {
    ca_file: vault?.text('ca_cert') ?? ssl?.text('ca_cert'),
    ca_dir: vault?.text('ca_path') ?? ssl?.text('ca_path'),
    cert_file: vault?.text('client_cert') ?? ssl?.text('cert'),
    key_file: vault?.text('client_key') ?? ssl?.text('key'),
    server_name: vault?.text('tls_server_name') ?? ssl?.text('server_name'),
    skip_verify: skipVerify ? true : undefined,
  }
}

/** consul-template has a token, or logs in by its service account. */
function tokenOf(vault: Section): Settings | undefined {
  const tokenFile = vault.text('vault_agent_token_file')
  const role = vault.text('k8s_auth_role_name')
  const mount = vault.text('k8s_service_mount_path')
  const serviceAccount = vault.text('k8s_service_account_token_path')
  if (tokenFile !== undefined) return { method: 'token_file', token_file: tokenFile }
  if (role === undefined) return undefined
  return present({
    method: 'kubernetes',
    mount: mount === 'kubernetes' ? undefined : mount,
    role,
    token_file: serviceAccount ?? '/run/secrets/kubernetes.io/serviceaccount/token',
  })
}

function noLogin(root: Section): Settings {
  root.report.todo(
    root.origin,
    'auto_auth',
    'no login stands here (a token came from VAULT_TOKEN or from a file): write one under "providers.vault.auth"; a role is ' +
      'better than the token file that now stands in its place',
  )
  return { method: 'token_file', token_file: '/run/bootstrap/token' }
}

const tokenRemedy =
  'a token does not belong in a configuration, so it was not taken over: log in by a role, or put a token into the file named under "providers.vault.auth"'

const unwrapRemedy = 'log in by approle with "wrapped_secret_id_file" instead of a wrapped token'

const withoutCounterpart: readonly (readonly [string, 'todo' | 'difference', string])[] = [
  ['token', 'todo', tokenRemedy],
  ['k8s_service_account_token', 'todo', 'put it into a file, and write its path as "token_file"'],
  [
    'retry',
    'difference',
    'keyturn tries again until it is stopped, with full jitter, and keeps the published files meanwhile',
  ],
  ['transport', 'difference', 'connections are kept; "providers.vault" has "timeout" and "max_connections"'],
  ['renew_token', 'difference', 'a token is renewed while that is possible'],
  ['lease_renewal_threshold', 'difference', 'what has a lease is renewed or read again in time, with jitter'],
  ['client_user_agent', 'difference', 'keyturn sends none of its own'],
]
