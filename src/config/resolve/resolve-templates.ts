import { templateFileProvider } from '../../core/reference.ts'
import type { ProviderSettings, ResolvedTemplates, TemplateLimits } from '../resolved.ts'
import { providerSchema } from '../schema/providers.ts'
import { type Resolution, report } from './resolution.ts'

/** What templates may reach. Reports directories without the function that they are for. */
export function resolveTemplates(resolution: Resolution): ResolvedTemplates {
  const { allow, read_below: readBelow, write_below: writeBelow } = resolution.input.templates
  if (allow.includes('file') && (readBelow ?? []).length === 0) {
    report(resolution, {
      path: ['templates', 'allow', allow.indexOf('file')],
      message: '"file" is allowed, but no directory to read in',
      hint: 'name it beside: read_below: [/etc/app]',
    })
  }
  reportWithout(resolution, 'read_below', 'file')
  reportWithout(resolution, 'write_below', 'writeToFile')
  return {
    allow,
    readBelow: (readBelow ?? []).map(resolution.absolute),
    writeBelow: (writeBelow ?? []).map(resolution.absolute),
    limits: limitsOf(resolution),
    environment: resolution.environment,
  }
}

export function limitsOf({ input }: Resolution): TemplateLimits {
  const { steps, output, depth, pattern } = input.templates.limits
  return { maxSteps: steps, maxOutputBytes: output, maxDepth: depth, maxPattern: pattern }
}

function reportWithout(
  resolution: Resolution,
  key: 'read_below' | 'write_below',
  name: 'file' | 'writeToFile',
): void {
  const { templates } = resolution.input
  if (templates[key] === undefined || templates.allow.includes(name)) return
  report(resolution, {
    path: ['templates', key],
    at: 'key',
    message: `"${key}" stands without "${name}" in "allow"`,
    hint: `allow it: allow: [${[...templates.allow, name].join(', ')}]`,
  })
}

/** Watches the files that templates read, as it does secrets; its defaults are the schema's. */
export function templateFiles({ allow, readBelow }: ResolvedTemplates): ProviderSettings[] {
  if (!allow.includes('file')) return []
  const { refresh } = providerSchema.parse({ type: 'file' })
  return [{ type: 'file', name: templateFileProvider, refreshMs: refresh, below: readBelow }]
}
