import { Command, CommanderError, Option } from 'commander'
import { parseDuration } from '../core/duration.ts'
import { type ExitCode, exitCodes } from '../core/errors.ts'
import type { ConfigurationOptions, LogOptions, ProgramContext } from './context.ts'
import type { DevStoreCommandOptions } from './dev-store.ts'
import type { ImportOptions } from './import.ts'
import type { RenderOptions } from './render/render.ts'
import { reportError } from './report-error.ts'

/** Runs one command of the command line and answers its exit code. Each command is loaded when it is asked for. */
export async function runProgram(context: ProgramContext): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok
  const program = createProgram(context, code => {
    exitCode = code
  })
  try {
    await program.parseAsync([...context.argv])
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.configuration
    return reportError(error, context.terminal)
  }
}

type Done = (code: ExitCode) => void

function createProgram(context: ProgramContext, done: Done): Command {
  const { terminal } = context
  const program = new Command('keyturn')
    .description(
      'Fetches secrets by a role, renders them as 0400 files on tmpfs, and tells the application when they rotate',
    )
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.error,
      getOutHasColors: () => terminal.colour,
    })
    .exitOverride()
    .showSuggestionAfterError()
    .enablePositionalOptions()

  withLog(withConfiguration(program.command('run')))
    .description('run the agent until it is told to end; SIGHUP loads the configuration anew')
    .addHelpText(
      'after',
      examples(
        'keyturn run',
        'keyturn run --config /etc/keyturn/keyturn.yaml',
        'VAULT_ADDR=https://vault:8200 VAULT_ROLE=my-api keyturn run --secret db_password=vault:secret/my-api/db#password',
      ),
    )
    .action(async (options: ConfigurationOptions & LogOptions) => {
      const { runCommand } = await import('./run-command.ts')
      done(await runCommand(context, options))
    })

  withLog(withConfiguration(program.command('once')))
    .description('publish everything once and end')
    .addOption(new Option('--timeout <duration>', 'give up after this long').default('60s'))
    .addHelpText('after', examples('keyturn once', 'keyturn once --timeout 10s --config keyturn.yaml'))
    .action(async (options: ConfigurationOptions & LogOptions & { timeout: string }) => {
      const { onceCommand } = await import('./run-command.ts')
      done(await onceCommand(context, options, parseDuration(options.timeout)))
    })

  withConfiguration(program.command('check'))
    .description('find every mistake in the configuration, offline')
    .option('--json', 'print problems and warnings as JSON')
    .addHelpText('after', examples('keyturn check', 'keyturn check --config keyturn.yaml --json'))
    .action(async (options: ConfigurationOptions & { json?: true }) => {
      const { check } = await import('./check.ts')
      done(await check(context, options))
    })

  program
    .command('render')
    .description('render a template with secrets from files, or the outputs of a configuration, masked')
    .argument('[file]', 'the template; with a configuration, the path of one output')
    .option('--data <file>', 'JSON: what the dot holds, such as {"db": {"password": "x"}}')
    .option('--secrets <file>', 'JSON: path -> Vault’s answer, for the function secret')
    .option('-c, --config <file>', 'render the outputs of this configuration')
    .option('--live', 'ask the configured providers; what is leased is revoked at the end')
    .option('--reveal', 'show values of secrets in clear')
    .option('--diff', 'show what differs from the published files')
    .option('--watch', 'render again whenever a template, the configuration or the data changes')
    .addHelpText(
      'after',
      examples(
        'keyturn render app.conf.tmpl --data data.json',
        'keyturn render --config keyturn.yaml --data data.json --watch',
        'keyturn render --live --diff',
        'keyturn render --live --reveal /run/secrets/app.env',
      ),
    )
    .action(async (target: string | undefined, options: RenderOptions) => {
      const { render } = await import('./render/render.ts')
      done(await render(context, target, options))
    })

  program
    .command('import')
    .description('make a configuration from those of Vault Agent, OpenBao agent or consul-template')
    .argument('[files...]', 'their configurations, HCL or JSON; several count as one')
    .option(
      '--template <source:destination[:command]>',
      'a template as consul-template takes it by -template; repeatable',
      (triple: string, others: readonly string[] = []) => [...others, triple],
    )
    .addOption(
      new Option('--output-dir <directory>', 'where keyturn.yaml and templates/ are written').default('.'),
    )
    .option('--force', 'write over files that are there')
    .option('--stdout', 'print keyturn.yaml and write nothing')
    .addHelpText(
      'after',
      examples(
        'keyturn import agent.hcl --output-dir keyturn',
        'keyturn import --template db.ctmpl:/run/secrets/db:"pkill -HUP app"',
      ),
    )
    .action(async (files: string[], options: ImportOptions) => {
      const { importCommand } = await import('./import.ts')
      done(await importCommand(context, files, options))
    })

  program
    .command('schema')
    .description('print the JSON Schema of the configuration, for editors')
    .addHelpText('after', examples('keyturn schema > keyturn.schema.json'))
    .action(async () => {
      const { schema } = await import('./schema.ts')
      done(schema(terminal))
    })

  withSocket(program.command('status'))
    .description('show what a running agent knows of its secrets, outputs and notifiers')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples('keyturn status', 'docker compose exec keyturn /usr/bin/node /app/keyturn.js status'),
    )
    .action(async (options: SocketOptions & { json?: true }) => {
      const [{ showStatus }, socketPath] = await Promise.all([
        import('./status.ts'),
        socketOf(context, options),
      ])
      done(await showStatus({ socketPath, json: options.json === true, now: Date.now() }, terminal))
    })

  withSocket(program.command('refresh'))
    .description('have a running agent read secrets now; returns when what rotated is published')
    .argument('[names...]', 'secrets by name; all without')
    .addHelpText('after', examples('keyturn refresh', 'keyturn refresh db'))
    .action(async (names: string[], options: SocketOptions) => {
      const [{ refreshSecrets }, socketPath] = await Promise.all([
        import('./refresh.ts'),
        socketOf(context, options),
      ])
      done(await refreshSecrets({ socketPath, names }, terminal))
    })

  withSocket(program.command('healthcheck'))
    .description('exit 0 once everything is published; with --ready also that no secret is stale')
    .option('--ready', 'also check that no secret is older than its max_stale')
    .addHelpText('after', examples('keyturn healthcheck', 'keyturn healthcheck --ready'))
    .action(async (options: SocketOptions & { ready?: true }) => {
      const [{ healthcheck }, socketPath] = await Promise.all([
        import('./healthcheck.ts'),
        socketOf(context, options),
      ])
      done(await healthcheck({ socketPath, ready: options.ready === true }, terminal))
    })

  program
    .command('dev-store')
    .description('a Vault-like store in memory, for demos and tests; never for production')
    .addOption(new Option('--listen <host:port>', 'where to listen').default('127.0.0.1:8200'))
    .option('--data <file>', 'keep the state in this file over a restart')
    .option('--token-file <file>', 'write the root token there (0600) instead of printing it')
    .option('--seed <file>', 'JSON: secrets, policies and roles to begin with')
    .addHelpText(
      'after',
      examples('keyturn dev-store', 'keyturn dev-store --seed seed.json --data /data/store.json'),
    )
    .action(async (options: DevStoreCommandOptions) => {
      const { devStore } = await import('./dev-store.ts')
      done(await devStore(context, options))
    })

  program
    .command('version')
    .description('print the version')
    .action(async () => {
      const { version } = await import('./version.ts')
      terminal.out(`keyturn ${version}\n`)
    })

  return program
}

