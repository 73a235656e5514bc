// Everything that needs no test run: types, lint and format and import rules, dead code. All of it runs, then the first failure counts.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../node_modules/.bin/', import.meta.url))
const checks: readonly (readonly [name: string, program: string, ...args: string[]])[] = [
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['lint, format and import rules', 'biome', 'ci', '--error-on-warnings'],
  ['dead code', 'knip'],
]

let failed = false
for (const [name, program, ...args] of checks) {
  const { status } = spawnSync(`${bin}${program}`, args, { stdio: 'inherit' })
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}`)
  failed ||= status !== 0
}
process.exitCode = failed ? 1 : 0
