/**
 * Whether this process can do its work. Each part reports the cause why it can't, under a name of its own, and takes it back;
 * ready is who has no cause left.
 */
export class Readiness {
  private readonly byPart = new Map<string, string>();
  private readonly questions = new Map<string, Question>();
  private readonly asides = new Map<string, Question>();

  /** `cause` undefined: this part is fine. A cause is a sentence for an operator and carries no text of anybody. */
  report(part: string, cause: string | undefined): void {
    if (cause === undefined) this.byPart.delete(part);
    else this.byPart.set(part, cause);
  }

  /** For what nobody would notice by themselves, or notice that it is over: asked each time that somebody looks. */
  ask(part: string, question: Question): void {
    this.questions.set(part, question);
  }

  /** For what an operator has to see to although the work goes on: told beside the causes, and none of them. */
  mention(part: string, question: Question): void {
    this.asides.set(part, question);
  }

  /** What was reported, and what is answered now. Every question is asked, at the same time. */
  async look(): Promise<Readiness['causes']> {
    return [...this.causes, ...(await answersOf(this.questions))];
  }

  /** What is mentioned now. */
  degraded(): Promise<Readiness['causes']> {
    return answersOf(this.asides);
  }

  /** What was reported. */
  get causes(): readonly { readonly part: string; readonly cause: string }[] {
    return [...this.byPart].map(([part, cause]) => ({ part, cause }));
  }
}

async function answersOf(questions: ReadonlyMap<string, Question>): Promise<Readiness['causes']> {
  const answers = await Promise.all([...questions].map(async ([part, ask]) => ({ part, cause: await ask() })));
  return answers.flatMap(({ part, cause }) => (cause === undefined ? [] : [{ part, cause }]));
}

/** Resolves with the cause why this part is not ready, or undefined. Never rejects. */
export type Question = () => Promise<string | undefined>;
