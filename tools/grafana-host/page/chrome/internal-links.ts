import { locationService } from '@grafana/runtime';

/**
 * Plain links within the page change the address instead of loading the page anew, as in Grafana
 * (public/app/core/navigation/patch/interceptLinkClicks.ts).
 */
export function followInternalLinks(): void {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (link === null || !isPlain || event.defaultPrevented || link.hasAttribute('download')) {
      return;
    }
    const href = link.getAttribute('href') ?? '';
    if (link.target === '' && href.startsWith('/') && !href.startsWith('//')) {
      event.preventDefault();
      locationService.push(href);
    }
  });
}
