/** Everything that an iterable gives, in order. (`Array.fromAsync` is not in Node 20.) */
export async function allOf<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
