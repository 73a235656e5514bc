import { describe, expect, it } from 'vitest'
import { findAnswer } from '../../../src/providers/aws/find-answer.ts'

const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:app/db'

describe('the answer of a batch', () => {
  it.each([
    ['the name', 'app/db'],
    ['the whole ARN', `${arn}-a1B2c3`],
    ['the ARN without its random end', arn],
  ])('is found by %s', (_case, id) => {
    const value = { Name: 'app/db', ARN: `${arn}-a1B2c3`, VersionId: 'v' }
    const other = { Name: 'app/db-second', ARN: `${arn}-second-d4E5f6`, VersionId: 'w' }
    expect(findAnswer({ SecretValues: [other, value] }, id)).toEqual({ value })
    expect(findAnswer({ SecretValues: [other] }, id)).toBeUndefined()
  })

  it('may be the code of an error, also one without a code', () => {
    const Errors = [{ SecretId: 'app/db', ErrorCode: 'AccessDeniedException' }, { SecretId: arn }]
    expect(findAnswer({ Errors }, 'app/db')).toEqual({ code: 'AccessDeniedException' })
    expect(findAnswer({ Errors }, arn)).toEqual({ code: '' })
    expect(findAnswer({}, 'app/db')).toBeUndefined()
  })
})
