/**
 * Judges each, in order. What has to be waited for (an assessment) is waited for together, at most `atOnce` at a time, so the
 * next ones are not looked at before. `judge` answers for what it throws itself.
 */
export async function judgeInOrder<Item, Judged>(
  items: readonly Item[],
  atOnce: number,
  judge: (item: Item) => Judged | Promise<Judged>,
): Promise<Judged[]> {
  const judged: Judged[] = [];
  let waiting: Promise<void>[] = [];
  for (const [at, item] of items.entries()) {
    const answer = judge(item);
    if (!(answer instanceof Promise)) {
      judged[at] = answer;
      continue;
    }
    waiting.push(answer.then((late) => void (judged[at] = late)));
    if (waiting.length < atOnce) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
  return judged;
}
