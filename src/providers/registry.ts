import type { Clock, Journal, Provider, Random } from '../core/ports.ts'
import type { AwsSettings } from './aws/settings.ts'
import type { FileSettings } from './file/file.ts'
import type { VaultSettings } from './vault/settings.ts'

export type ProviderSettings = VaultSettings | AwsSettings | FileSettings

export interface ProviderPorts {
  readonly clock: Clock
  readonly random: Random
  readonly journal: Journal
  /** Credentials whose files are removed, by path: shared by all providers, also later ones. */
  readonly taken?: Map<string, string> | undefined
}

/** The provider that settings describe; the code of the others is not loaded. */
export async function openProvider(settings: ProviderSettings, ports: ProviderPorts): Promise<Provider> {
  switch (settings.type) {
    case 'vault':
      return (await import('./vault/vault.ts')).openVaultProvider(settings, ports)
    case 'aws':
      return (await import('./aws/aws.ts')).createAwsProvider(settings, ports)
    case 'file':
      return (await import('./file/file.ts')).createFileProvider(settings, ports)
  }
}
