import {
  BatchGetSecretValueCommand,
  type BatchGetSecretValueCommandOutput,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { ProviderError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports.ts'
import type { Reference } from '../../core/reference.ts'
import { createHttpClient } from '../../platform/http.ts'
import { untilAborted } from '../../platform/until-aborted.ts'
import { awsErrorOf } from './aws-error.ts'
import type { SecretValue } from './aws-secret.ts'
import { createCredentials } from './credentials.ts'
import { createRequestSender } from './request-sender.ts'
import type { AwsSettings } from './settings.ts'

/** Secrets Manager's two ways to read. Both throw ProviderError, or the signal's reason when aborted. */
export interface AwsClient {
  one(reference: Reference, subject: string, signal: AbortSignal): Promise<SecretValue>
  /** By names or ARNs, at most 20, what is at AWSCURRENT. */
  many(ids: readonly string[], signal: AbortSignal): Promise<BatchGetSecretValueCommandOutput>
  close(): Promise<void>
}

/**
 * The SDK's client without its retries, over our HTTP client, which STS uses too. Credentials that are refused are given up, so
 * that the next call looks for others: the SDK itself would keep keys without an end for ever.
 */
export function createAwsClient(settings: AwsSettings, clock: Clock): AwsClient {
  const http = createHttpClient(settings)
  const requestHandler = createRequestSender(http)
  let sdk: SecretsManagerClient | undefined

  const open = () => {
    const { region, profile, endpoint } = settings
    return new SecretsManagerClient({
      maxAttempts: 1,
      retryMode: 'standard',
      defaultsMode: 'standard',
      requestHandler,
      credentials: createCredentials(settings, { requestHandler, clock }),
      ...(region !== undefined && { region }),
      ...(profile !== undefined && { profile }),
      ...(endpoint !== undefined && { endpoint }),
    })
  }

  async function send<T>(
    subject: string,
    ask: (client: SecretsManagerClient) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    signal.throwIfAborted()
    sdk ??= open()
    const client = sdk
    try {
      return await untilAborted(askInRegion(client, ask), signal)
    } catch (thrown) {
      signal.throwIfAborted()
      const error = awsErrorOf(thrown, { subject, now: clock.now() })
      if (error.kind === 'unauthenticated' && sdk === client) sdk = undefined
      throw error
    }
  }

  return {
    one({ path, version, stage }, subject, signal) {
      const command = new GetSecretValueCommand({ SecretId: path, VersionId: version, VersionStage: stage })
      return send(subject, client => client.send(command, { abortSignal: signal }), signal)
    },
    many(ids, signal) {
      const command = new BatchGetSecretValueCommand({ SecretIdList: [...ids] })
      return send(`${ids.length} secrets`, client => client.send(command, { abortSignal: signal }), signal)
    },
    close: () => http.close(),
  }
}

async function askInRegion<T>(
  client: SecretsManagerClient,
  ask: (client: SecretsManagerClient) => Promise<T>,
): Promise<T> {
  await client.config.region().catch(() => {
    throw new ProviderError('unauthenticated', 'no AWS region is known', {
      hint: 'set region, or AWS_REGION, or the region of the profile',
    })
  })
  return ask(client)
}
