import { RenderError } from '../../core/errors.ts'
import type { Pass } from '../execute/pass.ts'
import { listReference, secretReference } from '../secret-path.ts'
import type { FunctionGroup } from '../template-function.ts'
import { certificateParts } from '../values/certificate-parts.ts'
import { secretResponse } from '../values/secret-value.ts'
import { sortedKeys } from '../values/sorted-keys.ts'
import { List, type Value } from '../values/values.ts'
import { writeReference } from '../write-reference.ts'

/**
 * consul-template's `secret`, `secrets` and `pkiCert`. What has not arrived is nil in this execution and is asked for; the
 * template goes on, so that one execution finds all that it needs.
 */
export const secretFunctions: FunctionGroup = {
  secret: {
    parameters: [],
    variadic: 'string',
    call: ([path, ...parameters]: readonly string[], pass) => {
      if (path === undefined) return null
      const secret =
        parameters.length === 0
          ? pass.read(secretReference(path, providerOf(pass)))
          : made({ path, parameters }, pass)
      if (!secret) return null
      const known = pass.responses.get(secret)
      if (known !== undefined) return known
      const response = secretResponse(secret)
      pass.responses.set(secret, response)
      // The second level is that of KV v2.
      pass.knownKeys.addAll(response.fields?.get('Data'), 2)
      return response
    },
  },
  /** Unlike the original, certificates of different parameters are different ones. */
  pkiCert: {
    parameters: [],
    variadic: 'string',
    call: ([path, ...parameters]: readonly string[], pass) => {
      if (path === undefined) return null
      const secret = made({ path, parameters }, pass)
      if (!secret) return null
      for (const { value } of secret.fields.values()) pass.budget.takeRead(String(value).length)
      return certificateParts(secret)
    },
  },
  secrets: {
    parameters: ['string'],
    call: ([path]: readonly [string], pass): Value => {
      if (path === '') return new List('[]string', undefined)
      const names = pass.read(listReference(path, providerOf(pass)))?.fields
      pass.budget.takeOrder(names?.keys() ?? [])
      return new List('[]string', names && sortedKeys(names))
    },
  },
}

function made(texts: { path: string; parameters: readonly string[] }, pass: Pass) {
  return pass.read(writeReference(texts, { provider: providerOf(pass), writeKey: pass.writeKey }))
}

function providerOf(pass: Pass): string {
  if (pass.secretProvider !== undefined) return pass.secretProvider
  throw new RenderError('no provider is configured that could be asked', {
    hint: 'configure a provider of type vault, or name the secret under "secrets" and write {{ .name.field }}',
  })
}
