/**
 * Waits for work that cannot be cancelled (a read from a dead network mount) or that serves others too: an aborted signal ends
 * the wait, not the work, whose outcome is dropped. Rejects with the signal's reason.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
