import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface PlantedProcess {
  readonly pid: number
  /** Default 0, as in a container whose parent is outside of the PID namespace. */
  readonly parent?: number
  readonly argv?: readonly string[]
  /** Default: the base name of argv[0]. */
  readonly comm?: string
  readonly uid?: number
  /** `State` of status; default `S (sleeping)`. */
  readonly state?: string
  readonly startTicks?: number
  /** The mask of caught signals; default SIGHUP and SIGTERM. */
  readonly caught?: string
  /** Paths as in /proc/PID/cgroup; one is cgroup v2's, several are v1's. Default `/`. */
  readonly cgroups?: readonly string[]
}

/** A tree like /proc, in which tests plant processes. */
export interface ProcTree extends Disposable {
  readonly procDirectory: string
  plant(planted: PlantedProcess): void
  remove(pid: number): void
  /** Links a process's `ns/pid`, as the kernel shows it to the process itself. */
  linkPidNamespace(pid: number, inode: number): void
}

export function createProcTree(): ProcTree {
  const procDirectory = mkdtempSync(join(tmpdir(), 'keyturn-proc-'))
  mkdirSync(join(procDirectory, 'sys'))
  writeFileSync(join(procDirectory, 'uptime'), '5000.00 9000.00\n')
  return {
    procDirectory,
    plant(planted) {
      const directory = join(procDirectory, String(planted.pid))
      mkdirSync(join(directory, 'ns'), { recursive: true })
      for (const [name, content] of Object.entries(entriesOf(planted))) {
        writeFileSync(join(directory, name), content)
      }
    },
    remove(pid) {
      rmSync(join(procDirectory, String(pid)), { recursive: true })
    },
    linkPidNamespace(pid, inode) {
      symlinkSync(`pid:[${inode}]`, join(procDirectory, String(pid), 'ns/pid'))
    },
    [Symbol.dispose]() {
      rmSync(procDirectory, { recursive: true })
    },
  }
}

function entriesOf({
  pid,
  parent = 0,
  argv = [],
  comm = argv[0]?.split('/').at(-1) ?? 'program',
  uid = 10001,
  state = 'S (sleeping)',
  startTicks = 1_000,
  caught = '0000000000004001',
  cgroups = ['/'],
}: PlantedProcess): Record<string, string> {
  const versionOne = (path: string, index: number) => `${index + 1}:controller${index}:${path}\n`
  return {
    status: [
      `Name:\t${comm}`,
      'Umask:\t0022',
      `State:\t${state}`,
      `Tgid:\t${pid}`,
      `Pid:\t${pid}`,
      `PPid:\t${parent}`,
      'TracerPid:\t0',
      `Uid:\t0\t${uid}\t${uid}\t${uid}`,
      `Gid:\t${uid}\t${uid}\t${uid}\t${uid}`,
      'SigQ:\t0/96365',
      'SigIgn:\t0000000000001000',
      `SigCgt:\t${caught}`,
      '',
    ].join('\n'),
    stat: `${pid} (${comm}) S ${parent} ${pid} ${pid} 0 -1 4194560 1078 0 1 0 1 1 0 0 20 0 7 0 ${startTicks} 1044480 131 0\n`,
    cmdline: argv.map(argument => `${argument}\0`).join(''),
    cgroup: cgroups.length === 1 ? `0::${cgroups[0]}\n` : cgroups.map(versionOne).join(''),
  }
}
