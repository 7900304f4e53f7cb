// Tells the page around the frame how high its content is: at first, after every change, and when
// that page asks for it.

const page = document.documentElement;
const send = () => {
  const height = Math.ceil(page.getBoundingClientRect().height);
  parent.postMessage({ type: "bri-embed-height", height }, "*");
};
if (parent !== window) {
  // A frame that is out of sight is not rendered, and so is not observed until it is seen.
  send();
  addEventListener("load", send);
  new ResizeObserver(send).observe(page);
  addEventListener("message", ({ data }) => {
    if (data?.type === "bri-embed-query") send();
  });
}
