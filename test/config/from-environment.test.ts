import { describe, expect, it } from 'vitest'
import { type ConfigurationOptions, fromEnvironment } from '../../src/config/from-environment.ts'
import { loadSource } from './load.ts'
import { say } from './say.ts'

const password = 'db_password=vault:secret/my-api/db#password'
const token = '/var/run/secrets/kubernetes.io/serviceaccount/token'

function load(
  options: Partial<ConfigurationOptions>,
  environment: Record<string, string> = {},
  files: readonly string[] = [],
) {
  const source = fromEnvironment({
    options: { secret: [password], ...options },
    environment,
    directory: '/srv',
    fileExists: file => files.includes(file),
  })
  return loadSource(source, { environment })
}

function auth(environment: Record<string, string>, files?: readonly string[]) {
  const { configuration, problems } = load({}, { VAULT_ADDR: 'https://v', ...environment }, files)
  expect(problems).toEqual([])
  const [provider] = configuration?.providers ?? []
  return provider?.type === 'vault' ? provider.auth : undefined
}

function problems(options: Partial<ConfigurationOptions>, environment: Record<string, string> = {}) {
  return say(load(options, environment).problems)
}

const login = { VAULT_ADDR: 'https://v', VAULT_TOKEN_FILE: '/t' }

describe('a configuration without a file', () => {
  it('makes one file in /run/secrets for each --secret', () => {
    const { configuration } = load(
      {
        secret: [password, 'api.key=file:k'],
        owner: '10001',
        mode: '0440',
        signal: ['app:SIGHUP', 'a:b:SIGUSR1'],
      },
      login,
    )
    expect(configuration?.outputs).toEqual([
      {
        path: '/run/secrets/db_password',
        kind: 'file',
        files: [
          {
            name: '',
            mode: 0o440,
            owner: 10001,
            group: 10001,
            source: {
              kind: 'value',
              reference: { provider: 'vault', path: 'secret/my-api/db', field: 'password' },
            },
            validate: undefined,
          },
        ],
        validate: undefined,
      },
      expect.objectContaining({ path: '/run/secrets/api.key' }),
    ])
    expect(configuration?.secrets.map(({ reference }) => reference)).toEqual([
      { provider: 'vault', path: 'secret/my-api/db' },
      { provider: 'file', path: '/srv/k' },
    ])
    expect(configuration?.stateDirectory).toBe('/run/secrets/.keyturn')
    expect(configuration?.notifiers).toMatchObject([
      { kind: 'signal', signal: 'SIGHUP', target: { process: 'app', anyOwner: false } },
      { kind: 'signal', signal: 'SIGUSR1', target: { process: 'a:b', anyOwner: false } },
    ])
  })

  it('honours the standard variables of Vault and of proxies', () => {
    const { configuration } = load(
      {},
      {
        VAULT_ADDR: 'https://vault:8200',
        VAULT_NAMESPACE: 'team',
        VAULT_CACERT: '/ca.pem',
        VAULT_CAPATH: 'cas',
        VAULT_CLIENT_CERT: '/c.pem',
        VAULT_CLIENT_KEY: '/k.pem',
        VAULT_TLS_SERVER_NAME: 'vault.local',
        VAULT_SKIP_VERIFY: 'false',
        VAULT_CLIENT_TIMEOUT: '5',
        VAULT_TOKEN_FILE: '/token',
        VAULT_FORMAT: 'json',
        https_proxy: 'http://proxy:1',
        HTTPS_PROXY: 'http://proxy:2',
        NO_PROXY: 'localhost',
        HTTP_PROXY: '',
      },
    )
    expect(configuration?.providers).toEqual([
      {
        type: 'vault',
        name: 'vault',
        refreshMs: 60_000,
        address: 'https://vault:8200',
        namespace: 'team',
        auth: { method: 'token_file', tokenFile: '/token', remove: false },
        tls: {
          caFile: '/ca.pem',
          caDirectory: '/srv/cas',
          clientCertFile: '/c.pem',
          clientKeyFile: '/k.pem',
          serverName: 'vault.local',
          skipVerify: false,
        },
        timeoutMs: 5_000,
        maxConnections: 10,
        maxBytes: 1_048_576,
        proxy: { httpsProxy: 'http://proxy:1', noProxy: 'localhost' },
        revokeAfterMs: 60_000,
        onExit: 'keep',
      },
    ])
  })

  it('chooses the login by the file that is named', () => {
    expect(auth({ VAULT_JWT_FILE: '/jwt', VAULT_ROLE: 'api' })).toEqual({
      method: 'jwt',
      mount: 'jwt',
      role: 'api',
      tokenFile: '/jwt',
      remove: false,
    })
    const secretId = { VAULT_SECRET_ID_FILE: '/sid', VAULT_ROLE: 'api', VAULT_AUTH_MOUNT: 'apps' }
    expect(auth(secretId)).toMatchObject({
      method: 'approle',
      mount: 'apps',
      roleId: 'api',
      secretIdFile: '/sid',
      remove: false,
    })
    expect(auth({ ...secretId, VAULT_ROLE_ID_FILE: '/rid' })).toMatchObject({
      roleId: undefined,
      roleIdFile: '/rid',
    })
    expect(auth({ VAULT_ROLE: 'api' }, [token])).toEqual({
      method: 'kubernetes',
      mount: 'kubernetes',
      role: 'api',
      tokenFile: token,
      remove: false,
    })
  })

  it('understands booleans as Go does, and nothing else', () => {
    const skipVerify = (VAULT_SKIP_VERIFY: string) => {
      const [provider] = load({}, { ...login, VAULT_SKIP_VERIFY }).configuration?.providers ?? []
      return provider?.type === 'vault' ? provider.tls.skipVerify : undefined
    }
    expect(['1', 't', 'T', 'TRUE', 'true', 'True'].map(skipVerify)).toEqual(Array(6).fill(true))
    expect(['0', 'f', 'F', 'FALSE', 'false', 'False', ''].map(skipVerify)).toEqual(Array(7).fill(false))
    expect(problems({}, { ...login, VAULT_SKIP_VERIFY: 'yes' })).toEqual([
      'VAULT_SKIP_VERIFY "yes" is not true or false',
    ])
  })

  it('refuses variables that it does not read, above all literal credentials, and never shows them', () => {
    const environment = {
      ...login,
      VAULT_TOKEN: 'canary',
      VAULT_SECRET_ID: 'canary',
      VAULT_PROXY_ADDR: 'canary',
    }
    const { problems: found } = load({}, environment)
    expect(say(found)).toEqual([
      'VAULT_TOKEN keyturn does not read this (put it into a file and set VAULT_TOKEN_FILE, or log in by a role)',
      'VAULT_SECRET_ID keyturn does not read this (put it into a file and set VAULT_SECRET_ID_FILE)',
      'VAULT_PROXY_ADDR keyturn does not read this (set HTTPS_PROXY)',
    ])
    expect(JSON.stringify(found)).not.toContain('canary')
    expect(load({ secret: ['a=file:/a'] }, environment).problems).toEqual([])
  })

  it('says by option or variable what is missing or wrong', () => {
    expect(problems({})).toEqual([
      'VAULT_ADDR not set',
      'one of VAULT_JWT_FILE, VAULT_SECRET_ID_FILE, VAULT_TOKEN_FILE not set',
    ])
    expect(problems({}, { VAULT_ADDR: 'v', VAULT_JWT_FILE: '/j', VAULT_CLIENT_TIMEOUT: 'x' })).toEqual([
      'VAULT_ADDR this is not an http or https URL (write it whole, such as https://vault.example.com:8200)',
      'VAULT_ROLE not set',
      'VAULT_CLIENT_TIMEOUT "x" is not a duration (write a number and a unit, such as 30s, 5m or 1h30m)',
    ])
    expect(problems({}, { VAULT_ADDR: 'https://v', VAULT_SECRET_ID_FILE: '/s' })).toEqual([
      'VAULT_ROLE or VAULT_ROLE_ID_FILE one of "role_id", "role_id_file" is missing',
    ])
    expect(problems({}, { ...login, VAULT_JWT_FILE: '/j', VAULT_ROLE: 'r' })).toEqual([
      'VAULT_TOKEN_FILE it stands beside VAULT_JWT_FILE (set only one of the two)',
    ])
    expect(problems({ owner: 'app', mode: '0499', signal: ['app', 'app:HUP'] }, login)).toEqual([
      '--signal "app" is not a process and a signal (write PROCESS:SIGNAL, such as nginx:SIGHUP)',
      '--owner "app" is not a number (owner and group are numbers, because names differ between containers)',
      '--mode "0499" is not a mode (write octal permission bits, such as 0400 or 0440)',
      '--signal "HUP" is not one of SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH',
    ])
  })

  it('refuses secrets that are not a name and a reference, or are there twice', () => {
    const secret = ['a', '../b=file:/b', 'c=gcp:c', 'd=x', 'e=file:/e', 'e=file:/e']
    const hint = '(write NAME=REFERENCE, such as db_password=vault:secret/my-api/db#password)'
    expect(problems({ secret })).toEqual([
      `--secret "a" is not a name and a reference ${hint}`,
      `--secret "../b=file:/b" is not a name and a reference ${hint}`,
      '--secret e this name is there twice',
      '--secret c there is no provider "gcp" (declare it under providers)',
      '--secret d there is no secret "x" (declare it under secrets)',
    ])
  })

  it('leaves the AWS variables to the SDK', () => {
    const { configuration } = load({ secret: ['a=aws:prod/a#b'] }, { AWS_REGION: 'eu-central-1' })
    expect(configuration?.providers).toMatchObject([
      { type: 'aws', name: 'aws', region: undefined, refreshMs: 300_000 },
    ])
  })
})
