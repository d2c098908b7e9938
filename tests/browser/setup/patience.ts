// A page that others compete with for a processor takes its time.
jest.setTimeout(90_000);
