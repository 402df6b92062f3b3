import { TABLES_SCHEMA } from '../migrations/schema.js';

/** The values of a column in memory. Times stay texts and JSON stays its text: projections only pass them on. */
interface ValueOf {
  text: string;
  integer: number;
  bigint: number;
  'double precision': number;
  boolean: boolean;
  timestamptz: string;
  jsonb: string;
}

export type ColumnType = keyof ValueOf;

/** A type, or a type and `?` where the column may be null. */
export type ColumnSpec = ColumnType | `${ColumnType}?`;

type ColumnValue<Spec extends ColumnSpec> = Spec extends `${infer Type extends ColumnType}?`
  ? ValueOf[Type] | null
  : ValueOf[Spec & ColumnType];

export type Columns = Readonly<Record<string, ColumnSpec>>;

/** A row of a table whose columns are named in camelCase here and in snake_case in SQL. */
export type RowOf<Of> = Of extends Table<infer C> ? { readonly [Name in keyof C]: ColumnValue<C[Name]> } : never;

export type Value = string | number | boolean | null;
export type AnyRow = Readonly<Record<string, Value>>;

/** A row that one entry made or changed. `before` is null where it is new. */
export interface Change<Of> {
  readonly before: RowOf<Of> | null;
  readonly after: RowOf<Of>;
}

export interface Column {
  readonly name: string;
  readonly sqlName: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

export interface Table<C extends Columns = Columns> {
  readonly name: string;
  readonly key: readonly string[];
  readonly columns: readonly Column[];
  /** Never read: it carries the row's type. */
  readonly specs: C;
}

/** A key has four columns at most: see `TableRows`. */
type KeyNames<Name> =
  readonly [Name] | readonly [Name, Name] | readonly [Name, Name, Name] | readonly [Name, Name, Name, Name];

export function table<const C extends Columns>(name: string, key: KeyNames<keyof C & string>, specs: C): Table<C> {
  const columns = Object.entries(specs).map(([column, spec]) => ({
    name: column,
    sqlName: sqlNameOf(column),
    type: spec.replace('?', '') as ColumnType,
    nullable: spec.endsWith('?'),
  }));
  return { name, key, columns, specs };
}

export function sqlNameOf(column: string): string {
  return column.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function sqlTableOf({ name }: Pick<Table, 'name'>): string {
  return `${TABLES_SCHEMA}.${name}`;
}

/** No id contains a control character, so parts cannot run into each other. */
const SEPARATOR = '\u0000';

/** All parts of the key of a row as one text. */
export type Key = string;

/** An id, or a number of the log. */
export type KeyPart = string | number;

export function keyOf(first: KeyPart, second?: KeyPart, third?: KeyPart): Key {
  if (second === undefined) return String(first);
  return third === undefined ? `${first}${SEPARATOR}${second}` : `${first}${SEPARATOR}${second}${SEPARATOR}${third}`;
}

export function partsOf(key: Key): string[] {
  return key.split(SEPARATOR);
}

export function keyOfRow({ key }: Pick<Table, 'key'>, row: AnyRow): Key {
  let text = String(row[key[0]!]);
  for (let i = 1; i < key.length; i++) text += SEPARATOR + String(row[key[i]!]);
  return text;
}
