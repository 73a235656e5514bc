import type { SecretValue } from './aws-secret.ts'

export interface BatchAnswer {
  readonly SecretValues?: readonly SecretValue[] | undefined
  readonly Errors?:
    | readonly { readonly SecretId?: string | undefined; readonly ErrorCode?: string | undefined }[]
    | undefined
}

/** What a batch says of the secret that was asked for as `id`: a name, an ARN, or an ARN without its random end. */
export function findAnswer(
  { SecretValues = [], Errors = [] }: BatchAnswer,
  id: string,
): { readonly value: SecretValue } | { readonly code: string } | undefined {
  const value = SecretValues.find(({ Name, ARN }) => isNamed(Name, id) || isNamed(ARN, id))
  if (value !== undefined) return { value }
  const error = Errors.find(({ SecretId }) => isNamed(SecretId, id))
  return error && { code: error.ErrorCode ?? '' }
}

function isNamed(answered: string | undefined, asked: string): boolean {
  if (answered === asked) return true
  return asked.startsWith('arn:') && answered !== undefined && /^-\w{6}$/.test(answered.slice(asked.length))
    ? answered.startsWith(asked)
    : false
}
