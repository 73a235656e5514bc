import type { HttpSettings } from '../../platform/http.ts'

export interface AwsSettings
  extends Pick<HttpSettings, 'timeoutMs' | 'maxConnections' | 'maxBytes' | 'proxy'> {
  readonly type: 'aws'
  readonly name: string
  /** Default: what the SDK finds in AWS_REGION and the profile. */
  readonly region?: string | undefined
  readonly profile?: string | undefined
  /** Of Secrets Manager alone, such as a VPC endpoint. */
  readonly endpoint?: string | undefined
  readonly assumeRole?:
    | {
        readonly arn: string
        readonly externalId?: string | undefined
        readonly sessionName?: string | undefined
      }
    | undefined
}
