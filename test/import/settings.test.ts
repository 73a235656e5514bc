import { describe, expect, it } from 'vitest'
import { readConfiguration } from '../../src/import/read-configuration.ts'
import { readTriple } from '../../src/import/template-triple.ts'
import { importBlocks, importIn, importText } from './import-fixture.ts'

const vault = 'vault { address = "https://vault.example.com" }\n'

async function accessOf(keys: string) {
  const { draft } = await importText(`${vault}template { contents = "x", destination = "/run/x", ${keys} }`)
  const { owner, group, mode, allow_world_access } = draft.outputs[0]?.settings ?? {}
  return { owner, group, mode, allow_world_access }
}

async function providerOf(text: string) {
  return (await importText(text)).draft.provider
}

describe('the access of a file', () => {
  it.each([
    ['', { mode: '0644', allow_world_access: true }],
    ['perms = 0', { mode: '0644', allow_world_access: true }],
    ['perms = 0600', { mode: '0600' }],
    ['perms = 600', { mode: '0644', allow_world_access: true }],
    ['perms = "440"', { mode: '0440' }],
    ['perms = 0751', { mode: '0751', allow_world_access: true }],
    ['perms = 0640, user = "10001"', { owner: 10001, group: 0, mode: '0640' }],
    ['perms = 0640, uid = 10001, gid = 10002', { owner: 10001, group: 10002, mode: '0640' }],
    ['perms = 0640, user = "root", group = "root"', { owner: 0, group: 0, mode: '0640' }],
    ['perms = 0640, user = "app", group = "123"', { group: 123, mode: '0640' }],
  ])('is as it was: %s', async (keys, access) => {
    expect(await accessOf(keys)).toEqual(access)
  })
})

describe('the login', () => {
  it('of a wrapped secret id unwraps it', async () => {
    const text = `${vault}auto_auth { method "approle" { mount_path = "auth/team/approle/" config = {
      role_id_file_path = "/r" secret_id_file_path = "/w" secret_id_response_wrapping_path = "auth/team/approle/role/app/secret-id" } } }`
    expect(await providerOf(text)).toHaveProperty('auth', {
      method: 'approle',
      mount: 'team/approle',
      role_id_file: '/r',
      wrapped_secret_id_file: '/w',
      remove: true,
    })
  })

  it('is in the namespace of either block, and of two that differ one is listed', async () => {
    const login = 'auto_auth { method "kubernetes" { namespace = "team", config = { role = "app" } } }'
    expect(await providerOf(`vault { address = "https://v" }\n${login}`)).toHaveProperty('namespace', 'team')
    expect(await providerOf('vault { address = "https://v", namespace = "own" }')).toHaveProperty(
      'namespace',
      'own',
    )
    const { draft, report } = await importText(`vault { address = "https://v", namespace = "own" }\n${login}`)
    expect(draft.provider).toHaveProperty('namespace', 'own')
    expect(report.findings.map(({ what }) => what)).toEqual(['vault.namespace'])
  })

  it('by certificate takes its files along, and the block vault goes before it', async () => {
    const text = `vault { address = "https://v", client_cert = "/v.pem" }
      auto_auth { method "cert" { config = { name = "web", ca_cert = "/ca.pem", client_cert = "/c.pem", client_key = "/k.pem", reload = true } } }`
    expect(await providerOf(text)).toMatchObject({
      auth: { method: 'cert', name: 'web' },
      tls: { ca_file: '/ca.pem', cert_file: '/v.pem', key_file: '/k.pem' },
    })
  })

  it('of consul-template by its service account is one', async () => {
    expect(await providerOf('vault { address = "https://v", k8s_auth_role_name = "app" }')).toHaveProperty(
      'auth',
      {
        method: 'kubernetes',
        role: 'app',
        token_file: '/run/secrets/kubernetes.io/serviceaccount/token',
      },
    )
  })

  it('is to be written where there was none, and where the address came from the environment so is that', async () => {
    const { draft, report } = await importText('template { contents = "x", destination = "/run/x" }')
    expect(draft.provider).toEqual({
      address: 'https://127.0.0.1:8200',
      auth: { method: 'token_file', token_file: '/run/bootstrap/token' },
      refresh: '5m',
    })
    expect(report.findings.filter(({ severity }) => severity === 'todo').map(({ what }) => what)).toEqual([
      'vault.address',
      'auto_auth',
    ])
  })

  it('takes no token over that stood in the configuration', async () => {
    const result = await importText('vault { address = "https://v", token = "hvs.canary" }')
    expect(JSON.stringify([result.draft, result.report.findings])).not.toContain('canary')
    expect(result.report.findings.map(({ what }) => what)).toContain('vault.token')
  })
})

