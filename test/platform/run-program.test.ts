import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runProgram } from '../../src/platform/run-program.ts'
import { waitUntil } from '../support/wait-until.ts'

const never = new AbortController().signal
const shell = (script: string) => ['/bin/sh', '-c', script]

describe('runProgram', () => {
  let directory: string

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keyturn-test-'))
  })

  afterEach(() => rm(directory, { recursive: true }))

  /** The pid that the program wrote into `name`. */
  async function pidIn(name: string): Promise<number> {
    const path = join(directory, name)
    await waitUntil(async () => (await readFile(path, 'utf8').catch(() => '')).endsWith('\n'))
    return Number(await readFile(path, 'utf8'))
  }

  it('answers the exit code', async () => {
    expect(await runProgram(shell('exit 3'), { timeoutMs: 5000 }, never)).toEqual({
      exitCode: 3,
      killedBy: undefined,
      timedOut: false,
    })
  })

  it('answers the signal that ended the program', async () => {
    expect(await runProgram(shell('kill -USR1 $$'), { timeoutMs: 5000 }, never)).toEqual({
      exitCode: undefined,
      killedBy: 'SIGUSR1',
      timedOut: false,
    })
  })

  it('passes arguments as they are, without a shell', async () => {
    const out = join(directory, 'out')
    await runProgram(
      ['/bin/sh', '-c', 'printf %s "$1" > "$2"', 'sh', '$(id) "; x', out],
      { timeoutMs: 5000 },
      never,
    )
    expect(await readFile(out, 'utf8')).toBe('$(id) "; x')
  })

  it('gives the program PATH, HOME, LANG and what it is told, and nothing of the agent', async () => {
    await runProgram(
      ['/bin/cp', '/proc/self/environ', join(directory, 'out')],
      { timeoutMs: 5000, env: { KEYTURN_EVENT: 'rotated' } },
      never,
    )
    const names = (await readFile(join(directory, 'out'), 'utf8'))
      .split('\0')
      .filter(line => line !== '')
      .map(line => line.slice(0, line.indexOf('=')))
    expect(names.sort()).toEqual(['HOME', 'KEYTURN_EVENT', 'LANG', 'PATH'])
  })

  it('gives it an empty input, so that a program that reads does not hang', async () => {
    expect((await runProgram(['/bin/cat'], { timeoutMs: 5000 }, never)).exitCode).toBe(0)
  })

  it('kills the whole group at the timeout, also those who ignore SIGTERM', async () => {
    const script = `trap '' TERM; sh -c 'echo $$ > ${directory}/inner; while :; do sleep 1; done' & while :; do sleep 1; done`
    const result = runProgram(shell(script), { timeoutMs: 300 }, never)
    const inner = await pidIn('inner')
    expect(await result).toEqual({ exitCode: undefined, killedBy: 'SIGKILL', timedOut: true })
    await waitUntil(() => !isAlive(inner))
  })

  it('lets a program that ends on SIGTERM clean up', async () => {
    const script = `trap 'echo done > ${directory}/cleaned; exit 7' TERM; while :; do sleep 0.02; done`
    const result = await runProgram(shell(script), { timeoutMs: 200 }, never)
    expect(result).toEqual({ exitCode: 7, killedBy: undefined, timedOut: true })
    expect(await readFile(join(directory, 'cleaned'), 'utf8')).toBe('done\n')
  })

  it('does not wait for a child that outlives the program and holds its output open, and kills it', async () => {
    const script = `sh -c 'echo $$ > ${directory}/inner; while :; do sleep 1; done' & while [ ! -s ${directory}/inner ]; do sleep 0.01; done; exit 0`
    const result = await runProgram(shell(script), { timeoutMs: 60_000 }, never)
    expect(result).toEqual({ exitCode: 0, killedBy: undefined, timedOut: false })
    const inner = await pidIn('inner')
    await waitUntil(() => !isAlive(inner))
  })

  it('kills the group when it is aborted, and rejects with the reason', async () => {
    const controller = new AbortController()
    const result = runProgram(
      shell(`echo $$ > ${directory}/outer; while :; do sleep 1; done`),
      { timeoutMs: 60_000 },
      controller.signal,
    )
    const outer = await pidIn('outer')
    const reason = new Error('the agent stops')
    controller.abort(reason)
    await expect(result).rejects.toBe(reason)
    expect(isAlive(outer)).toBe(false)
  })

  it('starts nothing when it is aborted already', async () => {
    const reason = new Error('the agent stops')
    await expect(
      runProgram(shell(`echo > ${directory}/out`), { timeoutMs: 1000 }, AbortSignal.abort(reason)),
    ).rejects.toBe(reason)
    await expect(readFile(join(directory, 'out'))).rejects.toThrow('ENOENT')
  })

  it('names a program that does not exist, with a hint and without its arguments', async () => {
    const failure = await runProgram(['/no/such/program', 'an-argument'], { timeoutMs: 1000 }, never).catch(
      error => error,
    )
    expect(failure.message).toBe('program "/no/such/program" cannot be started (ENOENT)')
    expect(failure.hint).toContain('does not exist')
    expect(JSON.stringify({ ...failure, cause: failure.cause })).not.toContain('an-argument')
  })

  it('names a program that may not be executed', async () => {
    await expect(runProgram(['/etc/passwd'], { timeoutMs: 1000 }, never)).rejects.toThrow(
      'program "/etc/passwd" cannot be started (EACCES)',
    )
  })
})

/** A zombie counts as ended: only its parent, not we, can remove it. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
