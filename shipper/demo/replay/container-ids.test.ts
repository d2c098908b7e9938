import { containerIds } from './container-ids';

const event = (statuses: object) => ({
  object: { metadata: { namespace: 'ns', name: 'pod', uid: 'uid' }, status: statuses },
});

describe('container ids of a pod watch', () => {
  it('gives every restart and every init container its own id', () => {
    const ids = containerIds([
      event({}),
      event({ containerStatuses: [{ name: 'c', restartCount: 0, containerID: '' }] }),
      event({
        initContainerStatuses: [{ name: 'init', restartCount: 0, containerID: 'containerd://11' }],
        containerStatuses: [{ name: 'c', restartCount: 0, containerID: 'containerd://aa' }],
      }),
      event({ containerStatuses: [{ name: 'c', restartCount: 1, containerID: 'docker://bb' }] }),
    ]);
    expect(Object.fromEntries(ids)).toEqual({
      'ns_pod_uid/init/0.log': '11',
      'ns_pod_uid/c/0.log': 'aa',
      'ns_pod_uid/c/1.log': 'bb',
    });
  });
});
