import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { RawRow } from '../database/database.js';
import type { Encoder } from './encoder.js';
import { type ExportColumn, daysSince1970, microsOf } from './values.js';

/*
 * Parquet, one row group after the other. A group is in memory as a whole before it is written, so groups are small: by rows,
 * and by characters where rows are long. What grows with the file is one short record for each column of each group.
 */

const GROUP_ROWS_MAX = 10_000;
const GROUP_CHARACTERS_MAX = 4 * 1024 * 1024;

/** Stands in the file as its author. */
const CREATED_BY = 'Offramp';

interface ParquetType {
  readonly element: Omit<SchemaElement, 'name'>;
  readonly value: (text: string) => unknown;
}

export function parquetEncoder(columns: readonly ExportColumn[]): Encoder {
  const types = columns.map(({ type }) => typeOf(type));
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema: schemaOf(columns), createdBy: CREATED_BY });
  let group: Group = emptyGroup(columns.length);
  let isEmpty = true;

  function taken(): Uint8Array {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  }

  function writeGroup(): void {
    if (group.rows === 0) return;
    const columnData = columns.map(({ name }, at) => ({ name, data: group.values[at]! }));
    void parquet.write({ columnData, rowGroupSize: group.rows });
    group = emptyGroup(columns.length);
    isEmpty = false;
  }

  return {
    rows(rows) {
      for (const row of rows) {
        group.characters += take(group.values, types, row);
        group.rows++;
        if (group.rows >= GROUP_ROWS_MAX || group.characters >= GROUP_CHARACTERS_MAX) writeGroup();
      }
      return taken();
    },
    end() {
      writeGroup();
      void parquet.finish();
      return isEmpty ? withTypedGroups(taken()) : taken();
    },
  };
}

interface Group {
  rows: number;
  characters: number;
  /** By column, then by row. */
  readonly values: readonly unknown[][];
}

function emptyGroup(columns: number): Group {
  return { rows: 0, characters: 0, values: Array.from({ length: columns }, () => []) };
}

/** The characters of the row. */
function take(values: readonly unknown[][], types: readonly ParquetType[], row: RawRow): number {
  let characters = 0;
  for (const [at, column] of values.entries()) {
    const text = row[at] ?? null;
    characters += text?.length ?? 0;
    column.push(text === null ? null : types[at]!.value(text));
  }
  return characters;
}

function schemaOf(columns: readonly ExportColumn[]): SchemaElement[] {
  const leaves = columns.map(({ name, type }): SchemaElement => {
    return { name, repetition_type: 'OPTIONAL', ...typeOf(type).element };
  });
  return [{ name: 'root', num_children: leaves.length }, ...leaves];
}

function typeOf(type: string): ParquetType {
  switch (type) {
    case 'boolean':
      return { element: { type: 'BOOLEAN' }, value: (text) => text === 't' };
    case 'smallint':
    case 'integer':
      return { element: { type: 'INT32' }, value: Number };
    case 'bigint':
      return { element: { type: 'INT64' }, value: BigInt };
    case 'double precision':
      return { element: { type: 'DOUBLE' }, value: Number };
    case 'date':
      return {
        element: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
        value: daysSince1970,
      };
    case 'timestamp with time zone':
      return {
        element: {
          type: 'INT64',
          converted_type: 'TIMESTAMP_MICROS',
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
        },
        value: microsOf,
      };
    default:
      return {
        element: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
        value: (text) => text,
      };
  }
}

/** Of the footer of a file without groups: no rows, the list of groups, and how its author begins (compact Thrift). */
const NO_GROUPS = Buffer.from([0x16, 0x00, 0x19, 0x00, 0x28, CREATED_BY.length]);
const TYPE_AT = 3;
const STRUCTS = 0x0c;

/**
 * The library leaves the type of what is in an empty list out, which strict readers (that of Apache Arrow for Rust) take for a
 * damaged file. It is put in.
 */
function withTypedGroups(bytes: Uint8Array): Uint8Array {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).lastIndexOf(NO_GROUPS);
  if (at === -1) throw new Error('The footer of an empty Parquet file is not what it was; see withTypedGroups');
  bytes[at + TYPE_AT] = STRUCTS;
  return bytes;
}
