import type { FailureKind } from '../../core/errors.ts'

export interface Meaning {
  readonly kind: FailureKind
  readonly because: string
  readonly hint?: string
}

const throttled: Meaning = { kind: 'throttled', because: 'too many requests' }
const stale: Meaning = {
  kind: 'unauthenticated',
  because: 'the credentials are expired or not known',
}
const skewed: Meaning = {
  kind: 'unauthenticated',
  because: 'the signature is refused',
  hint: "compare the machine's clock and the secret access key",
}
const denied: Meaning = {
  kind: 'forbidden',
  because: 'access is denied',
  hint: 'allow secretsmanager:GetSecretValue on it, in its own policy too where it is of another account',
}
const unavailable: Meaning = { kind: 'unavailable', because: 'the service failed' }

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html */
export const errorMeanings: Readonly<Record<string, Meaning>> = {
  BandwidthLimitExceeded: throttled,
  EC2ThrottledException: throttled,
  LimitExceededException: throttled,
  PriorRequestNotComplete: throttled,
  ProvisionedThroughputExceededException: throttled,
  RequestLimitExceeded: throttled,
  RequestThrottled: throttled,
  RequestThrottledException: throttled,
  SlowDown: throttled,
  ThrottledException: throttled,
  Throttling: throttled,
  ThrottlingException: throttled,
  TooManyRequestsException: throttled,
  TransactionInProgressException: throttled,
  ExpiredToken: stale,
  ExpiredTokenException: stale,
  InvalidClientTokenId: stale,
  MissingAuthenticationToken: stale,
  MissingAuthenticationTokenException: stale,
  UnrecognizedClientException: stale,
  IncompleteSignature: skewed,
  InvalidSignatureException: skewed,
  RequestExpired: skewed,
  RequestInTheFuture: skewed,
  RequestTimeTooSkewed: skewed,
  SignatureDoesNotMatch: skewed,
  AccessDenied: denied,
  AccessDeniedException: denied,
  NotAuthorized: denied,
  UnauthorizedOperation: denied,
  DecryptionFailure: {
    kind: 'forbidden',
    because: 'it cannot be decrypted with its KMS key',
    hint: 'allow kms:Decrypt on its key, and see that the key is enabled',
  },
  ResourceNotFoundException: {
    kind: 'missing',
    because: 'it does not exist, or has no such version',
    hint: 'compare name, region and stage',
  },
  InvalidRequestException: {
    kind: 'missing',
    because: 'it is scheduled for deletion, or has no value yet',
    hint: 'aws secretsmanager restore-secret brings it back until its last day',
  },
  InvalidParameterException: { kind: 'missing', because: 'its name, version or stage is not valid' },
  ValidationException: { kind: 'missing', because: 'its name, version or stage is not valid' },
  InternalFailure: unavailable,
  InternalServerError: unavailable,
  InternalServiceError: unavailable,
  ServiceUnavailable: unavailable,
  ServiceUnavailableException: unavailable,
}
