import { chatCompletions } from './chat-completions.js';
import { chatgpt } from './chatgpt.js';
import { claude } from './claude.js';
import { FORMATS, type Format, type Importer } from './conversation.js';
import { openAssistant } from './open-assistant.js';
import { sharegpt } from './sharegpt.js';
import { wildchat } from './wildchat.js';

export const IMPORTERS: readonly Importer[] = [chatgpt, claude, openAssistant, sharegpt, chatCompletions, wildchat];

export function importerOf(format: Format): Importer {
  return IMPORTERS.find((importer) => importer.format === format) as Importer;
}

/**
 * The importer for one value of a file, by its shape. Each value is looked at for itself, so a folder, or even one file,
 * may mix formats, and no guess at the head of a file decides over the rest of it.
 */
export function importerFor(value: unknown): Importer | undefined {
  return IMPORTERS.find((importer) => importer.accepts(value));
}

/** For messages to the person who imports. */
export const FORMATS_IN_WORDS = FORMATS.join(', ');
