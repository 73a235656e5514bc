import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { ConfigurationError, type ExitCode, exitCodes } from '../core/errors.ts'
import { type ImportPorts, importConfiguration } from '../import/import-configuration.ts'
import { readConfiguration } from '../import/read-configuration.ts'
import { readTriple } from '../import/template-triple.ts'
import { writeConfiguration } from '../import/write-configuration.ts'
import { callsInTemplate } from '../template/parse/calls-in-template.ts'
import { TemplateSyntaxError } from '../template/template-error.ts'
import { check } from './check.ts'
import type { ProgramContext } from './context.ts'
import { programExists } from './load-configuration.ts'
import { showImport } from './show-import.ts'

export interface ImportOptions {
  /** consul-template's `SOURCE:DESTINATION[:COMMAND]`. */
  readonly template?: readonly string[]
  readonly outputDir: string
  readonly force?: true
  readonly stdout?: true
}

const configurationName = 'keyturn.yaml'

/**
 * Makes a configuration of keyturn from those of Vault Agent, OpenBao agent or consul-template, checks it, and says what
 * became of what. The exit code is that of the check.
 */
export async function importCommand(
  context: ProgramContext,
  files: readonly string[],
  options: ImportOptions,
): Promise<ExitCode> {
  const { terminal, workingDirectory } = context
  const triples = (options.template ?? []).map(readTriple)
  if (files.length + triples.length === 0) {
    throw new ConfigurationError('there is nothing to import', {
      hint: 'name a configuration of Vault Agent or consul-template, or write --template SOURCE:DESTINATION',
    })
  }
  const blocks = await Promise.all(
    files.map(file => readConfiguration(readText(resolve(workingDirectory, file)), file)),
  )
  const { draft, report } = importConfiguration([...blocks, ...triples], portsOf(context))
  const configuration = writeConfiguration(draft, report.findings)
  if (options.stdout === true) {
    terminal.out(configuration)
    showImport(report, { written: [] }, { ...terminal, out: text => terminal.error(text.toString()) })
    return exitCodes.ok
  }

  const directory = resolve(workingDirectory, options.outputDir)
  const contents = new Map([[configurationName, configuration], ...draft.files])
  writeFiles(directory, contents, options.force === true)
  const shown = (name: string) => relative(workingDirectory, join(directory, name)) || name
  showImport(report, { written: [...contents.keys()].map(shown) }, terminal)
  const config = shown(configurationName)
  const code = await check(context, { config })
  terminal.out(
    nextSteps(
      config,
      report.findings.some(({ severity }) => severity === 'todo'),
    ),
  )
  return code
}

function portsOf({ workingDirectory, environment }: ProgramContext): ImportPorts {
  return {
    environment,
    readText(path) {
      try {
        return readFileSync(resolve(workingDirectory, path), 'utf8')
      } catch {
        return undefined
      }
    },
    callsIn(text, delimiters) {
      try {
        return callsInTemplate(text, delimiters)
      } catch (error) {
        if (error instanceof TemplateSyntaxError) return []
        throw error
      }
    },
    programExists: program => programExists(program, environment['PATH'] ?? ''),
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigurationError(`"${file}" cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
}

function writeFiles(directory: string, contents: ReadonlyMap<string, string>, force: boolean): void {
  const present = [...contents.keys()].map(name => join(directory, name)).filter(existsSync)
  if (present.length > 0 && !force) {
    throw new ConfigurationError(`"${present[0]}" is there already`, {
      hint: 'name another directory by --output-dir, or write over what is there with --force',
    })
  }
  for (const [name, content] of contents) {
    const file = join(directory, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
}

function nextSteps(config: string, todo: boolean): string {
  const lines = [
    ...(todo ? [`go through what is to do; it also stands on top of ${config}`] : []),
    `keyturn render --config ${config} --live --diff   # masked, against the files that are there now`,
    `keyturn run --config ${config}`,
  ]
  return `\nnext\n${lines.map(line => `  ${line}\n`).join('')}`
}
