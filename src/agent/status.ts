import type { Output } from '../core/output.ts'
import type { Publisher } from '../core/ports.ts'
import type { NotifierStatus, Status } from '../core/status.ts'
import type { OutputBoard } from './output-board.ts'
import { secretStatus, type WatchedSecret } from './watched-secret.ts'

export interface StatusSources {
  readonly startedAt: number
  readonly now: number
  readonly uptimeMs: number
  readonly secrets: ReadonlyMap<string, WatchedSecret>
  readonly outputs: readonly Output[]
  readonly board: OutputBoard
  readonly publisher: Publisher
  readonly notifiers: readonly NotifierStatus[]
}

export function agentStatus(sources: StatusSources): Status {
  const { publisher } = sources
  const published = publisher.published()
  const secrets = [...sources.secrets.values()].map(secret => secretStatus(secret, sources))
  return {
    startedAt: sources.startedAt,
    published: publisher.complete,
    ready: publisher.complete && !secrets.some(secret => secret.stale),
    secrets,
    outputs: sources.outputs.map(output => ({
      path: output.path,
      publishedAt: published.get(output.path)?.publishedAt,
      further: published.get(output.path)?.further,
      lastError: sources.board.errorOf(output)?.message,
    })),
    notifiers: sources.notifiers,
  }
}
