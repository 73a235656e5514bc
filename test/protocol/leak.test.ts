import { createPrivateKey, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askAgent } from '../../src/cli/ask-agent.ts'
import { type AgentProcess, createWorkplace, type Workplace } from '../support/agent-process.ts'
import { findLeaks } from '../support/canary.ts'
import {
  everythingOn,
  failingOutputs,
  failingTemplates,
  mistakenConfigurations,
} from '../support/everything-on.ts'
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { freePort } from '../support/free-port.ts'
import { startHookServer } from '../support/hook-server.ts'
import { createAuthority } from '../support/issued-certificates.ts'
import { searchFor } from '../support/leak-search.ts'
import { readProc } from '../support/read-proc.ts'
import { type VaultServer, vaultServerKinds } from '../support/vault-servers.ts'
import { textIn } from '../support/vault-workplace.ts'
import { waitUntil } from '../support/wait-until.ts'

// One agent with everything on, at its most talkative, with whatever can fail failing; then every secret of it is searched in
// everything that came out, but the published files.

const unlikeAnything = () =>
  `${randomBytes(12).toString('base64url')}"\\/<&+ü\n${randomBytes(12).toString('base64url')}`

const policy = `
path "secret/data/*" { capabilities = ["create", "read", "update"] }
path "pki/issue/web" { capabilities = ["update"] }
path "transit/decrypt/app" { capabilities = ["update"] }`

