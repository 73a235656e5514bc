import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { renderOffline } from '../../src/template/render-offline.ts'
import { TemplateRenderError, TemplateSyntaxError } from '../../src/template/template-error.ts'

/** What consul-template 0.42.1 made of a template, beyond what the vectors hold; as test/vectors/README.md describes. */
interface Answer {
  readonly template: string
  readonly dotJson?: string
  readonly secrets?: Readonly<Record<string, object>>
  readonly missingKey?: 'zero'
  readonly output?: string
  readonly outputBase64?: string
  readonly stage?: 'parse' | 'execute'
  readonly line?: number
}

interface Answers {
  readonly dotJson: string
  readonly answers: readonly Answer[]
}

describe.each(['original-answers.json', 'sprig-answers.json'])('what the original answers, in %s', name => {
  const { dotJson, answers }: Answers = JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'))

  it.each(answers)('to $template of $dotJson', async answer => {
    expect(await outcomeOf({ dotJson, ...answer })).toEqual(expectedOutcome(answer))
  })
})

async function outcomeOf({ template, secrets = {}, missingKey, dotJson }: Answer): Promise<unknown> {
  const given = Object.entries(secrets).map(([path, data]) => [path, { data }])
  try {
    const output = await renderOffline({
      text: template,
      name: 'probe',
      dataJson: dotJson,
      secretsJson: JSON.stringify(Object.fromEntries(given)),
      missingKey,
    })
    return { output: Buffer.from(output).toString('latin1') }
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return { stage: 'parse', line: error.line }
    if (error instanceof TemplateRenderError) return { stage: 'execute', line: error.line }
    throw error
  }
}

function expectedOutcome({ output, outputBase64, stage, line }: Answer): unknown {
  if (stage !== undefined) return { stage, line }
  const bytes = outputBase64 === undefined ? Buffer.from(output ?? '') : Buffer.from(outputBase64, 'base64')
  return { output: bytes.toString('latin1') }
}
