import { LiveView } from './live-view';

const A = { from: 0, to: 1000 };
const B = { from: 100, to: 500 };

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a live view', () => {
  it('tells the page when it comes to rest, and is not stopped by what the page then says', () => {
    const live = new LiveView(A);
    const reported = jest.fn();
    live.subscribeRest(reported);
    live.move(B);
    jest.runAllTimers();
    expect(reported).toHaveBeenCalledWith(B);
    live.move({ from: 200, to: 300 });
    live.follow({ ...B });
    expect(live.view).toEqual({ from: 200, to: 300 });
  });

  it('goes where the page goes, and back to where it was before', () => {
    const live = new LiveView(A);
    live.move(B);
    jest.runAllTimers();
    live.follow({ ...B });
    live.follow(A);
    expect(live.view).toEqual(A);
    live.follow({ ...B });
    expect(live.view).toEqual(B);
  });
});
