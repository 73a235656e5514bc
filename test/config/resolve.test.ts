import { describe, expect, it } from 'vitest'
import { load } from './load.ts'

const whole = `
providers:
  vault:
    address: https://vault.example.com:8200
    auth: { method: approle, role_id_file: bootstrap/role_id, secret_id_file: /run/bootstrap/secret_id }
  aws:
    region: eu-central-1
    assume_role: { arn: "arn:aws:iam::123456789012:role/my-api", external_id: prod }
  eu: { type: aws, refresh: 1m, max_response_size: 64KiB }
secrets:
  db:     vault:secret/my-api/db
  tls:    vault:secret/my-api/tls
  stripe: { from: "aws:prod/my-api/stripe", refresh: 30s, max_stale: 15m, optional: true }
  other:  { from: "eu:arn:aws:x:y", refresh: 90s }
  again:  { from: "vault:secret/my-api/db", refresh: 20s }
  legacy: file:legacy_token
outputs:
  /run/secrets/app/db_password: { value: db.password }
  /run/secrets/app/again: { value: again.a.b, mode: 440, group: 7 }
  /run/secrets/other: { value: other }
  /run/secrets/app.env: { secret: stripe, format: dotenv, owner: 5 }
  /run/secrets/direct: { value: "vault:secret/direct?version=2#key" }
  /run/secrets/legacy: { value: legacy, validate: [nginx, -t, "{path}"] }
  /run/secrets/tls/:
    group: 8
    files:
      cert.pem: { value: tls.certificate, validate: pem }
      sub/key.pem: { value: tls.private_key, mode: "0440", group: 9 }
    validate: { command: [nginx, -c, "{path}"], timeout: 3s }
defaults: { owner: 10001, mode: "0400" }
reload:
  - { signal: SIGHUP, process: node, on: [/run/secrets/tls/] }
  - { signal: SIGUSR1, pid_file: nginx.pid, ready_within: 1m, splay: 2s }
  - { webhook: "http://127.0.0.1:8080/reload", secret_file: hook.key, first: true }
  - { command: [nginx, -s, reload], timeout: 5s }
settle: 50ms
start_timeout: 2m
allow_non_tmpfs: [/run/secrets]
listen: "[::1]:9102"
log: { level: debug }
`

const { configuration, problems } = load(whole, { environment: { HTTPS_PROXY: 'http://proxy:3128' } })

