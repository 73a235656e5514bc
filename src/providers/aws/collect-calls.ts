import { untilAborted } from '../../platform/until-aborted.ts'

/** A read that waits for its answer. */
export interface Call<T> {
  readonly id: string
  readonly signal: AbortSignal
  resolve(answer: T): void
  reject(reason: unknown): void
}

/** Settles every call that it is given; `signal` is aborted once nobody waits for any of them. */
type Send<T> = (calls: readonly Call<T>[], signal: AbortSignal) => Promise<void>

/** Collects calls that are made in the same turn of the event loop and sends them together, `limit` at a time. */
export function collectCalls<T>(
  limit: number,
  send: Send<T>,
): (id: string, signal: AbortSignal) => Promise<T> {
  let waiting: Call<T>[] = []

  const flush = () => {
    const calls = waiting.filter(({ signal }) => !signal.aborted)
    waiting = []
    for (let start = 0; start < calls.length; start += limit) {
      void sendTogether(calls.slice(start, start + limit), send)
    }
  }

  return (id, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    if (waiting.length === 0) setImmediate(flush)
    waiting.push({ id, signal, resolve, reject })
    return untilAborted(promise, signal)
  }
}

async function sendTogether<T>(calls: readonly Call<T>[], send: Send<T>): Promise<void> {
  const abandoned = new AbortController()
  const look = () => {
    if (calls.every(({ signal }) => signal.aborted)) abandoned.abort()
  }
  for (const { signal } of calls) signal.addEventListener('abort', look)
  try {
    await send(calls, abandoned.signal)
  } catch (error) {
    for (const { reject } of calls) reject(error)
  } finally {
    for (const { signal } of calls) signal.removeEventListener('abort', look)
  }
}
