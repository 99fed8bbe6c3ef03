// What a page must keep, looked at in the page itself: gives a line for each fault.
() => {
  const faults = [];
  const fault = (what, element) => faults.push(`${what}: ${(element.outerHTML || "").slice(0, 120)}`);
  const all = (selector) => [...document.querySelectorAll(selector)];

  for (const name of ["main", "header", "footer", "h1"]) {
    if (all(name).length !== 1) faults.push(`${all(name).length} of <${name}>`);
  }
  if (document.documentElement.lang !== "en" || !document.title) faults.push("no language or no title");
  for (const picture of all("svg")) {
    if (!picture.getAttribute("aria-label") && !picture.closest("[aria-hidden=true]")) fault("no name", picture);
  }
  for (const field of all("input:not([type=hidden]), select, textarea")) if (!field.labels.length) fault("no label", field);
  for (const link of all("a, button")) {
    if (!(link.textContent.trim() || link.getAttribute("aria-label"))) fault("no words", link);
  }
  for (const text of all("article h2, .card h3, .excerpt, .opening, .quotes li, .lines a")) {
    if (!text.lang || !text.dir) fault("no lang or dir", text);
  }
  for (const text of all("[dir=rtl]")) {
    if (getComputedStyle(text).direction !== "rtl") fault("not right to left", text);
  }
  for (const name of all("th, td, .chips a, .card p, .source > div, .bars, .verdicts button")) {
    const [box, parent] = [name.getBoundingClientRect(), name.parentElement.getBoundingClientRect()];
    if (box.width > 1 && (box.right > parent.right + 1 || name.scrollWidth > name.clientWidth + 1)) fault("out of its place", name);
  }
  if (document.documentElement.scrollWidth > window.innerWidth) {
    faults.push(`wider than its window: ${document.documentElement.scrollWidth} of ${window.innerWidth}`);
  }

  // WCAG 2.2, 1.4.3: 4.5 to 1 for text, 3 to 1 for large text.
  const rgb = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([red, green, blue]) => 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor, backgroundImage } = getComputedStyle(at);
      const colour = rgb(backgroundImage.match(/rgb\([^)]*\)/)?.[0] ?? backgroundColor); // of a gradient the first that is seen
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const [darker, lighter] = [light(rgb(style.color)), light(ground(element))].sort((a, b) => a - b);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if ((lighter + 0.05) / (darker + 0.05) < least) fault(`contrast ${((lighter + 0.05) / (darker + 0.05)).toFixed(2)}`, element);
  }
  return faults;
}
