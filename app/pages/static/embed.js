// Tells the page around the frame how high its content is: at first, after every change, and when
// that page asks for it.

const page = document.documentElement;
const send = () => {
  const height = Math.ceil(page.getBoundingClientRect().height);
  parent.postMessage({ type: "bri-embed-height", height }, "*");
};
if (parent !== window) {
  new ResizeObserver(send).observe(page);
  addEventListener("message", ({ data }) => {
    if (data?.type === "bri-embed-query") send();
  });
}
