/*
 * A second fence. The first is the role: it may read the views and nothing else. On a server, where the connected user is
 * somebody with more rights who only acts as the role, a statement could take the role off again with `set_config`, or have a
 * function run another statement that does; a lock of the session would outlive the statement. So these names are not taken at all, wherever they stand, texts and comments
 * included: a question that needs them does not exist.
 */
const LEAVING = [
  'set_config',
  'query_to_xml',
  'query_to_xmlschema',
  'query_to_xml_and_xmlschema',
  'cursor_to_xml',
  'cursor_to_xmlschema',
  'table_to_xml',
  'schema_to_xml',
  'database_to_xml',
  'ts_stat',
  'ts_rewrite',
  'dblink',
  'pg_advisory',
  'pg_try_advisory',
  'plpgsql',
];

const FORBIDDEN = new RegExp(`(${LEAVING.join('|')})`, 'i');
/** Names and texts with escapes could spell any of them. */
const ESCAPED_NAME = /\bU&\s*["']/i;

/** What is wrong with a statement before the database is asked, or undefined. */
export function wrongWithStatement(sql: string): string | undefined {
  if (sql.trim() === '') return 'There is no statement';
  if (sql.includes('\u0000')) return 'It holds a NUL character';
  const [found] = FORBIDDEN.exec(sql) ?? [];
  if (found !== undefined) return `${found} cannot be used here`;
  if (ESCAPED_NAME.test(sql)) return 'Unicode escapes (U&) cannot be used here';
  return undefined;
}
