/** A question that cannot be answered as it was put. Data rather than an error: the caller tells the asker. */
export interface QueryRefusal {
  readonly refused: 'bad-cursor' | 'bad-filter' | 'bad-limit' | 'bad-sort';
  /** The parameter that is wrong, for instance `cursor`. */
  readonly parameter: string;
  readonly detail: string;
}

export function isRefusal(answer: unknown): answer is QueryRefusal {
  return typeof answer === 'object' && answer !== null && 'refused' in answer;
}
