// Loading of scripts that only some readers need.

const loaded = new Map();

/** Load a script, once. Returns a promise, which is rejected where it cannot be loaded. */
export function load(address) {
  if (!loaded.has(address)) {
    const promise = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      document.head.append(script);
    });
    loaded.set(address, promise);
  }
  return loaded.get(address);
}
