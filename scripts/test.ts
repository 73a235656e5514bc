// Runs every lane that this machine can run, and says of each other why it cannot. `--require a,b` makes those fail
// instead; `--lane a` runs one alone; further arguments go to vitest.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findLeaks } from '../test/support/canary.ts'

interface Lane {
  readonly name: string
  readonly what: string
  /** Undefined where the machine can run it. */
  readonly cannot: () => string | undefined
}

interface Counts {
  passed: number
  failed: number
  skipped: number
}

const root = fileURLToPath(new URL('..', import.meta.url))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { require: { type: 'string', default: '' }, lane: { type: 'string' } },
})

const lanes: readonly Lane[] = [
  { name: 'unit', what: 'unit and contract: no network, no root', cannot: () => undefined },
  { name: 'protocol', what: 'real servers, and the embedded store', cannot: () => undefined },
  { name: 'fault', what: 'real servers behind proxies that misbehave', cannot: () => undefined },
  { name: 'container', what: 'a real Docker engine', cannot: noDocker },
]

const required = new Set(values.require.split(',').filter(name => name !== ''))
const reports = mkdtempSync(join(tmpdir(), 'keyturn-test-'))
const total: Counts = { passed: 0, failed: 0, skipped: 0 }
const missing: string[] = []
let printed = ''

if (values.lane === undefined) {
  say('\n== check: types, lint, format, import rules, dead code')
  add(total, (await run([join(root, 'scripts', 'check.ts')])) === 0 ? { passed: 1 } : { failed: 1 })
}
for (const lane of lanes.filter(({ name }) => values.lane === undefined || values.lane === name)) {
  const reason = lane.cannot()
  if (reason === undefined) {
    say(`\n== ${lane.name}: ${lane.what}`)
    add(total, await runLane(lane))
    continue
  }
  missing.push(`${lane.name}: ${reason}`)
  if (required.has(lane.name)) add(total, { failed: 1 })
}

const leaks = findLeaks(printed)
if (leaks.length > 0) add(total, { failed: 1 })
for (const leak of leaks) say(`leaked into what the lanes print: ${leak}`)
for (const line of missing) say(`lane not run, ${line}`)
rmSync(reports, { recursive: true, force: true })
say(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed > 0 ? 1 : 0

async function runLane({ name }: Lane): Promise<Partial<Counts>> {
  const report = join(reports, `${name}.json`)
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const code = await run([
    vitest,
    'run',
    '--project',
    name,
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report}`,
    '--passWithNoTests=false',
    ...positionals,
  ])
  const counts = countsOf(report)
  // A file that cannot be loaded fails the run without failing a test.
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

function countsOf(report: string): Counts {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    ) as Record<string, number>
    return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0, skipped: numPendingTests ?? 0 }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

/** Runs one of our programs, shows what it prints, and keeps it for the search for leaks. */
function run(args: readonly string[]): Promise<number> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const) {
      from.on('data', (chunk: Buffer) => {
        printed += chunk.toString()
        to.write(chunk)
      })
    }
    child.on('close', code => resolve(code ?? 1))
  })
}

function noDocker(): string | undefined {
  const docker = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { encoding: 'utf8' })
  if (docker.error !== undefined) return 'docker is not installed'
  return docker.status === 0 ? undefined : 'no Docker engine answers'
}

function add(sum: Counts, counts: Partial<Counts>): void {
  for (const name of ['passed', 'failed', 'skipped'] as const) sum[name] += counts[name] ?? 0
}

function say(line: string): void {
  console.log(line)
}
