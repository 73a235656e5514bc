/** Runs one task after the other, for a part whose calls must not overlap. A failing task does not stop the next. */
export type InTurn = <T>(task: () => Promise<T>) => Promise<T>

export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return task => {
    const turn = last.then(task, task)
    last = turn.catch(() => undefined)
    return turn
  }
}
