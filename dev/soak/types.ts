/** What a person of the soak asks, and what the appservice answers; each carries a number. */
export const QUESTION = "eu.townhall.soak.question";
export const ANSWER = "eu.townhall.soak.answer";
