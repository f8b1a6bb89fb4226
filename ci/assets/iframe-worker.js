// The search asks a worker, and browsers start none for a page that is read from a disk: a hidden frame is the worker there.
class FrameWorker extends EventTarget {
  constructor(url) {
    super();
    const frame = document.createElement("iframe");
    frame.hidden = true;
    document.body.append(frame);
    this.inner = frame.contentWindow;
    this.ready = this.load(url);
  }

  load(url) {
    const page = this.inner.document;
    page.open();
    page.write("<!doctype html>");
    page.close();
    this.inner.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
    const script = page.createElement("script");
    script.src = url;
    page.head.append(script);
    return new Promise((resolve) => script.addEventListener("load", resolve));
  }

  async postMessage(data) {
    await this.ready;
    this.inner.dispatchEvent(new MessageEvent("message", { data }));
  }
}

if (location.protocol === "file:") window.Worker = FrameWorker;