function withConfiguration(command: Command): Command {
  return command
    .option(
      '-c, --config <file>',
      'the configuration (default: KEYTURN_CONFIG, else /etc/keyturn/keyturn.yaml)',
    )
    .option(
      '--secret <name=reference...>',
      'without a file: a secret and the file in /run/secrets that gets it; repeatable',
    )
    .option('--owner <uid>', 'without a file: who owns the files')
    .option('--group <gid>', 'without a file: their group')
    .option('--mode <octal>', 'without a file: their mode')
    .option('--signal <process:signal...>', 'without a file: whom to tell, such as node:SIGHUP; repeatable')
}

function withLog(command: Command): Command {
  return command
    .addOption(
      new Option('--log-level <level>', 'least severity to log').choices(['debug', 'info', 'warn', 'error']),
    )
    .addOption(
      new Option('--log-format <format>', 'default: pretty on a terminal, else json').choices([
        'json',
        'pretty',
      ]),
    )
}

interface SocketOptions {
  readonly socket?: string
  readonly config?: string
}

function withSocket(command: Command): Command {
  return command
    .option(
      '--socket <path>',
      'the agent’s control socket (default: KEYTURN_SOCKET, else as the configuration says)',
    )
    .option('-c, --config <file>', 'the configuration that the agent runs with')
}

async function socketOf(context: ProgramContext, options: SocketOptions): Promise<string> {
  const path = options.socket ?? context.environment['KEYTURN_SOCKET']
  if (path !== undefined) return path
  const { socketPath } = await import('./load-configuration.ts')
  return socketPath(context, options)
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map(line => `  ${line}\n`).join('')}`
}
