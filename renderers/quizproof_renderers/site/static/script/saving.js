// Text that leaves the page: as a file, or by the clipboard.

/** Offer a text as a download. */
export function saveFile(text, name, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  // The browser reads the text after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Copy a field's text to the clipboard; false when the browser refuses. */
export function copyField(field) {
  field.select();
  // Deprecated, but navigator.clipboard is missing in pages that were opened without a secure server.
  return document.execCommand("copy");
}
