import { toJSONSchema } from 'zod/v4/core'
import { configurationSchema } from './schema/configuration.ts'
import { providerSchema, providerTypes } from './schema/providers.ts'
import { keyDescriptions } from './schema/scalars.ts'

/** The JSON Schema (draft 2020-12) of the configuration, for editors. Loaded only where it is asked for. */
export function jsonSchema(): Record<string, unknown> {
  const schema = toJSONSchema(configurationSchema, {
    io: 'input',
    metadata: keyDescriptions,
    override({ zodSchema, jsonSchema }) {
      // A provider's type may be left out where it is the name, which is how most are written; so more than one may fit.
      if (zodSchema === providerSchema) {
        jsonSchema.anyOf = jsonSchema.oneOf ?? []
        delete jsonSchema.oneOf
      }
      if (providerTypes.some(type => type === zodSchema)) {
        jsonSchema.required = (jsonSchema.required ?? []).filter(key => key !== 'type')
        if (jsonSchema.required.length === 0) delete jsonSchema.required
      }
    },
  })
  return { title: 'keyturn configuration', ...schema }
}
