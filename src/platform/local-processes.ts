/** The processes that this one can see, itself, and its way to signal them. */
export interface LocalProcesses {
  readonly procDirectory: string
  readonly ownPid: number
  /** Throws an error with the `code` of kill(2): ESRCH, EPERM. */
  sendSignal(pid: number, signal: NodeJS.Signals): void
}

export function localProcesses(): LocalProcesses {
  return {
    procDirectory: '/proc',
    ownPid: process.pid,
    sendSignal(pid, signal) {
      process.kill(pid, signal)
    },
  }
}
