/** The manifest that a browser installs the page by: of this shop, and in the language of the page. */

export function nameManifest(base: URL, shop: string, language: string): void {
  const address = new URL('manifest.webmanifest', base);
  address.searchParams.set('shop', shop);
  address.searchParams.set('lang', language);
  // Another element each time: browsers look no further at one that they have read.
  document.querySelector('link[rel=manifest]')?.remove();
  const link = document.createElement('link');
  link.rel = 'manifest';
  link.href = address.href;
  document.head.append(link);
}
