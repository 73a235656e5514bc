import { type ChildProcess, spawn } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AgentProcess, createWorkplace, type Workplace } from '../support/agent-process.ts'
import { canary, findLeaks } from '../support/canary.ts'
import { type VaultServer, vaultServerKinds } from '../support/vault-servers.ts'
import { textIn } from '../support/vault-workplace.ts'
import { waitUntil } from '../support/wait-until.ts'

const policy = `
path "pki/issue/web" { capabilities = ["update"] }
path "secret/data/app" { capabilities = ["read"] }`

describe.each(vaultServerKinds())('templates that reach outside, with secrets of $name', kind => {
  let server: VaultServer
  let token: string
  let place: Workplace
  const applications = new Set<ChildProcess>()

  beforeAll(async () => {
    server = await kind.start()
    await server.call('POST', 'sys/mounts/pki', { type: 'pki' })
    await server.call('POST', 'pki/root/generate/internal', { common_name: 'the authority', key_type: 'ec' })
    await server.call('POST', 'pki/roles/web', {
      allowed_domains: 'example.com',
      allow_subdomains: true,
      key_type: 'ec',
    })
    await server.call('POST', 'sys/policies/acl/app', { policy })
    token = textIn(
      await server.call('POST', 'auth/token/create', { policies: ['app'] }),
      'auth',
      'client_token',
    )
  })
  afterAll(() => server[Symbol.asyncDispose]())

  beforeEach(async () => {
    place = createWorkplace()
    place.write('token', token)
    await put('one')
  })
  afterEach(async () => {
    for (const application of applications) application.kill('SIGKILL')
    applications.clear()
    await place[Symbol.asyncDispose]()
  })

  const put = (value: string) => server.call('POST', 'secret/data/app', { data: { value: canary(value) } })
  const file = (name: string) => join(place.secrets, name)
  const read = (name: string) => readFileSync(file(name), 'utf8')
  const names = () =>
    readdirSync(place.secrets)
      .filter(name => name !== '.keyturn')
      .toSorted()

  function configure(outputs: string, templates: string): void {
    place.configure(`
providers: { vault: { address: "${server.address}", auth: { method: token_file, token_file: token }, refresh: 1s } }
templates: ${templates}
outputs:
${outputs}
defaults: { owner: ${process.getuid?.()}, group: ${process.getgid?.()} }
reload: [{ signal: SIGHUP, pid_file: application.pid }]
`)
  }

  async function startApplication(): Promise<readonly string[]> {
    const script =
      "process.on('SIGHUP',()=>console.log('reloaded'));setInterval(()=>{},1e9);console.log('up')"
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    applications.add(child)
    const lines: string[] = []
    createInterface({ input: child.stdout }).on('line', line => lines.push(line))
    await waitUntil(() => lines.includes('up'))
    place.write('application.pid', String(child.pid), 0o644)
    return lines
  }

  const count = (agent: AgentProcess, event: string) =>
    agent.log.filter(line => line['event'] === event).length

  /** The recipe that everybody has, by three names. */
  const recipe = (ttl: string, names: { key: string; ca: string }) => `
      {{ with pkiCert "pki/issue/web" "common_name=app.example.com" "ttl=${ttl}" -}}
      {{ .Cert }}
      {{- .Key | writeToFile "${file(names.key)}" "" "" "0400" "newline" }}
      {{- .CA | writeToFile "${file(names.ca)}" "" "" "0440" }}
      {{- end }}`

  function expectFitting(names: { cert: string; key: string; ca: string }): string {
    const certificate = new X509Certificate(read(names.cert))
    expect(certificate.checkPrivateKey(createPrivateKey(read(names.key)))).toBe(true)
    expect(certificate.verify(new X509Certificate(read(names.ca)).publicKey)).toBe(true)
    return certificate.serialNumber
  }

  it('yield certificate, key and authority that belong together, renewed and told as one', async () => {
    const parts = { cert: 'cert.pem', key: 'key.pem', ca: 'more/ca.pem' }
    configure(`  ${file('cert.pem')}:\n    contents: |${recipe('8s', parts)}`, '{ allow: [writeToFile] }')
    const application = await startApplication()
    const agent = place.run()
    const serials = new Set<string>()
    const reloads = () => application.filter(line => line === 'reloaded').length
    while (serials.size < 3) {
      const known = serials.size
      await waitUntil(() => {
        const publications = count(agent, 'published')
        return publications > known && count(agent, 'notified') === publications && reloads() === publications
      })
      serials.add(expectFitting(parts))
    }
    expect([statSync(file('key.pem')).mode & 0o777, statSync(file('more/ca.pem')).mode & 0o777]).toEqual([
      0o400, 0o440,
    ])

    const status = JSON.parse((await place.command('status', '--json')).out)
    expect(status.outputs).toMatchObject([
      { path: file('cert.pem'), further: expect.arrayContaining([file('key.pem'), file('more/ca.pem')]) },
    ])

    configure(`  ${file('other')}: { contents: x }`, '{}')
    agent.child.kill('SIGHUP')
    await waitUntil(() => names().join() === 'more,other' && readdirSync(file('more')).length === 0)
  })

  it('make one generation of them where they lie in a directory output', async () => {
    const parts = { cert: 'tls/cert.pem', key: 'tls/key.pem', ca: 'tls/ca.pem' }
    configure(
      `  ${file('tls/')}:\n    files:\n      cert.pem:\n        contents: |\n    ${recipe('8s', parts).replaceAll('\n', '\n    ')}\n    validate: pem`,
      '{ allow: [writeToFile] }',
    )
    const agent = place.run()
    const generations = new Set<string>()
    for (let publications = 1; publications <= 2; publications += 1) {
      await waitUntil(() => count(agent, 'published') === publications)
      generations.add(expectFitting(parts))
      expect(readdirSync(file('tls')).toSorted()).toEqual(['ca.pem', 'cert.pem', 'key.pem'])
    }
    expect(generations.size).toBe(2)
  })

  it('take what is allowed of environment, files and clock; a file that changes is rendered anew', async () => {
    place.write('banner', 'hello\n', 0o644)
    const contents = `{{ env "PATH" | len }} {{ timestamp "2006" | len }} {{ file "${join(place.directory, 'banner')}" }}`
    const secret = '{{ with secret "secret/data/app" }}{{ .Data.data.value }}{{ end }}'
    configure(
      `  ${file('a')}: { contents: '${contents}${secret}' }`,
      '{ allow: [env, timestamp, file], read_below: [.] }',
    )
    const agent = place.run()
    await waitUntil(() => existsSync(file('a')))
    const begin = `${process.env['PATH']?.length} 4 `
    expect(read('a')).toBe(`${begin}hello\n${canary('one')}`)
    place.write('banner', 'good bye\n', 0o644)
    await waitUntil(() => read('a') === `${begin}good bye\n${canary('one')}`)

    rmSync(join(place.directory, 'banner'))
    symlinkSync('/etc/hostname', join(place.directory, 'banner'))
    await waitUntil(() =>
      agent.log.some(({ event, kind }) => event === 'secret_failed' && kind === 'forbidden'),
    )
    expect(read('a')).toBe(`${begin}good bye\n${canary('one')}`)
    expect(findLeaks(agent.printed())).toEqual([])
  })

  it('are a mistake that check finds, with its place and the line that would allow it', async () => {
    place.write('app.tmpl', 'one\n{{ if false }}{{ env "HOME" }}{{ end }}\n', 0o644)
    configure(`  ${file('a')}: { template: app.tmpl }`, '{ allow: [mustEnv] }')
    const { code, out } = await place.command('check')
    expect(code).toBe(2)
    expect(out).toContain(
      `${join(place.directory, 'app.tmpl')}:2:18: function "env" is refused because it reads`,
    )
    expect(out).toContain(
      'hint: where that is wanted, write into the configuration: templates: { allow: [env] }',
    )
  })

  it('fail alone where two outputs declare one file, and say so', async () => {
    const declaring = `{{ writeToFile "${file('key')}" "" "" "0400" "x" }}`
    configure(
      `  ${file('a')}: { contents: '${declaring}' }\n  ${file('b')}: { contents: '${declaring}' }`,
      '{ allow: [writeToFile] }\nstart_timeout: 1s',
    )
    const { code, error, out } = await place.command('run')
    expect(code).toBe(6)
    expect(error + out).toContain(`"${file('key')}" is written by the template of "${file('a')}" as well`)
    expect(names()).toEqual([])
  })
})
