/** A strict reader of RFC 4180, written from its grammar and not from our writer. Throws where a text is not of it. */
export function parseCsv(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  let at = 0;
  while (at < text.length) {
    const field = text[at] === '"' ? quoted(text, at) : plain(text, at);
    line.push(field.value);
    at = field.end;
    if (text[at] === ',') at++;
    else if (text.startsWith('\r\n', at)) {
      lines.push(line);
      line = [];
      at += 2;
      continue;
    } else throw new Error(`Neither a comma nor the end of a line at ${at}`);
    if (at === text.length) throw new Error('The last line does not end');
  }
  return lines;
}

interface Field {
  readonly value: string;
  readonly end: number;
}

function plain(text: string, from: number): Field {
  const value = /[^",\r\n]*/y;
  value.lastIndex = from;
  const [found] = value.exec(text)!;
  return { value: found, end: from + found.length };
}

function quoted(text: string, from: number): Field {
  const value = /"((?:[^"]|"")*)"/y;
  value.lastIndex = from;
  const found = value.exec(text);
  if (found === null) throw new Error(`A quote at ${from} is never closed`);
  return { value: found[1]!.replaceAll('""', '"'), end: from + found[0].length };
}
