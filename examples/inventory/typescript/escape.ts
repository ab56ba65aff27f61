const maxLength = 80;

// Names can contain anything, and must not become markup. This replaces characters with
// references by their number. Line breaks, control characters and characters that change
// the direction of text become spaces.
function encode(text: string, markup: RegExp, prefix: string): string {
    const line = text.replace(/[\p{C}\p{Z}]+/gu, " ").trim();
    const characters = [...line];
    const short = characters.length > maxLength ? characters.slice(0, maxLength).join("") + "…" : line;
    return short.replace(markup, (character) => `${prefix}${character.charCodeAt(0)};`);
}

/** Encodes a text for a table in Markdown: all ASCII characters except letters, digits, spaces and hyphens. */
export const markdown = (text: string) => encode(text, /[!-,./:-@[-`{-~]/g, "&#");

/** Encodes a text for a quoted label in Mermaid, which has its own form of references. */
export const mermaid = (text: string) => encode(text, /[!-/:-@[-`{-~]/g, "#");
