/* global NAME, FILES */
// The service worker of a site: pages are taken from the network, and without one from what was kept. Files in
// assets/ are named after their content, so what was kept of them is never old. In front of it are NAME, which changes
// with the site, and FILES, what is kept at the first visit.

const PREFIX = `quizproof ${registration.scope} `;
const CACHE = PREFIX + NAME;
const isForever = (request) => request.url.startsWith(`${registration.scope}assets/`);

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
  skipWaiting();
});

addEventListener("activate", (event) => {
  const isOld = (name) => name.startsWith(PREFIX) && name !== CACHE;
  const dropOld = (names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(dropOld).then(() => clients.claim()));
});

async function fromNetwork(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    // The address of a folder shows its contents page.
    const url = request.url.replace(/[?#].*/, "").replace(/\/$/, "/index.html");
    const kept = await cache.match(url);
    if (kept) return kept;
    throw error;
  }
}

async function answer(request) {
  const kept = isForever(request) && (await (await caches.open(CACHE)).match(request));
  return kept || fromNetwork(request);
}

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(registration.scope)) event.respondWith(answer(request));
});
