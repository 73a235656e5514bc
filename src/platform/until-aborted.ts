/**
 * Waits for work that cannot be cancelled, such as a read from a dead network mount: once `signal` is aborted nobody waits for
 * it any longer, and its outcome is dropped. Rejects with the signal's reason.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
