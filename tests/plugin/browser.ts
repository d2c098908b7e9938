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
