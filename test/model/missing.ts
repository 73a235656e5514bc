import { outdated } from './applications.ts'
import { pathsOf, secretsOf } from './configurations.ts'
import type { Situation } from './invariants.ts'

/** What keeps a world in which nothing is in the way from being well. */
export function whatIsMissing({
  sidecar,
  configuration,
  now,
  backend,
  applications,
}: Situation): string | undefined {
  const status = sidecar?.agent.status()
  if (sidecar === undefined || status === undefined) return 'no agent runs'
  if (!status.ready) return 'the agent is not ready'
  const failed = status.outputs.find(({ lastError }) => lastError !== undefined)
  if (failed !== undefined) return `${failed.path}: ${failed.lastError}`
  const existing = configuration.shapes.filter(shape =>
    secretsOf(shape).every(secret => backend.latest(secret) > 0),
  )
  const absent = existing.flatMap(pathsOf).find(path => !now.has(path))
  if (absent !== undefined) return `${absent} is not there`
  for (const [path, { versions }] of now) {
    for (const [secret, version] of versions) {
      if (version !== backend.latest(secret)) return `${path} shows ${secret}@${version}`
    }
  }
  const [debt] = sidecar.publisher.debts()
  if (debt !== undefined) return `${debt.notifier} is not told`
  const behind = applications.find(application => outdated(application, now).length > 0)
  return behind === undefined ? undefined : `${behind.name} is behind`
}
