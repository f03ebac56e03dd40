/** Holds one value that changes by actions only, and calls its listeners after each change. */

export interface Store<S, A> {
  readonly state: S;
  dispatch(action: A): void;
  /** Called after each change, with the value before. */
  subscribe(listener: (state: S, before: S) => void): void;
}

export function createStore<S, A>(initial: S, reduce: (state: S, action: A) => S): Store<S, A> {
  const listeners: ((state: S, before: S) => void)[] = [];
  let state = initial;
  return {
    get state() {
      return state;
    },
    dispatch(action) {
      const before = state;
      state = reduce(before, action);
      if (state === before) return;
      for (const listener of listeners) listener(state, before);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}
