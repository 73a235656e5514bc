// Measures dist/ as whole processes, with the image's flags, against the embedded store over plain HTTP. Peers take part where their
// binary is named: KEYTURN_BENCH_VAULT_AGENT (bao or vault) and KEYTURN_BENCH_CONSUL_TEMPLATE.
//   npm run bench                    everything
//   npm run bench -- start memory    some of: start, memory, rotation, polling, idle, template, templates
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openDevStore } from '../../src/dev-store/dev-store.ts'
import { createStoreClient } from '../demo/store-client.ts'
import { waitFor } from '../demo/wait-for.ts'
import { imageFlags } from './image-flags.ts'
import { childrenCpuSeconds, cpuSeconds, median, memoryMegabytes, runToEnd } from './measure.ts'
import { measureTemplateStart, measureTemplates } from './measure-templates.ts'
import {
  consulTemplate,
  keyturn,
  outputPath,
  type ProgramUnderTest,
  secretPath,
  vaultAgent,
} from './program-under-test.ts'
import { row, title } from './report.ts'
import { startProgram } from './start-program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const flags = imageFlags()
const asked = new Set(process.argv.slice(2))
const wanted = (name: string) => asked.size === 0 || asked.has(name)

const programs: readonly ProgramUnderTest[] = [
  keyturn(flags),
  ...named('KEYTURN_BENCH_VAULT_AGENT', vaultAgent),
  ...named('KEYTURN_BENCH_CONSUL_TEMPLATE', consulTemplate),
]

await import('../build.ts')
await using store = await openDevStore({ log: () => undefined })
const client = createStoreClient(store.address, store.rootToken)
const connection = {
  address: store.address,
  token: store.rootToken,
  ...(await client.prepare('unused')),
}
const values = { ...connection, content: 'value', pidFile: undefined } as const
for (let n = 0; n < 1_000; n += 1) await client.write(secretPath(n), { value: `value-${n}` })

if (wanted('start')) await measureStart()
if (wanted('memory')) await measureMemory()
if (wanted('rotation')) await measureRotation()
if (wanted('polling')) await measurePolling()
if (wanted('idle')) await measureIdle()
if (wanted('template')) await measureTemplateStart(keyturn(flags), connection)
if (wanted('templates')) await measureTemplates(programs, connection, client)

async function measureStart(): Promise<void> {
  title('Start: spawn to last file, median of 5 (3 for 1,000), and requests')
  for (const secrets of [1, 10, 100, 1_000]) {
    for (const program of programs) {
      const times: number[] = []
      let requests = 0
      for (let run = 0; run < (secrets === 1_000 ? 3 : 5); run += 1) {
        const before = store.requests.length
        await using running = await startProgram(program, { ...values, secrets, refreshSeconds: 300 })
        times.push(running.firstMs)
        requests = store.requests.length - before
      }
      row(program, `${secrets} secrets`, `${median(times).toFixed(0)} ms`, `${requests} requests`)
    }
  }
}

async function measureMemory(): Promise<void> {
  title('Memory 8 s after the last file')
  for (const secrets of [1, 100]) {
    for (const program of programs) {
      await using running = await startProgram(program, { ...values, secrets, refreshSeconds: 300 })
      await setTimeout(8_000)
      const { rss, anonymous } = memoryMegabytes(running.pid)
      row(
        program,
        `${secrets} secrets`,
        `${rss.toFixed(0)} MB resident`,
        `${anonymous.toFixed(0)} MB anonymous`,
      )
    }
  }
}

async function measureRotation(): Promise<void> {
  title('Rotation with 100 secrets, polled each second: to file, and from file to signal, median of 7')
  for (const program of programs) {
    const receiver = await startReceiver()
    await using running = await startProgram(program, {
      ...values,
      secrets: 100,
      refreshSeconds: 1,
      pidFile: receiver.pidFile,
    })
    const toFile: number[] = []
    const toSignal: number[] = []
    const rounds = 7
    for (let round = 0; round < rounds; round += 1) {
      // At another point of the interval each time.
      await setTimeout(1_000 + (1_000 * round) / rounds)
      const file = outputPath(running.job, 50)
      const before = statSync(file).ctimeMs
      const at = Date.now()
      await client.write(secretPath(50), { value: `rotated-${round}` })
      const published = await waitFor('the new file', () => {
        const { ctimeMs } = statSync(file)
        return ctimeMs === before ? undefined : ctimeMs
      })
      toFile.push(published - at)
      const signalled = await waitFor('the signal', () => receiver.signals.find(instant => instant > at))
      toSignal.push(signalled - published)
    }
    receiver.end()
    row(
      program,
      '',
      `${median(toFile).toFixed(0)} ms to file`,
      `${median(toSignal).toFixed(1)} ms from file to signal`,
    )
  }
}

async function measurePolling(): Promise<void> {
  title('CPU while 100 secrets are polled each second, over 20 s')
  for (const program of programs) {
    await using running = await startProgram(program, { ...values, secrets: 100, refreshSeconds: 1 })
    await setTimeout(3_000)
    const before = cpuSeconds(running.pid)
    await setTimeout(20_000)
    row(program, '', `${((cpuSeconds(running.pid) - before) * 3).toFixed(1)} s a minute`)
  }
}

async function measureIdle(): Promise<void> {
  title('Idle CPU with the health check every 5 s, 1 secret, over 20 s')
  const [program] = programs
  if (program === undefined) return
  await using running = await startProgram(program, { ...values, secrets: 1, refreshSeconds: 60 })
  await setTimeout(3_000)
  const before = cpuSeconds(running.pid)
  const checksBefore = childrenCpuSeconds()
  const socket = join(running.job.directory, 'out', '.keyturn', 'agent.sock')
  for (let check = 0; check < 4; check += 1) {
    const env = { ...flags.env, KEYTURN_SOCKET: socket }
    if (runToEnd(process.execPath, [...flags.args, join(root, 'dist/healthcheck.js')], env) !== 0)
      throw new Error('the health check failed')
    await setTimeout(5_000)
  }
  const agent = (cpuSeconds(running.pid) - before) * 3
  const checks = (childrenCpuSeconds() - checksBefore) * 3
  row(
    program,
    '',
    `${agent.toFixed(2)} s a minute for the agent`,
    `${checks.toFixed(2)} s a minute for the checks`,
  )
}

/** A program that says when SIGHUP reached it. */
async function startReceiver(): Promise<{ pidFile: string; signals: readonly number[]; end(): void }> {
  const script = `
    process.on('SIGHUP', () => console.log(performance.timeOrigin + performance.now()))
    setInterval(() => undefined, 1e9)
    console.log('up')`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const signals: number[] = []
  let up = false
  createInterface({ input: child.stdout }).on('line', line => {
    if (line === 'up') up = true
    else signals.push(Number(line))
  })
  await waitFor('the receiver', () => up || undefined)
  const directory = mkdtempSync('/dev/shm/keyturn-bench-')
  const pidFile = join(directory, 'pid')
  writeFileSync(pidFile, String(child.pid))
  return {
    pidFile,
    signals,
    end() {
      child.kill('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function named(variable: string, program: (binary: string) => ProgramUnderTest): ProgramUnderTest[] {
  const binary = process.env[variable]
  return binary === undefined ? [] : [program(binary)]
}
