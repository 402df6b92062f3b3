import { readFileSync } from 'node:fs';

/**
 * A process as it can be told from a later one with the same number: after a reboot, or when the number was given out
 * again. `born` is the boot and the start time of the process in ticks since it; absent where there is no /proc.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly born?: string | undefined;
}

/** A zombie has died; it only waits for its parent to notice. */
const DEAD = 'dead';

export function identityOf(pid: number): ProcessIdentity {
  return { pid, born: bornOf(pid) };
}

/** Whether that very process still runs. Where it can't be known for sure, a running process of that number is it. */
export function isAlive({ pid, born }: ProcessIdentity): boolean {
  if (!isRunning(pid)) return false;
  const found = bornOf(pid);
  if (found === DEAD) return false;
  return born === undefined || found === undefined || born === found;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of proc(5) `stat`, counted from behind the program's name, which may contain spaces and parentheses. */
function bornOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return fields[0] === 'Z' ? DEAD : `${boot}/${fields[19]}`;
  } catch {
    return undefined;
  }
}
