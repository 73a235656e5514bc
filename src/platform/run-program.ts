import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { KeyturnError } from '../core/errors.ts'

export interface RunProgramOptions {
  readonly timeoutMs: number
  /** Added to PATH, HOME and LANG; the program sees no other variable, and none of the agent's own. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Default `/`. */
  readonly cwd?: string | undefined
}

export interface ProgramResult {
  /** Undefined where a signal ended the program. */
  readonly exitCode: number | undefined
  readonly killedBy: string | undefined
  /** True where it did not end within `timeoutMs` and was killed for it. */
  readonly timedOut: boolean
}

/** Between SIGTERM and SIGKILL, and once more from there until the program is given up. */
const graceMs = 500

const baseEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/',
  LANG: 'C.UTF-8',
}

/**
 * Runs a program without a shell, in a process group of its own, and waits for its end. Its input and output are
 * /dev/null: what it prints may show a value, and a descendant that holds a pipe open could make us wait for it.
 * At `timeoutMs`, or when `signal` is aborted, the whole group gets SIGTERM and after a short grace SIGKILL; what is left of
 * the group when the program ends gets SIGKILL at once. Only a descendant that leaves the group (setsid) escapes.
 * Resolves or rejects at most a second after the timeout or abortion. May be called concurrently.
 * @throws KeyturnError where the program cannot be started; the signal's reason where it was aborted
 */
export async function runProgram(
  argv: readonly string[],
  options: RunProgramOptions,
  signal: AbortSignal,
): Promise<ProgramResult> {
  signal.throwIfAborted()
  const { pid, exited } = await startProgram(argv, options)
  const clock = new AbortController()
  const deadline = wait(options.timeoutMs, undefined, { signal: AbortSignal.any([signal, clock.signal]) })
  try {
    const ended = await Promise.race([exited, deadline.catch(() => undefined)])
    if (ended !== undefined) return { ...ended, timedOut: false }
    const killed = await terminateGroup(pid, exited)
    signal.throwIfAborted()
    return { ...killed, timedOut: true }
  } finally {
    clock.abort()
    killGroup(pid, 'SIGKILL')
  }
}

type Ending = Omit<ProgramResult, 'timedOut'>

interface RunningProgram {
  /** Also the id of its process group. */
  readonly pid: number
  readonly exited: Promise<Ending>
}

async function startProgram(argv: readonly string[], options: RunProgramOptions): Promise<RunningProgram> {
  const [file = '', ...args] = argv
  try {
    const child = spawn(file, args, {
      detached: true,
      stdio: 'ignore',
      env: { ...baseEnvironment, ...options.env },
      cwd: options.cwd ?? '/',
    })
    return await running(child)
  } catch (error) {
    // Not kept as the cause: Node puts the arguments into it.
    const code = errorCode(error)
    throw new KeyturnError(`program "${file}" cannot be started (${code})`, { hint: startHints[code] })
  }
}

function running(child: ChildProcess): Promise<RunningProgram> {
  return new Promise((resolve, reject) => {
    const exited = new Promise<Ending>(settle => {
      child.once('exit', (code, killedBy) => {
        settle({ exitCode: code ?? undefined, killedBy: killedBy ?? undefined })
      })
    })
    child.once('error', reject)
    child.once('spawn', () => {
      if (child.pid !== undefined) resolve({ pid: child.pid, exited })
    })
  })
}

async function terminateGroup(pid: number, exited: Promise<Ending>): Promise<Ending> {
  for (const kill of ['SIGTERM', 'SIGKILL'] as const) {
    killGroup(pid, kill)
    const grace = new AbortController()
    const over = wait(graceMs, undefined, { signal: grace.signal }).catch(() => undefined)
    const ended = await Promise.race([exited, over])
    grace.abort()
    if (ended !== undefined) return ended
  }
  // In the kernel's hands (a hanging file system, say): it dies as soon as that lets go.
  return { exitCode: undefined, killedBy: 'SIGKILL' }
}

function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // ESRCH: nobody is left. EPERM: a program that changed its user cannot be reached by us.
  }
}

const startHints: Readonly<Record<string, string>> = {
  ENOENT: 'it, or its working directory, does not exist in the container of the agent',
  EACCES: 'it must be executable for the agent, and not lie on a volume mounted noexec',
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
}
