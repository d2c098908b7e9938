// What jsdom lacks of a browser and Grafana's components ask for.
Object.defineProperties(window, {
  matchMedia: {
    value: (media: string) =>
      Object.assign(new EventTarget(), { matches: false, media, addListener() {}, removeListener() {} }),
  },
  ResizeObserver: {
    value: class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  },
  IntersectionObserver: {
    value: class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  },
});
Object.defineProperty(HTMLCanvasElement.prototype, 'getContext', { value: () => null });

// The tests' signals are Node's, which its fetch needs, and jsdom listens with none but its own. Jest has given the
// window a method of its own.
for (const target of [EventTarget.prototype, window]) {
  const { addEventListener } = target;
  target.addEventListener = function (this: EventTarget, type: string, listener: EventListener, options?: unknown) {
    const { signal, ...others } = listenerOptions(options);
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener, others));
    addEventListener.call(this, type, listener, others);
  };
}

function listenerOptions(options: unknown): AddEventListenerOptions {
  return typeof options === 'object' && options !== null ? options : { capture: options === true };
}
