// Numbers and lists in words.

export const percent = (share) => `${Math.round(share * 1000) / 10} %`;
export const counted = (count, noun, nouns = `${noun}s`) => `${count} ${count === 1 ? noun : nouns}`;
/** "1, 2 and 3". */
export const listed = (items) => [items.slice(0, -1).join(", "), ...items.slice(-1)].filter(Boolean).join(" and ");
export const joined = (items) => items.join(" and ");
