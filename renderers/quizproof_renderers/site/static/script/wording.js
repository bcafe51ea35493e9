// Numbers and lists in words.

export const percent = (share) => `${Math.round(share * 1000) / 10} %`;
export const counted = (count, noun, nouns = `${noun}s`) => `${count} ${count === 1 ? noun : nouns}`;
export const joined = (items) => items.join(" and ");
