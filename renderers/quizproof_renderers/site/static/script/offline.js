// Reading without a network: the browser keeps the site, if its owner wants that and it comes from a server.

const { offline } = document.currentScript.dataset;
if ("serviceWorker" in navigator && location.protocol.startsWith("http")) {
  addEventListener("load", () => {
    // A browser that refuses, as in a private window, shows the site all the same.
    navigator.serviceWorker.register(offline).catch(() => {});
  });
}
