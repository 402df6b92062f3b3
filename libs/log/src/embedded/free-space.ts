import { statfs } from 'node:fs/promises';
import { LogFull } from '../event-log.js';

/** How long a measurement counts. Others may fill the disk faster; the reserve is there for that. */
const MEASURED_FOR_MS = 1000;
/** LMDB writes changed tree pages anew, and rounds large values up to pages. */
const BYTES_ON_DISK_PER_BYTE = 2;

/**
 * Keeps a reserve of the disk free. LMDB reports a full disk only in the middle of a commit, as an I/O error after which
 * the environment can't be trusted; so what would go below the reserve is refused before it is begun.
 */
export class FreeSpace {
  private free = 0;
  private measuredAt = -Infinity;

  constructor(
    private readonly dir: string,
    private readonly minFreeBytes: number,
  ) {}

  /** Throws LogFull where writing so many bytes would go below the reserve. */
  async take(bytes: number): Promise<void> {
    const needed = bytes * BYTES_ON_DISK_PER_BYTE;
    const fresh = performance.now() - this.measuredAt < MEASURED_FOR_MS;
    if (!fresh || this.free - needed < this.minFreeBytes) await this.measure();
    this.refuseBelowReserve(needed);
    this.free -= needed;
  }

  /** Throws LogFull where the reserve is not free now. */
  async check(): Promise<void> {
    await this.measure();
    this.refuseBelowReserve(0);
  }

  private refuseBelowReserve(needed: number): void {
    if (this.free - needed >= this.minFreeBytes) return;
    const reserve = `${this.minFreeBytes} bytes are kept free`;
    throw new LogFull(
      `no room on the disk of ${this.dir}: ${this.free} bytes are free, ${reserve}; nothing is written`,
    );
  }

  private async measure(): Promise<void> {
    const { bavail, bsize } = await statfs(this.dir);
    this.free = bavail * bsize;
    this.measuredAt = performance.now();
  }
}
