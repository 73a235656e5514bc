import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { waitFor } from '../demo/wait-for.ts'
import { type Job, outputPath, type ProgramUnderTest } from './program-under-test.ts'

export interface Running extends AsyncDisposable {
  readonly child: ChildProcess
  readonly pid: number
  readonly job: Job
  /** From its spawn to the last file. */
  readonly firstMs: number
}

export type JobSettings = Omit<Job, 'directory'>

/** Starts a program in a directory of its own and waits until all files are there. Disposing of it ends it. */
export async function startProgram(
  program: ProgramUnderTest,
  settings: JobSettings,
  withinMs = 60_000,
): Promise<Running> {
  const directory = mkdtempSync('/dev/shm/keyturn-bench-')
  const job = { ...settings, directory }
  const { program: path, args, env } = program.prepare(job)
  const at = performance.now()
  const child = spawn(path, args, {
    env,
    stdio: ['ignore', 'ignore', process.env['KEYTURN_BENCH_STDERR'] === undefined ? 'ignore' : 'inherit'],
  })
  const end = async () => {
    const exited = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGTERM')
    await Promise.race([exited, setTimeout(5_000).then(() => child.kill('SIGKILL'))])
    rmSync(directory, { recursive: true, force: true })
  }
  const all = () => {
    for (let n = job.secrets - 1; n >= 0; n -= 1) if (!existsSync(outputPath(job, n))) return undefined
    return performance.now() - at
  }
  try {
    const firstMs = await waitFor(`${program.name} writes all files`, all, withinMs)
    return { child, pid: child.pid ?? 0, job, firstMs, [Symbol.asyncDispose]: end }
  } catch (error) {
    await end()
    throw error
  }
}