describe('a whole configuration, resolved', () => {
  it('is free of problems', () => {
    expect(problems).toEqual([])
  })

  it('has providers with absolute paths, milliseconds and bytes, and the one for files without an entry', () => {
    const proxy = { httpsProxy: 'http://proxy:3128' }
    expect(configuration?.providers).toMatchObject([
      {
        type: 'vault',
        name: 'vault',
        auth: {
          method: 'approle',
          mount: 'approle',
          roleIdFile: '/etc/keyturn/bootstrap/role_id',
          secretIdFile: '/run/bootstrap/secret_id',
        },
        tls: { skipVerify: false },
        timeoutMs: 10_000,
        proxy,
      },
      {
        type: 'aws',
        name: 'aws',
        region: 'eu-central-1',
        refreshMs: 300_000,
        assumeRole: { arn: 'arn:aws:iam::123456789012:role/my-api', externalId: 'prod' },
        proxy,
      },
      { type: 'aws', name: 'eu', refreshMs: 60_000, maxBytes: 65_536 },
      { type: 'file', name: 'file', refreshMs: 10_000 },
    ])
  })

  it('has one secret for two names of one, at the shorter interval, and those named directly', () => {
    const vault = (path: string) => ({ provider: 'vault', path })
    expect(configuration?.secrets).toEqual([
      {
        names: ['db', 'again'],
        reference: vault('secret/my-api/db'),
        refreshMs: 20_000,
        maxStaleMs: undefined,
        optional: false,
        revokeAfterMs: 60_000,
        onRevoked: 'keep',
      },
      {
        names: ['tls'],
        reference: vault('secret/my-api/tls'),
        refreshMs: 60_000,
        maxStaleMs: undefined,
        optional: false,
        revokeAfterMs: 60_000,
        onRevoked: 'keep',
      },
      {
        names: ['stripe'],
        reference: { provider: 'aws', path: 'prod/my-api/stripe' },
        refreshMs: 30_000,
        maxStaleMs: 900_000,
        optional: true,
        revokeAfterMs: 0,
        onRevoked: 'keep',
      },
      {
        names: ['other'],
        reference: { provider: 'eu', path: 'arn:aws:x:y' },
        refreshMs: 90_000,
        maxStaleMs: undefined,
        optional: false,
        revokeAfterMs: 0,
        onRevoked: 'keep',
      },
      {
        names: ['legacy'],
        reference: { provider: 'file', path: '/etc/keyturn/legacy_token' },
        refreshMs: 10_000,
        maxStaleMs: undefined,
        optional: false,
        revokeAfterMs: 0,
        onRevoked: 'keep',
      },
      {
        names: [],
        reference: { ...vault('secret/direct'), version: '2' },
        refreshMs: 60_000,
        maxStaleMs: undefined,
        optional: false,
        revokeAfterMs: 60_000,
        onRevoked: 'keep',
      },
    ])
  })

  it('has outputs whose files say who owns them', () => {
    const files = configuration?.outputs.flatMap(output =>
      output.files.map(({ name, mode, owner, group }) => [output.path, name, mode, owner, group]),
    )
    expect(files).toEqual([
      ['/run/secrets/app/db_password', '', 0o400, 10001, 10001],
      ['/run/secrets/app/again', '', 0o440, 10001, 7],
      ['/run/secrets/other', '', 0o400, 10001, 10001],
      ['/run/secrets/app.env', '', 0o400, 5, 5],
      ['/run/secrets/direct', '', 0o400, 10001, 10001],
      ['/run/secrets/legacy', '', 0o400, 10001, 10001],
      ['/run/secrets/tls', 'cert.pem', 0o400, 10001, 8],
      ['/run/secrets/tls', 'sub/key.pem', 0o440, 10001, 9],
    ])
  })

  it('has sources that are whole references', () => {
    const sources = configuration?.outputs.flatMap(output => output.files.map(({ source }) => source))
    expect(sources).toMatchObject([
      { kind: 'value', reference: { provider: 'vault', path: 'secret/my-api/db', field: 'password' } },
      { kind: 'value', reference: { provider: 'vault', path: 'secret/my-api/db', field: 'a.b' } },
      { kind: 'value', reference: { provider: 'eu', path: 'arn:aws:x:y' } },
      { kind: 'format', reference: { provider: 'aws', path: 'prod/my-api/stripe' }, format: 'dotenv' },
      { kind: 'value', reference: { provider: 'vault', path: 'secret/direct', version: '2', field: 'key' } },
      { kind: 'value', reference: { provider: 'file', path: '/etc/keyturn/legacy_token' } },
      { kind: 'value', reference: { path: 'secret/my-api/tls', field: 'certificate' } },
      { kind: 'value', reference: { path: 'secret/my-api/tls', field: 'private_key' } },
    ])
  })

  it('has validations of files and of directories', () => {
    expect(configuration?.outputs.map(({ kind, validate }) => [kind, validate])).toEqual([
      ['file', undefined],
      ['file', undefined],
      ['file', undefined],
      ['file', undefined],
      ['file', undefined],
      ['file', { command: ['nginx', '-t', '{path}'], timeoutMs: 10_000 }],
      ['directory', { command: ['nginx', '-c', '{path}'], timeoutMs: 3_000 }],
    ])
    expect(configuration?.outputs.at(-1)?.files.map(({ validate }) => validate)).toEqual([
      { builtin: 'pem' },
      undefined,
    ])
    expect(configuration?.outputs.at(-2)?.files[0]?.validate).toBeUndefined()
  })

  it('has notifiers with their targets', () => {
    expect(configuration?.notifiers).toEqual([
      {
        kind: 'signal',
        signal: 'SIGHUP',
        target: { process: 'node', anyOwner: false },
        readyWithinMs: 30_000,
        on: ['/run/secrets/tls'],
        splayMs: 0,
      },
      {
        kind: 'signal',
        signal: 'SIGUSR1',
        target: { pidFile: '/etc/keyturn/nginx.pid' },
        readyWithinMs: 60_000,
        on: undefined,
        splayMs: 2_000,
      },
      {
        kind: 'webhook',
        url: 'http://127.0.0.1:8080/reload',
        secretFile: '/etc/keyturn/hook.key',
        caFile: undefined,
        timeoutMs: 10_000,
        first: true,
        on: undefined,
        splayMs: 0,
      },
      {
        kind: 'command',
        command: ['nginx', '-s', 'reload'],
        timeoutMs: 5_000,
        first: false,
        on: undefined,
        splayMs: 0,
      },
    ])
  })

  it('has the rest', () => {
    expect(configuration).toMatchObject({
      settleMs: 50,
      startTimeoutMs: 120_000,
      stateDirectory: '/run/secrets/.keyturn',
      allowNonTmpfs: ['/run/secrets'],
      listen: { host: '::1', port: 9102 },
      log: { level: 'debug' },
    })
  })
})

describe('the state directory', () => {
  const stateOf = (...paths: string[]) =>
    load(`outputs: { ${paths.map(path => `${path}: { value: "file:/a" }`).join(', ')} }`).configuration
      ?.stateDirectory

  it('lies in the deepest directory common to the outputs', () => {
    expect(stateOf('/run/secrets/a')).toBe('/run/secrets/.keyturn')
    expect(stateOf('/run/secrets/a', '/run/secrets2/a')).toBe('/run/.keyturn')
    expect(stateOf('/run/secrets/x/a', '/run/secrets/a')).toBe('/run/secrets/.keyturn')
    expect(stateOf('/a', '/b/c')).toBe('/.keyturn')
  })
})
