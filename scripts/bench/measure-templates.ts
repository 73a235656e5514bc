import { statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { StoreClient } from '../demo/store-client.ts'
import { waitFor } from '../demo/wait-for.ts'
import { cpuMilliseconds, median, memoryMegabytes } from './measure.ts'
import { outputPath, type ProgramUnderTest, pairOf, secretPath } from './program-under-test.ts'
import { row, title } from './report.ts'
import { type JobSettings, type Running, startProgram } from './start-program.ts'

const secrets = 1_000
const refreshSeconds = 10
const windowMs = 2 * refreshSeconds * 1_000

type Connection = Pick<JobSettings, 'address' | 'roleId' | 'secretId' | 'token'>

/** A thousand templates: the start, and what one secret that changes costs beside what polling costs. */
export async function measureTemplates(
  programs: readonly ProgramUnderTest[],
  connection: Connection,
  client: StoreClient,
): Promise<void> {
  title(
    `1,000 templates of 40 lines over 1,000 secrets, 2 in each, polled every ${refreshSeconds} s: start, once; ` +
      `then ${windowMs / 1000} s without a change and with two`,
  )
  for (const program of programs) {
    const settings = {
      ...connection,
      secrets,
      refreshSeconds,
      pidFile: undefined,
      content: 'template',
    } as const
    await using running = await startProgram(program, settings, 300_000)
    row(
      program,
      `${running.firstMs.toFixed(0)} ms to the last file`,
      `${(cpuMilliseconds(running.pid) / 1_000).toFixed(1)} s CPU`,
      `${memoryMegabytes(running.pid).rss.toFixed(0)} MB resident`,
    )
    await setTimeout(windowMs)
    const idle = await during(running, () => setTimeout(windowMs))
    const waited: number[] = []
    const busy = await during(running, async () => {
      const endsAt = performance.now() + windowMs
      for (const n of [250, 750]) waited.push(await timeToFile(running, n, client))
      await setTimeout(endsAt - performance.now())
    })
    row(
      program,
      `${median(waited).toFixed(0)} ms to both files`,
      `${busy.written} files written`,
      `${(busy.cpuMs / 1_000).toFixed(2)} s CPU with, ${(idle.cpuMs / 1_000).toFixed(2)} s without`,
    )
    if (program.isKeyturn) await measureAskedRefresh(program, running, client)
  }
}

/** Without the polls: each changed secret is asked for by the control socket, as `keyturn refresh` does. */
async function measureAskedRefresh(
  program: ProgramUnderTest,
  running: Running,
  client: StoreClient,
): Promise<void> {
  const changes = Array.from({ length: 20 }, (_, index) => 100 + index * 20)
  const waited: number[] = []
  const { cpuMs, written, ms } = await during(running, async () => {
    for (const n of changes) {
      waited.push(
        await timeToFile(running, n, client, () =>
          askToRefresh(running, `vault:secret/data/${secretPath(n)}`),
        ),
      )
    }
  })
  row(
    program,
    `${median(waited).toFixed(0)} ms where asked for`,
    `${written} files for ${changes.length} changes`,
    `${cpuMs.toFixed(0)} ms CPU in ${ms.toFixed(0)} ms`,
  )
}

/**
 * What the code for templates adds to a start: one field of one secret as a file, then the same secret in a template. A
 * machine is now faster and now slower by more than that: each turn has its own difference, and the median of those counts.
 */
export async function measureTemplateStart(program: ProgramUnderTest, connection: Connection): Promise<void> {
  title(`Start with one value, and what one template of 40 lines adds: medians of ${startTurns} turns`)
  const turns: Record<'value' | 'template', StartCost>[] = []
  while (turns.length < startTurns) {
    const start = (content: 'value' | 'template') => costOfStart(program, { ...connection, content })
    turns.push({ value: await start('value'), template: await start('template') })
  }
  const cell = (kind: keyof StartCost, unit: string) => {
    const before = median(turns.map(({ value }) => value[kind]))
    const added = median(turns.map(({ value, template }) => template[kind] - value[kind]))
    return `${before.toFixed(1)} ${unit}, ${added.toFixed(1)} more`
  }
  row(program, cell('ms', 'ms'), cell('cpuMs', 'ms CPU'), cell('megabytes', 'MB resident'))
}

const startTurns = 25

interface StartCost {
  readonly ms: number
  readonly cpuMs: number
  readonly megabytes: number
}

async function costOfStart(
  program: ProgramUnderTest,
  settings: Connection & { readonly content: 'value' | 'template' },
): Promise<StartCost> {
  const job = { ...settings, secrets: 1, refreshSeconds: 300, pidFile: undefined }
  await using running = await startProgram(program, job)
  await setTimeout(2_000)
  const { pid, firstMs } = running
  return { ms: firstMs, cpuMs: cpuMilliseconds(pid), megabytes: memoryMegabytes(pid).rss }
}

async function during(
  { pid, job }: Running,
  act: () => Promise<unknown>,
): Promise<{ readonly cpuMs: number; readonly ms: number; readonly written: number }> {
  const files = Array.from({ length: job.secrets }, (_, n) => outputPath(job, n))
  const before = files.map(changedAt)
  const [cpuBefore, at] = [cpuMilliseconds(pid), performance.now()]
  await act()
  const written = files.filter((file, n) => changedAt(file) !== before[n]).length
  return { cpuMs: cpuMilliseconds(pid) - cpuBefore, ms: performance.now() - at, written }
}

/** From the answer to the write until both files that show the secret are new. */
async function timeToFile(
  { job }: Running,
  n: number,
  client: StoreClient,
  ask: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  const files = pairOf(n).map(user => outputPath(job, user))
  const before = files.map(changedAt)
  await client.write(secretPath(n), { value: `rotated-${n}-${performance.now()}` })
  const at = Date.now()
  await ask()
  const latest = await waitFor(
    'the new files',
    () => {
      const now = files.map(changedAt)
      return now.every((instant, index) => instant !== before[index]) ? Math.max(...now) : undefined
    },
    windowMs * 3,
  )
  return latest - at
}

function changedAt(path: string): number {
  return statSync(path).ctimeMs
}

function askToRefresh({ job }: Running, name: string): Promise<void> {
  const socketPath = join(job.directory, 'out', '.keyturn', 'agent.sock')
  return new Promise((resolve, reject) => {
    const path = `/refresh?${new URLSearchParams({ name })}`
    request({ socketPath, method: 'POST', path }, response => {
      response.resume()
      if (response.statusCode === 200 || response.statusCode === 204) resolve()
      else reject(new Error(`the agent answered ${response.statusCode} to a refresh`))
    })
      .on('error', reject)
      .end()
  })
}
