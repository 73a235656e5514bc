import { RenderError } from '../../core/errors.ts'
import type { FunctionGroup } from '../template-function.ts'
import { TypedMap, typeName, type Value } from '../values/values.ts'

/**
 * consul-template's functions for what it reads from Consul. There is none here, so they can be given nil alone, as some
 * templates do.
 */
export const consulFunctions: FunctionGroup = {
  /** `{{ byKey nil | len }}` is `0`. */
  byKey: {
    parameters: ['[]*dependency.KeyPair'],
    call: () => new TypedMap({ key: 'string', value: 'map[string]*dependency.KeyPair' }, []),
  },
  /** `{{ byMeta "zone" nil | len }}` is `0`. */
  byMeta: {
    parameters: ['string', '[]*dependency.HealthService'],
    call: () => new TypedMap({ key: 'string', value: '[]*dependency.HealthService' }, []),
  },
  /** `{{ byPort nil | len }}` is `0`. */
  byPort: { parameters: ['any'], call: ([services]) => grouped(services, 'int') },
  /** `{{ byTag nil | len }}` is `0`. */
  byTag: { parameters: ['any'], call: ([services]) => grouped(services, 'string') },
  /** `{{ explode nil | len }}` is `0`. */
  explode: { parameters: ['[]*dependency.KeyPair'], call: () => new Map<string, Value>() },
}

function grouped(services: Value, key: string): TypedMap {
  if (services !== null) throw new RenderError(`${typeName(services)} is no list of services`)
  return new TypedMap({ key, value: '[]interface {}' }, [])
}
