/** The tables of this version. A rebuild fills the next one beside it; nobody outside this library names it. */
export const TABLES_SCHEMA = 'offramp_v1';

/** The views that analysts use. Their names and columns stay. */
export const VIEWS_SCHEMA = 'offramp';

/** The set of tables beside the live one: a new one while it is filled, and after a swap the one that was live before. */
export const OTHER_SCHEMA = 'offramp_rebuild';
