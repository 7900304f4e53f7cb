// Tells the page around the frame how high its content is, at first and after every change.

const page = document.documentElement;
const send = () => {
  const height = Math.ceil(page.getBoundingClientRect().height);
  parent.postMessage({ type: "bri-embed-height", height }, "*");
};
if (parent !== window) new ResizeObserver(send).observe(page);
