import type * as Yaml from 'yaml'
import { type Json, JsonNumber } from '../../core/json.ts'
import { sortedKeys } from '../values/sorted-keys.ts'
import { type Fields, jsonFields } from './fields.ts'

/** Everything else is quoted. */
const plainKey = /^[A-Za-z_][\w.-]*$/
/** Line breaks to some readers, or not printable to them. In the output they stand only between double quotes. */
const toEscape = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g

/**
 * YAML with sorted keys that readers of version 1.1 and 1.2 understand alike: every string is in double quotes, numbers
 * keep their text.
 */
export async function yamlFormat(): Promise<(fields: Fields) => string> {
  const yaml = await import('yaml')
  return fields => {
    // With version 1.1 the library also quotes keys such as `yes`, which only that version takes for a boolean.
    const document = new yaml.Document(null, { version: '1.1', customTags })
    document.contents = nodeOf(yaml, jsonFields(fields))
    const text = document.toString({ lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', directives: false })
    return text.replace(toEscape, character => {
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
    })
  }
}

/** Numbers as written, and no merge key: a field may be called `<<`. */
function customTags(tags: Yaml.Tags): Yaml.Tags {
  const others = tags.filter(tag => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:merge')
  return [numberTag, ...others]
}

const numberTag: Yaml.ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: value => value instanceof JsonNumber,
  resolve: text => text,
  stringify: ({ value }) => (value instanceof JsonNumber ? value.text : ''),
}

function nodeOf(yaml: typeof Yaml, value: Json): Yaml.YAMLMap | Yaml.YAMLSeq | Yaml.Scalar {
  if (value instanceof Map) {
    const map = new yaml.YAMLMap()
    for (const key of sortedKeys(value)) {
      const name = new yaml.Scalar(key)
      name.type = plainKey.test(key) ? 'PLAIN' : 'QUOTE_DOUBLE'
      map.items.push(new yaml.Pair(name, nodeOf(yaml, value.get(key) ?? null)))
    }
    return map
  }
  if (Array.isArray(value)) {
    const list = new yaml.YAMLSeq()
    for (const item of value) list.items.push(nodeOf(yaml, item))
    return list
  }
  return new yaml.Scalar(value)
}
