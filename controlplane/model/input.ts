/** The members of an operation's input, wherever in the request they stood; as the model says, once it is checked. */
export type Input = Readonly<Record<string, unknown>>;
