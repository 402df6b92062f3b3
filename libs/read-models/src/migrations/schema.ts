/** The tables of this version. A rebuild fills the next one beside it; nobody outside this library names it. */
export const TABLES_SCHEMA = 'offramp_v1';

/** The views that analysts use. Their names and columns stay. */
export const VIEWS_SCHEMA = 'offramp';
