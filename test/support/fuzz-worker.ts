import { Worker } from 'node:worker_threads'
import type { FuzzCase, FuzzVerdict } from './fuzz-case.ts'

/** Renders cases in a thread of its own, which is ended where it hangs. */
export interface FuzzWorker extends AsyncDisposable {
  verdictOn(fuzzCase: FuzzCase): Promise<FuzzVerdict>
}

export function startFuzzWorker({ hangsAfterMs }: { readonly hangsAfterMs: number }): FuzzWorker {
  let worker: Worker | undefined
  const started = () => {
    worker ??= new Worker(new URL('fuzz-worker-main.ts', import.meta.url), {
      // As much as the agent has.
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    })
    return worker
  }
  const end = async () => {
    const ended = worker
    worker = undefined
    await ended?.terminate()
  }
  return {
    async verdictOn(fuzzCase) {
      const verdict = await answerOf(started(), fuzzCase, hangsAfterMs)
      if (!isAnswer(verdict)) await end()
      return verdict
    },
    [Symbol.asyncDispose]: end,
  }
}

function answerOf(worker: Worker, fuzzCase: FuzzCase, hangsAfterMs: number): Promise<FuzzVerdict> {
  return new Promise(resolve => {
    const settle = (verdict: FuzzVerdict) => {
      clearTimeout(timer)
      worker.off('message', settle)
      worker.off('error', onError)
      resolve(verdict)
    }
    const onError = (error: unknown) => settle(`ended the thread: ${String(error)}`)
    const timer = setTimeout(() => settle('hangs'), hangsAfterMs)
    worker.on('message', settle)
    worker.on('error', onError)
    worker.postMessage(fuzzCase)
  })
}

function isAnswer(verdict: FuzzVerdict): boolean {
  return verdict !== 'hangs' && !verdict.startsWith('ended the thread')
}
