import { type Column, tableFromIPC } from '@uwdata/flechette';
import { readParquet } from 'parquet-wasm/node';

/*
 * Parquet as others read it: by the reader of Apache Arrow for Rust, which shares no code with what writes our files.
 */

export interface ParquetColumn {
  readonly name: string;
  /** Arrow's type: `timestamp(micros, UTC)`, `int64`, … */
  readonly type: string;
  readonly nullable: boolean;
}

export interface ReadParquet {
  readonly columns: readonly ParquetColumn[];
  /** As texts: times as microseconds and days as days since 1970, all else as it is said in JSON or as the text that it is. */
  readonly rows: readonly (readonly (string | null)[])[];
}

export function readParquetFile(bytes: Uint8Array): ReadParquet {
  const table = tableFromIPC(readParquet(bytes).intoIPCStream(), { useBigInt: true });
  const columns = table.schema.fields.map(({ name, type, nullable }) => ({ name, nullable, type: typeOf(type) }));
  const values = columns.map(({ name }) => valuesOf(table.getChild(name)));
  const rows = Array.from({ length: table.numRows }, (_, row) => values.map((column) => column[row]!));
  return { columns, rows };
}

const INT = 2;
const FLOAT = 3;
const UTF8 = 5;
const BOOL = 6;
const DATE = 8;
const TIMESTAMP = 10;
const MICROS = 2;

function typeOf(type: Column<unknown>['type']): string {
  switch (type.typeId) {
    case INT:
      return `int${type.bitWidth}`;
    case FLOAT:
      return type.precision === 2 ? 'double' : 'float';
    case UTF8:
      return 'text';
    case BOOL:
      return 'boolean';
    case DATE:
      return type.unit === 0 ? 'date' : 'date in ms';
    case TIMESTAMP:
      return `timestamp(${type.unit === MICROS ? 'micros' : String(type.unit)}, ${String(type.timezone)})`;
    default:
      return `type ${type.typeId}`;
  }
}

/** The library gives times as fractions of a millisecond; what is stored is exact. */
function valuesOf(column: Column<unknown>): (string | null)[] {
  const { typeId } = column.type;
  const isRaw = typeId === TIMESTAMP || typeId === DATE;
  return column.data.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, at) => {
      const value: unknown = batch.at(at);
      if (value === null) return null;
      return String(isRaw ? (batch.values as ArrayLike<number | bigint>)[at] : value);
    }),
  );
}
