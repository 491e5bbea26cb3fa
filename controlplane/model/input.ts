/** The members of an operation's input, from all parts of the request. After validation they match the model. */
export type Input = Readonly<Record<string, unknown>>;
