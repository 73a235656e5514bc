import { writeFileSync } from 'node:fs'
import { runProgram } from './cli/program.ts'

const terminated = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => terminated.abort())

// By default it opens the inspector; the image closes that before the first line of ours, by a flag.
process.on('SIGUSR1', () => undefined)

// Whoever reads our output may stop reading, as `head` does: that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

// Before a reader is there SIGHUP is ignored: its default would end the agent.
const reloads = new Set<() => void>()
process.on('SIGHUP', () => {
  for (const reload of reloads) reload()
})

void runProgram({
  argv: process.argv,
  environment: process.env,
  workingDirectory: process.cwd(),
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
  terminal: {
    out: text => process.stdout.write(text),
    error: text => process.stderr.write(text),
    isTerminal: process.stdout.isTTY === true,
    colour: process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '',
  },
  terminate: terminated.signal,
  onReload(callback) {
    reloads.add(callback)
    return { [Symbol.dispose]: () => reloads.delete(callback) }
  },
  // A core dump would hold every secret: an empty filter leaves nothing of the memory in it (core(5)).
  forbidCoreDumps: () => writeFileSync('/proc/self/coredump_filter', '0'),
}).then(code => {
  process.exitCode = code
})
