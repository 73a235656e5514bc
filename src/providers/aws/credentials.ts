import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import type { Clock } from '../../core/ports.ts'
import { credentialErrorOf } from './aws-error.ts'
import type { createRequestSender } from './request-sender.ts'
import type { AwsSettings } from './settings.ts'

/**
 * Of the metadata services, each try: the SDK's own second without another try is too short for a busy instance, and a token
 * that cannot be had for want of a hop shows as a timeout.
 */
const metadataLimits = { timeout: 2_000, maxRetries: 2 }

/** The SDK prints warnings to the console where it is given no logger, once with an error that nobody has looked through. */
const silent = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * The SDK's whole chain (environment, profile with SSO, process, web identity, container endpoint, instance metadata) and
 * `assume_role` on top of it. The SDK keeps what it gets until shortly before it expires.
 * @throws ProviderError from what is returned
 */
export function createCredentials(
  { region, profile, assumeRole }: AwsSettings,
  { requestHandler, clock }: { requestHandler: ReturnType<typeof createRequestSender>; clock: Clock },
) {
  const client = { requestHandler, maxAttempts: 1, ...(region !== undefined && { region }) }
  const found = fromNodeProviderChain({
    ...metadataLimits,
    ...(profile !== undefined && { profile }),
    ec2MetadataV1Disabled: true,
    // Files may have changed since they were last read: this is called when credentials are needed anew.
    ignoreCache: true,
    clientConfig: client,
    logger: silent,
  })
  const credentials =
    assumeRole === undefined
      ? found
      : fromTemporaryCredentials({
          masterCredentials: found,
          params: {
            RoleArn: assumeRole.arn,
            RoleSessionName: assumeRole.sessionName ?? 'keyturn',
            ExternalId: assumeRole.externalId,
          },
          clientConfig: client,
          logger: silent,
        })
  const subject = assumeRole ? ` of role "${assumeRole.arn}"` : profile ? ` of profile "${profile}"` : ''
  return async (properties?: Parameters<typeof found>[0]) => {
    try {
      return await credentials(properties)
    } catch (error) {
      throw credentialErrorOf(error, { subject, now: clock.now() })
    }
  }
}