describe.each(vaultServerKinds())('an agent with everything on, against $name', kind => {
  const secrets: Record<string, string | Uint8Array> = {
    'the password': unlikeAnything(),
    'the decrypted text': unlikeAnything(),
    "the file's secret": randomBytes(18).toString('base64url'),
    'the key of the webhook': randomBytes(24),
    'a credential in the configuration': randomBytes(18).toString('base64url'),
  }
  /** What came out, by where it came out. */
  const products = new Map<string, string>()
  const add = (name: string, product: string) => products.set(name, `${products.get(name) ?? ''}${product}\n`)

  let server: VaultServer
  let proxy: FaultProxy
  let place: Workplace
  beforeAll(async () => {
    server = await kind.start()
    proxy = await startFaultProxy(server.address)
    place = createWorkplace()
    await tellStory()
  }, 180_000)
  afterAll(async () => {
    await place?.[Symbol.asyncDispose]()
    await proxy?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
  })

  const file = (name: string) => join(place.secrets, name)
  const text = (name: string) => String(secrets[name])

  async function tellStory(): Promise<void> {
    const metricsPort = await freePort()
    await using hooks = await startHookServer()
    await fillServer()
    const ends = { address: proxy.address, hookAddress: hooks.address, metricsPort }
    const good = everythingOn(place, ends)
    place.configure(good)
    add('check', await printedBy('check'))
    add('check', await printedBy('check', '--json'))

    const agent = place.run('--log-level', 'debug')
    await until(agent, () => existsSync(file('password')) && existsSync(file('tls')))
    await command('healthcheck', '--ready')
    await command('status')
    await live('--diff')

    await refuseConfigurations(agent, good)
    place.configure(everythingOn(place, ends, failingOutputs(place)))
    agent.child.kill('SIGHUP')
    await until(agent, () => count(agent, 'render_failed') >= failingTemplates.length)
    await until(agent, () => count(agent, 'publish_failed') >= 3)
    await sufferFaults(agent)
    const db = await server.call('GET', 'secret/data/app/db')
    await server.call('POST', 'secret/data/app/db', {
      data: { ...Object(db)['data'].data, username: 'another' },
    })
    await until(
      agent,
      () => hooks.received().includes('outputs.published') && existsSync(join(place.directory, 'told')),
    )
    agent.child.kill('SIGUSR1')

    for (const [path, content] of readProc(agent.child.pid ?? 0))
      add('/proc of the agent', `${path}\n${content}`)
    add('metrics', await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text())
    for (const path of ['/status', '/healthz', '/readyz'])
      add('the control socket', JSON.stringify(await askAgent(file('.keyturn/agent.sock'), 'GET', path)))
    await command('status')
    await command('status', '--json')
    await command('refresh', 'db')
    await command('refresh', 'nothing')
    await live()
    await live(file('bad-0'))

    agent.child.kill('SIGTERM')
    expect(await agent.ended).toBe(0)
    add('log', agent.printed())
    place.write('secret_id', `${text('the secret id').slice(0, -1)}x`)
    await command('once', '--log-level', 'debug', '--log-format', 'pretty', '--timeout', '2s')
    add('hooks', readFileSync(join(place.directory, 'told'), 'latin1'))
    add('hooks', readFileSync(join(place.directory, 'validated'), 'latin1'))
    add('webhooks', hooks.received())
    collectFiles()
    const tokens = new Set(proxy.requests.map(({ headers }) => headers['x-vault-token']))
    for (const token of tokens) if (typeof token === 'string') secrets[`token ${token.slice(-2)}`] = token
    secrets['the issued key'] = scalarOf(readFileSync(file('issued'), 'utf8'))
  }

  async function fillServer(): Promise<void> {
    const { cert, key } = createAuthority('a test').issue({ from: -1, to: 24 })
    secrets['the private key'] = scalarOf(key)
    await server.call('POST', 'sys/auth/approle', { type: 'approle' })
    await server.call('POST', 'sys/policies/acl/app', { policy })
    await server.call('POST', 'auth/approle/role/app', { token_policies: 'app', token_ttl: '60s' })
    await server.call('POST', 'sys/mounts/pki', { type: 'pki' })
    await server.call('POST', 'pki/root/generate/internal', { common_name: 'the authority', key_type: 'ec' })
    const names = { allowed_domains: 'example.com', allow_subdomains: true, key_type: 'ec' }
    await server.call('POST', 'pki/roles/web', names)
    await server.call('POST', 'sys/mounts/transit', { type: 'transit' })
    await server.call('POST', 'transit/keys/app', {})
    const plaintext = Buffer.from(text('the decrypted text')).toString('base64')
    const ciphertext = textIn(
      await server.call('POST', 'transit/encrypt/app', { plaintext }),
      'data',
      'ciphertext',
    )
    const data = { password: text('the password'), username: 'app', ciphertext, cert, key }
    await server.call('POST', 'secret/data/app/db', { data })
    await server.call('POST', 'secret/data/app/faulty', { data: { value: 'x' } })
    const roleId = await server.call('GET', 'auth/approle/role/app/role-id')
    const secretId = await server.call('POST', 'auth/approle/role/app/secret-id', {})
    secrets['the secret id'] = textIn(secretId, 'data', 'secret_id')
    place.write('role_id', textIn(roleId, 'data', 'role_id'))
    place.write('secret_id', text('the secret id'))
    place.write('legacy', text("the file's secret"))
    place.write(
      'webhook_key',
      `whsec_${Buffer.from(secrets['the key of the webhook'] ?? '').toString('base64')}`,
    )
  }

  /** What somebody might write, and a typing mistake beside it. */
  async function refuseConfigurations(agent: AgentProcess, good: string): Promise<void> {
    const credential = text('a credential in the configuration')
    for (const mistaken of mistakenConfigurations(good, credential)) {
      expect(mistaken).toContain(credential)
      const before = count(agent, 'reload_refused')
      place.configure(mistaken)
      add('check', await printedBy('check'))
      agent.child.kill('SIGHUP')
      await until(agent, () => count(agent, 'reload_refused') > before)
    }
  }

  /** A backend that shows back what it was sent, in every way that an answer can. */
  async function sufferFaults(agent: AgentProcess): Promise<void> {
    const token = String(
      proxy.requests.findLast(({ headers }) => headers['x-vault-token'])?.headers['x-vault-token'],
    )
    const shown = `${token} ${text('the secret id')} ${JSON.stringify(text('the password'))}`
    const faults: Fault[] = [
      { status: 400, body: JSON.stringify({ errors: [shown] }) },
      { status: 403, body: JSON.stringify({ errors: [shown] }) },
      { status: 404, body: JSON.stringify({ errors: [shown], data: { token } }) },
      { status: 500, body: shown },
      { status: 200, body: shown },
      { status: 200, body: `{"data":{"data":{"value":${shown}` },
      { status: 200, body: JSON.stringify({ data: { data: shown } }) },
      { status: 307, headers: { location: `http://127.0.0.1:1/${token}` } },
      { status: 429, headers: { 'retry-after': token } },
      { raw: `HTTP/1.1 ${token} ${token}\r\n${shown}\r\n\r\n` },
      'cut',
    ]
    for (const fault of faults) {
      proxy.fault = { path: /app\/faulty/, fault }
      const before = count(agent, 'secret_failed')
      await command('refresh', 'faulty')
      await until(agent, () => count(agent, 'secret_failed') > before)
    }
    proxy.fault = undefined
  }

  const until = (agent: AgentProcess, condition: () => boolean) =>
    waitUntil(() => {
      if (agent.child.exitCode !== null) throw new Error(`the agent has ended: ${agent.printed()}`)
      return condition()
    })
  const count = ({ log }: AgentProcess, event: string) => log.filter(line => line['event'] === event).length

  async function printedBy(...args: string[]): Promise<string> {
    const { out, error } = await place.command(...args)
    return `${args.join(' ')}: ${out}${error}`
  }
  const command = async (...args: string[]) => add('commands', await printedBy(...args))
  const live = async (...args: string[]) => add('render', await printedBy('render', '--live', ...args))

  /** Everything that lies in the directory afterwards, but what was put there and what is published. */
  function collectFiles(): void {
    const own =
      /^(secrets\/(?!\.keyturn)|secrets\/\.keyturn\/generations\/|role_id|secret_id|legacy|webhook_key|keyturn.yaml)/
    for (const path of readdirSync(place.directory, { recursive: true, encoding: 'utf8' })) {
      add('names of files', path)
      const whole = join(place.directory, path)
      if (!own.test(path) && statSync(whole).isFile())
        add('files left', `${path}\n${readFileSync(whole, 'latin1')}`)
    }
  }

  it.each([
    ['check', /check --json/],
    ['log', /"event":"secret_failed"/],
    ['commands', /status --json: \{/],
    ['render', /render --live/],
    ['metrics', /keyturn_secret_failures/],
    ['the control socket', /startedAt/],
    ['webhooks', /outputs\.published/],
    ['hooks', /PATH=/],
    ['/proc of the agent', /KEYTURN_CONFIG=/],
    ['names of files', /\.keyturn\/state/],
    ['files left', /\.keyturn\/state\n/],
  ])('shows no secret in: %s', (name, known) => {
    const product = products.get(name) ?? ''
    // It is what it claims to be, so that a leak would be in it.
    expect(product).toMatch(known)
    expect([...searchFor(secrets)(product), ...findLeaks(product)]).toEqual([])
  })

  it('but in the published files they are found', () => {
    const published = readFileSync(file('password'), 'utf8') + readFileSync(file('tls/key.pem'), 'utf8')
    expect(searchFor(secrets)(published).join()).toMatch(/the password.*the private key/)
  })
})

/** The scalar of a private key: the rest of the file is the same in many, or public. */
function scalarOf(pem: string): Uint8Array {
  return Buffer.from(createPrivateKey(pem).export({ format: 'jwk' }).d ?? '', 'base64url')
}
