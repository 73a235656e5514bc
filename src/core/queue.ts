/** Hands items from many producers to one consumer, in order. */
export interface Queue<T> extends AsyncIterable<T> {
  push(item: T): void
  /** Ends the iteration once what was pushed is consumed; with an error, by throwing it. */
  end(error?: Error): void
  /** Resolves as soon as every item pushed so far is consumed and the consumer asks for the next. */
  drained(): Promise<void>
}

export function createQueue<T>(): Queue<T> {
  const items: T[] = []
  let ended: { readonly error: Error | undefined } | undefined
  let wake: (() => void) | undefined
  let idle = true
  let waitingForIdle: (() => void)[] = []

  return {
    push(item) {
      items.push(item)
      idle = false
      wake?.()
    },
    end(error) {
      ended ??= { error }
      wake?.()
    },
    drained() {
      return idle ? Promise.resolve() : new Promise(resolve => waitingForIdle.push(resolve))
    },
    async *[Symbol.asyncIterator]() {
      while (true) {
        const item = items.shift()
        if (item !== undefined) {
          yield item
          continue
        }
        idle = true
        for (const resolve of waitingForIdle) resolve()
        waitingForIdle = []
        if (ended?.error !== undefined) throw ended.error
        if (ended !== undefined) return
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    },
  }
}
