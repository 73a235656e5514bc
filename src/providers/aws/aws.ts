import { ProviderError } from '../../core/errors.ts'
import type { Clock, Journal, Provider } from '../../core/ports.ts'
import { type Reference, secretKey } from '../../core/reference.ts'
import type { Secret } from '../../core/secret.ts'
import { createAwsClient } from './aws-client.ts'
import { itemErrorOf } from './aws-error.ts'
import { secretOf } from './aws-secret.ts'
import { type Call, collectCalls } from './collect-calls.ts'
import { findAnswer } from './find-answer.ts'
import type { AwsSettings } from './settings.ts'

/** What BatchGetSecretValue takes. */
const batchLimit = 20

/**
 * AWS Secrets Manager. Secrets at AWSCURRENT that are asked for in the same turn are read together, where the policy allows it;
 * else, and by version or stage, one by one.
 */
export function createAwsProvider(
  settings: AwsSettings,
  { clock, journal }: { clock: Clock; journal: Journal },
): Provider {
  const { name } = settings
  const client = createAwsClient(settings, clock)
  const closing = new AbortController()
  const readCurrent = collectCalls<Secret>(batchLimit, readTogether)
  let batchAllowed = true

  async function readAlone(reference: Reference, signal: AbortSignal): Promise<Secret> {
    const subject = subjectOf(reference)
    return secretOf(await client.one(reference, subject, signal), subject)
  }

  async function readEachAlone(calls: readonly Call<Secret>[]): Promise<void> {
    await Promise.all(
      calls.map(({ id, signal, resolve, reject }) =>
        readAlone({ provider: name, path: id }, signal).then(resolve, reject),
      ),
    )
  }

  async function readTogether(calls: readonly Call<Secret>[], signal: AbortSignal): Promise<void> {
    const ids = [...new Set(calls.map(({ id }) => id))]
    const answer = ids.length > 1 && batchAllowed ? await readBatch(ids, signal) : undefined
    if (answer === undefined) return readEachAlone(calls)
    const unanswered: Call<Secret>[] = []
    for (const call of calls) {
      const found = findAnswer(answer, call.id)
      const subject = subjectOf({ provider: name, path: call.id })
      if (found === undefined) unanswered.push(call)
      else if ('code' in found) call.reject(itemErrorOf(found.code, subject))
      else settle(call, () => secretOf(found.value, subject))
    }
    await readEachAlone(unanswered)
  }

  /** Undefined where one by one may succeed: it needs other permissions, has a far larger quota, and shorter answers. */
  async function readBatch(ids: readonly string[], signal: AbortSignal) {
    try {
      return await client.many(ids, signal)
    } catch (error) {
      if (!(error instanceof ProviderError) || hopelessKinds.has(error.kind)) throw error
      if (error.kind === 'forbidden') {
        batchAllowed = false
        journal.record(
          'info',
          'aws_batch_forbidden',
          `provider "${name}" may not use BatchGetSecretValue: secrets are read one by one`,
          { provider: name, hint: 'allow secretsmanager:BatchGetSecretValue on "*" for fewer requests' },
        )
      }
      return undefined
    }
  }

  return {
    name,
    async fetch(reference, signal) {
      const ending = AbortSignal.any([signal, closing.signal])
      if (reference.list) {
        throw new ProviderError('missing', `${subjectOf(reference)} cannot be listed`, {
          hint: 'name each secret of AWS Secrets Manager',
        })
      }
      const { path, version, stage = 'AWSCURRENT' } = reference
      if (version === undefined && stage === 'AWSCURRENT') return readCurrent(path, ending)
      return readAlone(reference, ending)
    },
    async close() {
      closing.abort(new ProviderError('unreachable', `provider "${name}" is closed`))
      await client.close()
    },
  }
}

/** Where the whole backend is in trouble: each secret by itself would fare no better and make matters worse. */
const hopelessKinds = new Set(['unreachable', 'unauthenticated', 'throttled'])

function subjectOf(reference: Reference): string {
  return `"${secretKey(reference)}"`
}

function settle<T>({ resolve, reject }: Call<T>, make: () => T): void {
  try {
    resolve(make())
  } catch (error) {
    reject(error)
  }
}
