/** Store, agent and application, whether they are processes or containers. Disposing ends them. */
export interface Actors extends AsyncDisposable {
  /** The agent's log, as it comes. */
  readonly agentEvents: readonly AgentEvent[]
  readonly passwordFile: string
  readonly applicationUrl: string
  /** Who must own the file. */
  readonly owner: number
  startApplication(): Promise<void>
  rotate(password: string): Promise<void>
  stopStore(): Promise<void>
  /** Rotates while the agent cannot reach the store. */
  rotateUnseen(password: string): Promise<void>
  startStore(): Promise<void>
  /** Mode, owner and kind of file system of the password file. */
  inspectFile(): Promise<{ mode: number; owner: number; tmpfs: boolean }>
  /** Commands to play with, for --keep. */
  readonly tryIt: readonly string[]
}

export interface AgentEvent {
  readonly event: string
  readonly at: number
  readonly level: string
  readonly message: string
}
