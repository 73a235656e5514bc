// Runs dist/ with the image's flags for a long time: 200 secrets rotate at random, the store fails now and then, configurations
// are loaded anew, and an application reads all the time. Fails where it saw anything wrong, or the agent grew.
//   npm run soak -- --minutes 10
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openDevStore } from '../../src/dev-store/dev-store.ts'
import { startFaultProxy } from '../../test/support/fault-proxy.ts'
import { createStoreClient } from '../demo/store-client.ts'
import { waitFor } from '../demo/wait-for.ts'
import { startAgent } from './agent.ts'
import { startApplication } from './application.ts'
import { growthOf, type Sample, sampling } from './growth.ts'
import { all, bodyOf, configurationOf, directoryOf, fileOf, paired, pathOf } from './secrets.ts'
import { makeTrouble } from './trouble.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const minutes = Number(values.minutes)
if (!(minutes >= 1)) throw new Error('--minutes takes a number from 1 on')

await import('../build.ts')
await using parts = new AsyncDisposableStack()
const store = parts.use(await openDevStore())
const proxy = parts.use(await startFaultProxy(store.address))
const directory = mkdtempSync('/dev/shm/keyturn-soak-')
parts.defer(() => rmSync(directory, { recursive: true }))
const target = join(directory, 'secrets')
mkdirSync(target, { mode: 0o711 })
const [pidFile, configuration] = [join(directory, 'pid'), join(directory, 'keyturn.yaml')]

const client = createStoreClient(store.address, store.rootToken)
const { roleId, secretId } = await client.prepare('unused')
await shortenTokens()
writeFileSync(join(directory, 'role_id'), roleId, { mode: 0o400 })
writeFileSync(join(directory, 'secret_id'), secretId, { mode: 0o400 })
let extra = false
configure()

/** The version that the store has, by secret. */
const versions = new Map<number, number>()
let rotations = 0
for (const n of all) await rotate(n)
const agent = parts.use(startAgent(directory, configuration))
await waitFor(
  'everything is published',
  () => (existsSync(fileOf(target, 0)) && existsSync(directoryOf(target, 179))) || undefined,
)
const application = parts.use(startApplication(target, pidFile))
await waitFor('the application reads', async () => (await application.ask()).reads > 0 || undefined)

const happened = new Map<string, number>()
const samples: Sample[] = []
const ending = new AbortController()
const trouble = makeTrouble({ proxy, store, reload, happened }, ending.signal)
const sample = sampling(agent.pid, join(target, '.keyturn'))
const until = Date.now() + minutes * 60_000
while (Date.now() < until) {
  const next = Date.now() + 1_000
  for (let count = Math.floor(Math.random() * 10); count > 0; count -= 1) {
    await rotate(Math.floor(Math.random() * all.length)).catch(() => undefined)
  }
  await setTimeout(Math.max(0, next - Date.now()))
  if (!agent.running()) throw new Error(`the agent has ended: ${agent.errors.join('\n')}`)
  samples.push(sample())
  proxy.requests.length = 0
}
ending.abort()
await trouble.catch(() => undefined)

const problems: string[] = []
for (const n of all) await rotate(n)
await waitFor(
  'everything is fresh and told',
  async () => (await stale()).length === 0 || undefined,
  60_000,
).catch(async () => problems.push(`not fresh after a minute: ${(await stale()).join(', ')}`))
const seen = await application.ask()
const code = await agent.end()
if (code !== 0) problems.push(`the agent ended with exit code ${code}`)
for (const [what, count] of Object.entries(seen.wrong)) problems.push(`read ${count} times: ${what}`)
for (const error of agent.errors.slice(0, 10)) problems.push(`the agent said: ${error}`)
const growths = growthOf(samples)
for (const { name, late, allowed } of growths) if (late > allowed) problems.push(`growth of ${name}`)

console.log(
  `\n${minutes} minutes, ${rotations} rotations of ${all.length} secrets, ${seen.reads} reads, ${seen.signals} signals`,
)
console.log(`trouble: ${[...happened].map(([name, count]) => `${name} ${count}`).join(', ')}`)
console.log(`log: ${[...agent.events].map(([event, count]) => `${event} ${count}`).join(', ')}\n`)
row('median of a quarter', 'second', 'last', 'allowed')
for (const { name, early, late, allowed } of growths)
  row(name, ...[early, late, allowed].map(number => number.toFixed(1)))
for (const problem of problems) console.log(`FAILED ${problem}`)
if (problems.length > 0) process.exitCode = 1

async function rotate(n: number): Promise<void> {
  const version = (versions.get(n) ?? 0) + 1
  await client.write(pathOf(n), { user: bodyOf(n, version), password: bodyOf(n, version) })
  versions.set(n, version)
  rotations += 1
}

function configure(): void {
  writeFileSync(configuration, configurationOf({ address: proxy.address, target, pidFile, extra }))
}

function reload(): void {
  extra = !extra
  configure()
  agent.reload()
}

/** So that many are renewed, and replaced. */
async function shortenTokens(): Promise<void> {
  await fetch(`${store.address}/v1/auth/approle/role/my-api`, {
    method: 'POST',
    headers: { 'x-vault-token': store.rootToken },
    body: JSON.stringify({ token_policies: 'my-api', token_ttl: '20s', token_max_ttl: '60s' }),
  })
}

/** Which secrets are published or told in another version than the store's. */
async function stale(): Promise<number[]> {
  const { published, told } = await application.ask()
  return all.filter(
    n => published[n] !== versions.get(n) || (paired.includes(n) && told[n] !== versions.get(n)),
  )
}

function row(name: string, ...cells: readonly string[]): void {
  console.log(`  ${name.padEnd(24)}${cells.map(cell => cell.padStart(10)).join('')}`)
}
