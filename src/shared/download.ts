/** Hands a file to the browser to save. */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

export const fileOf = (text: string, type: string): Blob => new Blob([text], { type: `${type};charset=utf-8` });
