/** Which window of this browser holds the media of a call; windows of one browser are one device. */
export interface CallLocks {
  /** Holds it here, away from any other window. `onTaken` when another window takes it. */
  hold(callId: string, onTaken: () => void): () => void;
  /** Holds it only when no window does; null when one does, or when that cannot be known. */
  holdIfFree(callId: string, onTaken: () => void): Promise<(() => void) | null>;
}

const nameOf = (callId: string) => `trunkline.call.${callId}`;

/** On the browser's own locks: they end with the window, also when it crashes or is reloaded. */
export function createCallLocks(locks: LockManager | undefined): CallLocks {
  function request(
    callId: string,
    options: LockOptions,
    onTaken: () => void,
    onAnswer: (held: boolean) => void,
  ): () => void {
    let letGo: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    locks
      ?.request(nameOf(callId), options, (lock) => {
        onAnswer(lock !== null);
        return lock === null ? undefined : released;
      })
      .catch(() => {
        // Stolen: another window took the call. (Also refused in a document that is going away.)
        onTaken();
      });
    return letGo;
  }

  return {
    hold: (callId, onTaken) => request(callId, { steal: true }, onTaken, () => undefined),
    holdIfFree(callId, onTaken) {
      if (!locks) return Promise.resolve(null);
      return new Promise((resolve) => {
        const letGo = request(callId, { ifAvailable: true }, onTaken, (held) =>
          resolve(held ? letGo : null),
        );
      });
    },
  };
}