describe('what came from elsewhere', () => {
  it('is taken from VAULT_ADDR where the address came from there, and listed where it is any other setting', () => {
    const environment = {
      VAULT_ADDR: 'https://v:8200',
      VAULT_NAMESPACE: 'team',
      BAO_CACERT: '/ca',
      VAULT_TOKEN: 't',
    }
    const { draft, report } = importIn(environment, readTriple('/etc/vault/db.env.ctmpl:/run/x'))
    expect(draft.provider).toHaveProperty('address', 'https://v:8200')
    const places = report.findings
      .filter(({ what }) => what === 'environment')
      .map(({ origin }) => origin.file)
    expect(places).toEqual(['VAULT_NAMESPACE', 'BAO_CACERT'])
    expect(report.mappings.map(({ origin }) => origin.file)).toContain('VAULT_ADDR')
  })

  it('does not go before an address that is written', async () => {
    const block = await readConfiguration('vault { address = "https://written" }', 'agent.hcl')
    expect(importIn({ VAULT_ADDR: 'https://v' }, block).draft.provider).toHaveProperty(
      'address',
      'https://written',
    )
  })

  it('is listed where a placeholder shows that something else fills it in, but not in a template', async () => {
    const text = `vault { address = "https://v", ca_cert = "\${DIRECTORY}/ca.pem" }
      template { contents = "\${A} {{ .x }}", destination = "/run/env(NAME)" }`
    const { report } = await importText(text)
    const found = report.findings.filter(({ remedy }) => remedy.includes('placeholder'))
    expect(found.map(({ what }) => what).sort()).toEqual(['template.destination', 'vault.ca_cert'])
  })
})

describe('times', () => {
  it.each([
    ['"10m"', '10m'],
    ['600', '600s'],
    ['"600"', '600s'],
    ['"1h30m"', '1h30m'],
    ['"500us"', '5m'],
  ])('static_secret_render_interval = %s refreshes every %s', async (written, refresh) => {
    const text = `${vault}template_config { static_secret_render_interval = ${written} }`
    expect(await providerOf(text)).toHaveProperty('refresh', refresh)
  })

  it('settles for the longest that anybody waited', async () => {
    const { draft } = await importText(
      `${vault}wait = "900ms:5s"\ntemplate { contents = "x", destination = "/run/x", wait { min = "2s" } }`,
    )
    expect(draft.settle).toEqual(['900ms', '2s'])
  })
})

describe('several files', () => {
  it('add their templates up, and name the place of what only the last of them says', async () => {
    const first = await importText(`${vault}template { contents = "x", destination = "/run/x" }`)
    expect(first.draft.outputs).toHaveLength(1)
    const { draft, report } = importBlocks(
      await readConfiguration(`${vault}template { contents = "x", destination = "/run/x" }`, 'a.hcl'),
      await readConfiguration(
        'vault { address = "https://b" }\ntemplate { contents = "y", destination = "/run/y" }',
        'b.hcl',
      ),
    )
    expect(draft.outputs.map(({ path }) => path)).toEqual(['/run/x', '/run/y'])
    expect(draft.provider).toHaveProperty('address', 'https://b')
    expect(report.findings).toContainEqual({
      origin: { file: 'a.hcl', line: 1 },
      severity: 'todo',
      what: 'vault',
      remedy: 'it stands there again below, and only the last one was taken',
    })
  })
})

describe('a triple', () => {
  it('is a template with its source, destination and command', () => {
    const { draft, report } = importBlocks(
      readTriple('/etc/vault/db.env.ctmpl:/run/secrets/db.env'),
      readTriple('/etc/vault/db.env.ctmpl:/run/secrets/other.env:pkill -HUP a:b || pkill -HUP app'),
      readTriple('/etc/vault/db.env.ctmpl:/run/secrets/third.env:/usr/local/bin/reload host:80'),
    )
    expect(draft.outputs.map(({ path, settings }) => [path, settings['template']])).toEqual([
      ['/run/secrets/db.env', 'templates/db.env.ctmpl'],
      ['/run/secrets/other.env', 'templates/db.env.ctmpl'],
      ['/run/secrets/third.env', 'templates/db.env.ctmpl'],
    ])
    expect(draft.reload.map(({ settings }) => settings)).toEqual([
      { command: ['/usr/local/bin/reload', 'host:80'], first: true },
    ])
    expect(report.findings.map(({ origin }) => origin.file)).toContain('--template')
  })

  it.each(['', 'source', ':destination', 'source:'])('needs a source and a destination: %j', triple => {
    expect(() => readTriple(triple)).toThrow(`"${triple}" is not a template and its destination`)
  })
})
