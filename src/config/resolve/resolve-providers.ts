import type {
  AwsProviderSettings,
  ProviderSettings,
  ProxySettings,
  VaultAuthSettings,
  VaultProviderSettings,
  VaultTlsSettings,
} from '../resolved.ts'
import type { AwsInput, VaultInput } from '../schema/providers.ts'
import type { DataPath } from '../source.ts'
import { exactlyOne, type Resolution, report, warn } from './resolution.ts'

export function resolveProviders(resolution: Resolution): ProviderSettings[] {
  return Object.entries(resolution.input.providers).map(([name, provider]) => {
    if (provider.type === 'vault') return vaultSettings(resolution, name, provider)
    if (provider.type === 'aws') return awsSettings(resolution, name, provider)
    return { type: 'file', name, refreshMs: provider.refresh }
  })
}

function vaultSettings(resolution: Resolution, name: string, vault: VaultInput): VaultProviderSettings {
  const at = ['providers', name]
  const tls = tlsSettings(resolution, [...at, 'tls'], vault.tls)
  if (vault.auth.method === 'cert' && tls.clientCertFile === undefined) {
    report(resolution, {
      path: [...at, 'auth', 'method'],
      message: 'a login by certificate needs a client certificate',
      hint: 'write its files as tls.cert_file and tls.key_file',
    })
  }
  return {
    type: 'vault',
    name,
    ...networkSettings(resolution, vault),
    address: vault.address,
    namespace: vault.namespace,
    auth: authSettings(resolution, [...at, 'auth'], vault.auth),
    tls,
    revokeAfterMs: vault.revoke_after,
    onExit: vault.on_exit,
  }
}

function authSettings(resolution: Resolution, at: DataPath, auth: VaultInput['auth']): VaultAuthSettings {
  const file = (path: string | undefined) => path && resolution.absolute(path)
  if ('remove' in auth && auth.remove) checkThatItCanBeRemoved(resolution, at, auth)
  switch (auth.method) {
    case 'approle':
      exactlyOne(resolution, at, auth, ['role_id', 'role_id_file'])
      exactlyOne(resolution, at, auth, ['secret_id_file', 'wrapped_secret_id_file'])
      return {
        method: auth.method,
        mount: auth.mount,
        roleId: auth.role_id,
        roleIdFile: file(auth.role_id_file),
        secretIdFile: file(auth.secret_id_file),
        wrappedSecretIdFile: file(auth.wrapped_secret_id_file),
        remove: auth.remove,
      }
    case 'jwt':
    case 'kubernetes':
      return {
        method: auth.method,
        mount: auth.mount,
        role: auth.role,
        tokenFile: resolution.absolute(auth.token_file),
        remove: 'remove' in auth && auth.remove,
      }
    case 'cert':
      return { method: auth.method, mount: auth.mount, name: auth.name }
    case 'token_file':
      return {
        method: auth.method,
        tokenFile: resolution.absolute(auth.token_file),
        remove: auth.remove,
      }
  }
}

/** A warning: the files of this machine need not be those of the container. */
function checkThatItCanBeRemoved(resolution: Resolution, at: DataPath, auth: VaultInput['auth']): void {
  for (const [key, value] of Object.entries(auth)) {
    if (!credentialFileKeys.has(key) || typeof value !== 'string') continue
    const reason = resolution.ports.cannotRemove(resolution.absolute(value))
    if (reason === undefined) continue
    warn(resolution, {
      path: [...at, key],
      message: `"${value}" cannot be removed once it is read: ${reason}`,
      hint: 'put it into a writable directory of the agent’s own, or write remove: false',
    })
  }
}

const credentialFileKeys = new Set(['secret_id_file', 'wrapped_secret_id_file', 'token_file'])

function tlsSettings(resolution: Resolution, at: DataPath, tls: VaultInput['tls']): VaultTlsSettings {
  const file = (path: string | undefined) => path && resolution.absolute(path)
  if ((tls.cert_file === undefined) !== (tls.key_file === undefined)) {
    const [there, absent] = tls.key_file === undefined ? ['cert_file', 'key_file'] : ['key_file', 'cert_file']
    report(resolution, {
      path: [...at, there],
      at: 'key',
      message: `"${there}" stands without "${absent}"`,
      hint: 'a client certificate needs both',
    })
  }
  return {
    caFile: file(tls.ca_file),
    caDirectory: file(tls.ca_dir),
    clientCertFile: file(tls.cert_file),
    clientKeyFile: file(tls.key_file),
    serverName: tls.server_name,
    skipVerify: tls.skip_verify,
  }
}

function awsSettings(resolution: Resolution, name: string, aws: AwsInput): AwsProviderSettings {
  return {
    type: 'aws',
    name,
    ...networkSettings(resolution, aws),
    region: aws.region,
    profile: aws.profile,
    endpoint: aws.endpoint,
    assumeRole: aws.assume_role && {
      arn: aws.assume_role.arn,
      externalId: aws.assume_role.external_id,
      sessionName: aws.assume_role.session_name,
    },
  }
}

function networkSettings({ environment }: Resolution, input: VaultInput | AwsInput) {
  return {
    refreshMs: input.refresh,
    timeoutMs: input.timeout,
    maxConnections: input.max_connections,
    maxBytes: input.max_response_size,
    proxy: proxySettings(environment),
  }
}

function proxySettings(environment: Resolution['environment']): ProxySettings {
  // Lower case goes first, as in curl and undici. An empty variable is one that is not set.
  const value = (name: string) => environment[name] || environment[name.toUpperCase()]
  const httpProxy = value('http_proxy')
  const httpsProxy = value('https_proxy')
  const noProxy = value('no_proxy')
  return {
    ...(httpProxy && { httpProxy }),
    ...(httpsProxy && { httpsProxy }),
    ...(noProxy && { noProxy }),
  }
}
