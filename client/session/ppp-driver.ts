import type { PppEffect, PppEndpoint, PppTimer } from '../../shared/protocol/ppp-endpoint.ts';

/** Where control packets leave to: a TunnelLink. */
export interface ControlSink {
  sendControl(protocol: number, information: Uint8Array): void;
}

/** Gives a pure PPP endpoint its wire and its timers. */
export class PppDriver<Event> {
  readonly #endpoint: PppEndpoint<Event>;
  readonly #sink: ControlSink;
  readonly #onEvent: (event: Event) => void;
  readonly #timers = new Map<PppTimer, NodeJS.Timeout>();
  #isStopped = false;

  constructor(endpoint: PppEndpoint<Event>, sink: ControlSink, onEvent: (event: Event) => void) {
    this.#endpoint = endpoint;
    this.#sink = sink;
    this.#onEvent = onEvent;
  }

  start(): void {
    this.carryOut(this.#endpoint.start());
  }

  receive(protocol: number, information: Uint8Array): void {
    if (!this.#isStopped) this.carryOut(this.#endpoint.receive(protocol, information));
  }

  /** Says goodbye: the peer's acknowledgement is not waited for. */
  close(): void {
    if (!this.#isStopped) this.carryOut(this.#endpoint.close());
  }

  /** No timer runs and nothing is sent or reported any more. Idempotent. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  carryOut(effects: readonly PppEffect<Event>[]): void {
    for (const effect of effects) {
      // An event's listener may have stopped us.
      if (this.#isStopped) return;
      switch (effect.kind) {
        case 'send':
          this.#sink.sendControl(effect.protocol, effect.information);
          break;
        case 'start-timer':
          this.#startTimer(effect.timer, effect.milliseconds);
          break;
        case 'stop-timer':
          this.#stopTimer(effect.timer);
          break;
        case 'event':
          this.#onEvent(effect.event);
          break;
      }
    }
  }

  #startTimer(timer: PppTimer, milliseconds: number): void {
    this.#stopTimer(timer);
    const timeout = setTimeout(() => {
      this.#timers.delete(timer);
      this.carryOut(this.#endpoint.timeout(timer));
    }, milliseconds);
    this.#timers.set(timer, timeout);
  }

  #stopTimer(timer: PppTimer): void {
    clearTimeout(this.#timers.get(timer));
    this.#timers.delete(timer);
  }
}
